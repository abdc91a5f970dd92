import { toAuditFacts } from './audit-record.ts'
import type { CallRecord } from './observer.ts'

type Facts = Readonly<Record<string, unknown>>

/** What is to be written, and since when it waits. */
export interface AuditEntry {
  readonly facts: Facts
  readonly since: number
}

/** A record as it came, until it is worked out what is to be written of it. */
interface Waiting {
  record: CallRecord | undefined
  facts: Facts
  readonly since: number
}

const nothing: Facts = Object.freeze({})

/** Most bytes of messages whose records wait as they came. */
const maxHeldBytes = 16_777_216

/**
 * Records that wait to be written, the oldest first. What is written of a record is worked out when its turn comes, so
 * that no call waits for it; but records hold the arguments of their calls, and where too many of those would be held
 * it is worked out at once.
 */
export class AuditQueue {
  private readonly how: { readonly key: string | undefined; readonly version: string | undefined }
  private readonly waiting: Waiting[] = []
  private first = 0
  private heldBytes = 0

  constructor(how: { readonly key: string | undefined; readonly version: string | undefined }) {
    this.how = how
  }

  get size(): number {
    return this.waiting.length - this.first
  }

  /** How long the oldest waits, in milliseconds. */
  get waitsMs(): number {
    const oldest = this.waiting[this.first]
    return oldest === undefined ? 0 : Math.max(0, Date.now() - oldest.since)
  }

  /** @param isHeldUp Whether it is not known when records will be written. */
  add(record: CallRecord, { isHeldUp }: { isHeldUp: boolean }): void {
    const one: Waiting = { record, facts: nothing, since: Date.now() }
    this.waiting.push(one)
    this.heldBytes += record.bytesIn
    if (isHeldUp || this.heldBytes > maxHeldBytes) this.workOut(one)
  }

  /** Takes the oldest away. */
  take(count: number): AuditEntry[] {
    const end = Math.min(this.waiting.length, this.first + count)
    const taken = this.waiting.slice(this.first, end)
    for (const one of taken) this.workOut(one)
    this.first = end
    if (this.first === this.waiting.length || this.first > 10_000) {
      this.waiting.splice(0, this.first)
      this.first = 0
    }
    return taken
  }

  /** They could not be written. */
  putBack(entries: readonly AuditEntry[]): void {
    const again = entries.map((entry): Waiting => ({ ...entry, record: undefined }))
    this.waiting.splice(0, this.first, ...again)
    this.first = 0
  }

  private workOut(one: Waiting): void {
    if (one.record === undefined) return
    this.heldBytes -= one.record.bytesIn
    one.facts = toAuditFacts(one.record, this.how)
    one.record = undefined
  }
}
