import { type AuditHead, appendRecord, emptyHead, toAuditFacts } from './audit-record.ts'
import type { AuditSink } from './audit-sink.ts'
import { createStderrLog, describeError, type LogSink } from './log.ts'
import type { CallRecord, Observer } from './observer.ts'

export interface AuditOptions {
  readonly sink: AuditSink
  /**
   * What becomes of calls while nothing can be written, such as on a full disk. `refuse`: the server refuses all new
   * ones until it can. `drop_and_count`: they are served, and a record says how many are missing.
   */
  readonly onUnwritable: 'refuse' | 'drop_and_count'
  /** The version of the server, for the record. Default: none. */
  readonly version?: string
  /** Makes hashes that cannot be made again without it, so that a whole chain cannot be forged. Default: none. */
  readonly key?: string
  /** Most records that wait to be written. Default `50_000`. */
  readonly maxQueued?: number
  /** How long records may wait for others to be written with them, in milliseconds. Default `100`. */
  readonly flushMs?: number
  /** Where failures of the sink are told. Default: JSON lines on stderr. */
  readonly log?: LogSink
}

/** An audit log. Pass it to `createServer({ observers: [audit] })`. */
export interface Audit extends Observer {
  /** Records that were lost so far. */
  readonly dropped: number
  /** Whether all is well: false while nothing may be done because it could not be recorded. */
  isReady(): boolean
  /** Writes what waits. */
  flush(): Promise<void>
  close(): Promise<void>
}

/**
 * Keeps a record of every decision: calls, denials, unknown names. Each record holds the hash of the one before, so
 * that none can be changed, removed or moved without a trace. Records are written in batches beside the calls; what
 * cannot be kept is counted and recorded.
 */
export function createAudit(options: AuditOptions): Audit {
  return new AuditLog(options)
}

const retryMs = 1_000

class AuditLog implements Audit {
  private readonly options: AuditOptions
  private readonly maxQueued: number
  private readonly log: LogSink
  private queue: CallRecord[] = []
  private head: AuditHead | undefined
  private lost = 0
  private untold = 0
  private isFailing = false
  private writing: Promise<void> | undefined
  private timer: NodeJS.Timeout | undefined

  constructor(options: AuditOptions) {
    const { onUnwritable, maxQueued = 50_000, log = createStderrLog() } = options
    if (onUnwritable !== 'refuse' && onUnwritable !== 'drop_and_count') {
      throw new TypeError(`"onUnwritable" must be "refuse" or "drop_and_count", got ${String(onUnwritable)}.`)
    }
    this.options = options
    this.maxQueued = maxQueued
    this.log = log
  }

  get dropped(): number {
    return this.lost
  }

  isReady(): boolean {
    return this.options.onUnwritable !== 'refuse' || !(this.isFailing || this.queue.length >= this.maxQueued)
  }

  onCall(record: CallRecord): void {
    if (this.queue.length < this.maxQueued) this.queue.push(record)
    else this.drop()
    this.schedule(this.options.flushMs ?? 100)
  }

  async flush(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    this.writing ??= this.writeBatch().finally(() => {
      this.writing = undefined
    })
    await this.writing
    if (this.queue.length > 0) this.schedule(this.isFailing ? retryMs : 0)
  }

  /** What was in the queue when a batch began may have grown, so one flush is not enough. */
  async close(): Promise<void> {
    await this.flush()
    if (!this.isFailing) await this.flush()
    clearTimeout(this.timer)
    if (this.queue.length > 0) {
      this.log({ level: 'error', message: 'Audit records were lost.', lost: this.queue.length + this.untold })
    }
    await this.options.sink.close?.()
  }

  private drop(): void {
    this.lost++
    this.untold++
  }

  private schedule(afterMs: number): void {
    if (this.timer !== undefined || this.writing !== undefined) return
    this.timer = setTimeout(() => void this.flush(), afterMs).unref()
  }

  private async writeBatch(): Promise<void> {
    const records = this.queue
    const missing = this.untold
    if (records.length === 0 && missing === 0) return
    this.queue = []
    try {
      this.head ??= (await this.options.sink.open?.()) ?? emptyHead
      const { text, head } = this.toText(records, missing)
      await this.options.sink.write(text)
      this.head = head
      this.untold -= missing
      this.recover()
    } catch (error) {
      this.fail(records, error)
    }
  }

  private toText(records: readonly CallRecord[], missing: number): { text: string; head: AuditHead } {
    const { key, version } = this.options
    let head = this.head ?? emptyHead
    const lines: string[] = []
    const append = (facts: Record<string, unknown>) => {
      const appended = appendRecord(head, facts, key)
      head = appended.head
      lines.push(appended.line)
    }
    for (const record of records) append(toAuditFacts(record, { version, key }))
    if (missing > 0)
      append({ time: new Date().toISOString(), kind: 'audit', decision: 'dropped', dropped: missing })
    return { text: lines.join(''), head }
  }

  private recover(): void {
    if (this.isFailing) this.log({ level: 'info', message: 'The audit log can be written again.' })
    this.isFailing = false
  }

  /** What could not be written goes back to the front of the queue, as far as there is room. */
  private fail(records: CallRecord[], error: unknown): void {
    const waiting = [...records, ...this.queue]
    this.queue = waiting.slice(0, this.maxQueued)
    for (let at = this.queue.length; at < waiting.length; at++) this.drop()
    if (this.isFailing) return
    this.isFailing = true
    const { onUnwritable } = this.options
    const facts = { policy: onUnwritable, error: describeError(error) }
    this.log({ level: 'error', message: 'The audit log cannot be written.', ...facts })
  }
}
