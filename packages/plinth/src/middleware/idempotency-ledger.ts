import { createFailure } from '../errors.ts'
import type { JsonObject } from '../jsonrpc/message.ts'
import type { McpResult } from '../mcp/result.ts'
import { parseResultText, toResultText } from '../mcp/result-text.ts'
import { toFailureResult } from '../mcp/tool-result.ts'
import type { DocumentStore, StoredDocument } from '../storage/document.ts'
import { Repairs } from '../storage/repairs.ts'

/** What is known of one key. */
interface KeyRecord {
  /** Digest of the arguments the key belongs to. Empty where it belongs to none yet. */
  readonly digest: string
  /**
   * `running` until its lease ends, `done` with a result, `open` to be started (again), or `unknown`: broken off, and
   * never started again by itself.
   */
  readonly state: 'running' | 'done' | 'open' | 'unknown'
  /** Who holds the claim, or held it last. */
  readonly owner: string
  readonly startedAt: number
  readonly leaseUntil: number
  /** What `call.once` has done. */
  readonly done: JsonObject
  readonly endedAt?: number
  /** Absent where it was too large. */
  readonly result?: string
}

/** How a call with a key ended, for whoever asks with that key. */
export type Settled = { readonly result: McpResult } | { readonly failure: unknown }

export interface LedgerOptions {
  readonly documents: DocumentStore
  readonly ttlMs: number
  readonly leaseMs: number
  readonly resume: boolean
  readonly maxResultBytes: number
  readonly now: () => number
  readonly createKey: () => string
}

/** Writers that race for one key try this often before they leave it to each other. */
const maxTries = 5

/** How soon somebody who found a call running should ask again, in milliseconds. */
const pollMs = 1_000

/** Remembers who works on a key, and how it ended. Every change is one compare-and-set. */
export class Ledger {
  readonly options: LedgerOptions
  readonly repairs: Repairs = new Repairs()

  constructor(options: LedgerOptions) {
    this.options = options
  }

  /** Claims a key for a call with these arguments, or says why not. */
  async claim(key: string, digest: string): Promise<Claim | Settled> {
    const fresh = this.createRecord(digest)
    try {
      return await this.tryClaim(key, fresh)
    } catch (error) {
      this.repairs.add(() => this.disclaim(key, fresh))
      throw error
    }
  }

  private async tryClaim(key: string, fresh: KeyRecord): Promise<Claim | Settled> {
    for (let tries = 0; tries < maxTries; tries++) {
      const version = await this.write(key, fresh, 0)
      if (version !== undefined) return new Claim(this, { key, record: fresh, version })
      const found = await this.options.documents.get(key)
      const answer = found === undefined ? undefined : await this.claimFrom(found, key, fresh)
      if (answer !== undefined) return answer
    }
    return { failure: createFailure('duplicate_in_flight', { retryAfterMs: pollMs }) }
  }

  /**
   * Gives a key back under whose claim nothing was started. The claim may not be there, or be on its way still: what is
   * written here keeps it out.
   */
  async disclaim(key: string, claimed: KeyRecord): Promise<void> {
    const found = await this.options.documents.get(key)
    const known = found === undefined ? claimed : parseRecord(found)
    if (known.owner !== claimed.owner) return
    const digest = Object.keys(known.done).length === 0 ? '' : known.digest
    await this.write(key, { ...known, state: 'open', digest }, found?.version ?? 0)
  }

  /** How a key stands; undefined where it may be started. */
  async read(key: string): Promise<Settled | undefined> {
    const found = await this.options.documents.get(key)
    return found === undefined ? undefined : this.toSettled(parseRecord(found))
  }

  /** Writes a record if the key still has `ifVersion`. */
  write(key: string, record: KeyRecord, ifVersion: number): Promise<number | undefined> | number | undefined {
    const isPinned = record.state === 'running'
    const { documents, ttlMs } = this.options
    return documents.set(key, JSON.stringify(record), { ifVersion, ttlMs, isPinned })
  }

  /** Takes over what somebody else left. Undefined where somebody was faster. */
  private async claimFrom(
    found: StoredDocument,
    key: string,
    fresh: KeyRecord,
  ): Promise<Claim | Settled | undefined> {
    const known = parseRecord(found)
    // A write may be sent twice: the second one finds the first.
    if (known.owner === fresh.owner) return new Claim(this, { key, record: known, version: found.version })
    if (![fresh.digest, ''].includes(known.digest)) return { failure: createFailure('idempotency_conflict') }
    const isBroken = known.state === 'unknown' || (known.state === 'running' && this.isOver(known))
    if (known.state === 'open' || (isBroken && this.options.resume)) {
      const { startedAt, done } = known
      const record = { ...fresh, startedAt, done }
      const version = await this.write(key, record, found.version)
      return version === undefined ? undefined : new Claim(this, { key, record, version })
    }
    if (known.state !== 'running' || !isBroken) return this.toSettled(known)
    // From here on the one who was working on it cannot record an outcome any more: the answer stays.
    const record = { ...known, state: 'unknown', owner: '' } as const
    const version = await this.write(key, record, found.version)
    return version === undefined ? undefined : this.toSettled(record)
  }

  private createRecord(digest: string): KeyRecord {
    const { now, leaseMs, createKey } = this.options
    const startedAt = now()
    return {
      digest,
      state: 'running',
      owner: createKey(),
      startedAt,
      leaseUntil: startedAt + leaseMs,
      done: {},
    }
  }

  private isOver(record: KeyRecord): boolean {
    return record.leaseUntil <= this.options.now()
  }

  private toSettled(record: KeyRecord): Settled | undefined {
    if (record.state === 'open') return undefined
    if (record.state === 'unknown') return { failure: createUnknown(record.startedAt) }
    if (record.state === 'done') return toReplay(record)
    const leftMs = record.leaseUntil - this.options.now()
    const retryAfterMs = Math.max(1, Math.min(pollMs, leftMs))
    return { failure: createFailure('duplicate_in_flight', { retryAfterMs }) }
  }
}

/** The claim of one run to its key: whoever holds it may say how the call ended. */
export class Claim {
  /** Greater than that of every earlier claim to this key. */
  readonly fence: number
  readonly key: string
  private readonly ledger: Ledger
  private record: KeyRecord
  private version: number
  /** Whether the last word was said, and may be on its way to the store. */
  private isEnding = false
  private isLost = false
  private last: Promise<unknown> = Promise.resolve()

  constructor(ledger: Ledger, taken: { key: string; record: KeyRecord; version: number }) {
    this.ledger = ledger
    this.key = taken.key
    this.record = taken.record
    this.version = taken.version
    this.fence = taken.version
  }

  /** What `call.once` did in earlier runs. */
  get done(): JsonObject {
    return this.record.done
  }

  /** Whether its lease ended before anybody said how the call did. */
  get isOver(): boolean {
    return !this.isEnding && this.record.leaseUntil <= this.ledger.options.now()
  }

  /** The failure that says what is known of a call that was broken off. */
  createUnknown(): Error {
    return createUnknown(this.record.startedAt)
  }

  /** False where the claim is somebody else's by now. */
  async renew(): Promise<boolean> {
    return this.isEnding || this.change({ leaseUntil: this.nextLease() })
  }

  /** As `renew`, and keeps what `call.once` has done. */
  keepDone(done: JsonObject): Promise<boolean> {
    return this.change({ done: { ...done }, leaseUntil: this.nextLease() })
  }

  /** Gives the key back: the next call with it starts, and finds what was done. */
  open(done: JsonObject): Promise<boolean> {
    return this.endWith({ state: 'open', done: { ...done } })
  }

  /** Gives the key back as if it had never been used. */
  async drop(): Promise<boolean> {
    if (Object.keys(this.record.done).length > 0) return this.open(this.record.done)
    this.isEnding = true
    await this.last
    try {
      return await this.ledger.options.documents.delete(this.key, { ifVersion: this.version })
    } catch (error) {
      this.ledger.repairs.add(() => this.ledger.disclaim(this.key, this.record))
      throw error
    }
  }

  /** Nobody will know how this ended. */
  giveUp(): Promise<boolean> {
    return this.endWith({ state: 'unknown' })
  }

  finish(result: McpResult): Promise<boolean> {
    const text = toResultText(result) ?? toResultText(toFailureResult(createFailure('output_invalid')))
    const fits = text !== undefined && text.length <= this.ledger.options.maxResultBytes
    const kept = fits ? { result: text } : {}
    return this.endWith({ state: 'done', endedAt: this.ledger.options.now(), done: {}, ...kept })
  }

  private nextLease(): number {
    const { now, leaseMs } = this.ledger.options
    return now() + leaseMs
  }

  /** The first ending is the last word: an answer that somebody was given stays. */
  private async endWith(change: Partial<KeyRecord>): Promise<boolean> {
    if (this.isEnding) return false
    this.isEnding = true
    try {
      return await this.change(change)
    } catch (error) {
      this.ledger.repairs.add(() => this.change(change))
      throw error
    }
  }

  /** One write after the other, because each needs the version of the one before. */
  private change(change: Partial<KeyRecord>): Promise<boolean> {
    const written = this.last.then(() => this.write({ ...this.record, ...change }))
    this.last = written.catch(() => undefined)
    return written
  }

  private async write(record: KeyRecord): Promise<boolean> {
    if (this.isLost) return false
    const version = (await this.ledger.write(this.key, record, this.version)) ?? (await this.rewrite(record))
    if (version === undefined) {
      this.isLost = true
      return false
    }
    this.version = version
    this.record = record
    return true
  }

  /** A write whose answer got lost may have happened: the claim is still ours where the record says so. */
  private async rewrite(record: KeyRecord): Promise<number | undefined> {
    const found = await this.ledger.options.documents.get(this.key)
    if (found === undefined) return this.ledger.write(this.key, record, 0)
    if (parseRecord(found).owner !== this.record.owner) return undefined
    return this.ledger.write(this.key, record, found.version)
  }
}

function createUnknown(startedAt: number): Error {
  return createFailure('outcome_unknown', { details: { started_at: toTime(startedAt) } })
}

function toReplay(record: KeyRecord): Settled {
  if (record.result !== undefined) return { result: parseResultText(record.result, {}) }
  const ended = record.endedAt === undefined ? {} : { ended_at: toTime(record.endedAt) }
  return {
    failure: createFailure('result_not_kept', {
      details: { started_at: toTime(record.startedAt), ...ended },
    }),
  }
}

function toTime(time: number): string {
  return new Date(time).toISOString()
}

function parseRecord(found: StoredDocument): KeyRecord {
  return JSON.parse(found.value) as KeyRecord
}
