import { setImmediate as nextTurn } from 'node:timers/promises'
import { AuditNotices } from './audit-notices.ts'
import { type AuditEntry, AuditQueue } from './audit-queue.ts'
import { type AuditHead, appendRecord, emptyHead } from './audit-record.ts'
import type { AuditSink } from './audit-sink.ts'
import { createStderrLog, describeError, type LogSink } from './log.ts'
import type { CallRecord, MetricReading, Observer } from './observer.ts'

export interface AuditOptions {
  readonly sink: AuditSink
  /**
   * What becomes of calls while nothing can be written, such as on a full disk. `refuse`: the server refuses all new
   * ones until it can, and does not start where it cannot. `drop_and_count`: they are served, and a record says how
   * many are missing.
   */
  readonly onUnwritable: 'refuse' | 'drop_and_count'
  /** The version of the server, for the record. Default: none. */
  readonly version?: string
  /** Makes hashes that cannot be made again without it, so that a whole chain cannot be forged. Default: none. */
  readonly key?: string
  /**
   * Most records that wait to be written. With `refuse` new calls are refused from there on, and those under way are
   * still kept; with `drop_and_count` what comes later is counted. Default `50_000`.
   */
  readonly maxQueued?: number
  /**
   * How long records may wait for others to be written with them, in milliseconds: what is answered in that time before
   * a disk is full is recorded only once it can be. Default: `10` with `refuse`, else `100`.
   */
  readonly flushMs?: number
  /** Where failures of the sink, and the ends of the chain, are told. Default: JSON lines on stderr. */
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
/** How long the end of a process waits for a sink that does not answer, in milliseconds. */
const closeMs = 2_000
/** Most records worked out at once, because nobody else is served meanwhile. */
const batchSize = 250

/** What is not held up while nothing can be recorded, because it is no request. */
const endless: ReadonlySet<CallRecord['kind']> = new Set(['notification', 'response', 'unreadable', 'http'])

class AuditLog implements Audit {
  private readonly options: AuditOptions
  private readonly mustRecord: boolean
  private readonly maxQueued: number
  private readonly flushMs: number
  private readonly log: LogSink
  private readonly queue: AuditQueue
  private readonly counts = { written: 0, dropped: 0, failures: 0 }
  private readonly notices: AuditNotices
  /** Records that the sink was given and has not answered for. */
  private underWay = 0
  /** Dropped records of which no record tells yet. */
  private untold = 0
  private head: AuditHead | undefined
  private opening: Promise<AuditHead> | undefined
  private isFailing = false
  private writing: Promise<void> | undefined
  private timer: NodeJS.Timeout | undefined

  constructor(options: AuditOptions) {
    const { onUnwritable, maxQueued = 50_000, log = createStderrLog(), key, version } = options
    if (onUnwritable !== 'refuse' && onUnwritable !== 'drop_and_count') {
      throw new TypeError(`"onUnwritable" must be "refuse" or "drop_and_count", got ${String(onUnwritable)}.`)
    }
    this.options = options
    this.mustRecord = onUnwritable === 'refuse'
    this.maxQueued = maxQueued
    this.flushMs = options.flushMs ?? (this.mustRecord ? 10 : 100)
    this.log = log
    this.notices = new AuditNotices(log)
    this.queue = new AuditQueue({ key, version })
  }

  get dropped(): number {
    return this.counts.dropped
  }

  isReady(): boolean {
    return !this.mustRecord || !(this.isFailing || this.isFull)
  }

  /** Finds out whether there is somewhere to write to, before anything is done that must be recorded. */
  async prepare(): Promise<void> {
    try {
      await this.open()
    } catch (error) {
      const reason = error instanceof Error ? ` ${error.message}` : ''
      if (this.mustRecord) throw new Error(`The audit log cannot be opened.${reason}`, { cause: error })
      this.noteFailure(error)
    }
  }

  onCall(record: CallRecord): void {
    if (this.mustDrop(record)) this.drop()
    else this.queue.add(record, { isHeldUp: this.isFailing })
    this.schedule(this.flushMs)
  }

  async flush(): Promise<void> {
    clearTimeout(this.timer)
    this.timer = undefined
    this.writing ??= this.writeAll().finally(() => {
      this.writing = undefined
    })
    await this.writing
    if (this.hasWork) this.schedule(this.isFailing ? retryMs : 0)
  }

  async close(): Promise<void> {
    await waitFor(this.flushAll(), closeMs)
    clearTimeout(this.timer)
    const waiting = this.queue.size + this.underWay
    this.counts.dropped += waiting
    const lost = waiting + this.untold
    if (lost > 0) {
      const unanswered = this.underWay === 0 ? {} : { unanswered: this.underWay }
      this.log({ level: 'error', message: 'Audit records were lost.', lost, ...unanswered })
    }
    if (this.head !== undefined) this.log({ level: 'info', message: 'The audit log ends.', ...this.head })
    const closing = this.options.sink.close?.()
    if (closing !== undefined) await waitFor(closing, closeMs / 4)
  }

  /** What came while a flush was under way may not be part of it, so one is not enough. */
  private async flushAll(): Promise<void> {
    await this.flush()
    if (!this.isFailing) await this.flush()
  }

  readings(): MetricReading[] {
    const { written, dropped, failures } = this.counts
    const metric = (name: string, help: string, value: number): MetricReading => {
      const type = name.endsWith('_total') ? 'counter' : 'gauge'
      return { name: `plinth_audit_${name}`, help, type, samples: [{ value }] }
    }
    return [
      metric('records_total', 'Audit records that were written.', written),
      metric('dropped_total', 'Audit records that were lost.', dropped),
      metric('write_failures_total', 'Writes of audit records that failed.', failures),
      metric('files_replaced_total', 'How often somebody else changed the file.', this.notices.replaced),
      metric('files_deleted_total', 'Old files that made room for new ones.', this.notices.deleted),
      metric('queued', 'Audit records that wait to be written.', this.queue.size),
      metric('lag_seconds', 'How long the oldest of them waits.', this.queue.waitsMs / 1_000),
      metric('last_seq', 'Number of the last audit record written.', this.head?.seq ?? 0),
    ]
  }

  private get isFull(): boolean {
    return this.queue.size >= this.maxQueued
  }

  private get hasWork(): boolean {
    return this.queue.size > 0 || this.untold > 0 || this.notices.unwritten.length > 0
  }

  /**
   * Where everything must be recorded, no record of a call that was begun is dropped: there are only so many at once.
   * What is refused meanwhile, cannot be read or needs no answer comes without end, and is counted.
   */
  private mustDrop({ outcome, kind }: CallRecord): boolean {
    if (!this.mustRecord) return this.isFull
    return !this.isReady() && (endless.has(kind) || outcome === 'refused' || outcome === 'protocol_error')
  }

  private drop(): void {
    this.counts.dropped++
    this.untold++
  }

  private schedule(afterMs: number): void {
    if (this.timer !== undefined || this.writing !== undefined) return
    this.timer = setTimeout(() => void this.flush(), afterMs).unref()
  }

  private async open(): Promise<AuditHead> {
    const tell = this.notices.tell.bind(this.notices)
    const findHead = async () => (await this.options.sink.open?.(tell)) ?? emptyHead
    this.opening ??= findHead().catch((error: unknown) => {
      this.opening = undefined
      throw error
    })
    const found = await this.opening
    if (this.head === undefined) {
      this.head = found
      this.log({ level: 'info', message: 'The audit log goes on.', ...found })
    }
    return this.head
  }

  private async writeAll(): Promise<void> {
    let rest = this.queue.size
    while (this.hasWork && rest >= 0) {
      const isWritten = await this.writeBatch()
      if (!isWritten) return
      rest -= batchSize
      await nextTurn()
    }
  }

  private async writeBatch(): Promise<boolean> {
    const missing = this.untold
    const entries = this.queue.take(batchSize)
    this.underWay = entries.length
    try {
      const after = await this.open()
      await this.options.sink.check?.()
      const notices = [...this.notices.unwritten]
      const { text, head } = this.toText(after, [...notices, ...entries.map(({ facts }) => facts)], missing)
      await this.options.sink.write(text)
      this.head = head
      this.notices.noteWritten(notices.length)
      this.untold -= missing
      this.counts.written += entries.length
      this.noteSuccess()
      return true
    } catch (error) {
      this.queue.putBack(entries)
      this.noteFailure(error)
      return false
    } finally {
      this.underWay = 0
    }
  }

  private toText(
    after: AuditHead,
    facts: readonly AuditEntry['facts'][],
    missing: number,
  ): { text: string; head: AuditHead } {
    const { key } = this.options
    const dropped = { time: new Date().toISOString(), kind: 'audit', decision: 'dropped', dropped: missing }
    let head = after
    let text = ''
    for (const one of missing > 0 ? [...facts, dropped] : facts) {
      const appended = appendRecord(head, one, key)
      head = appended.head
      text += appended.line
    }
    return { text, head }
  }

  private noteSuccess(): void {
    if (this.isFailing) this.log({ level: 'info', message: 'The audit log can be written again.' })
    this.isFailing = false
  }

  private noteFailure(error: unknown): void {
    this.counts.failures++
    if (this.isFailing) return
    this.isFailing = true
    const facts = { policy: this.options.onUnwritable, error: describeError(error) }
    this.log({ level: 'error', message: 'The audit log cannot be written.', ...facts })
  }
}

/** Waits for something, but not longer than this. */
async function waitFor(pending: Promise<void>, ms: number): Promise<void> {
  const late = Promise.withResolvers<void>()
  const timer = setTimeout(late.resolve, ms)
  try {
    await Promise.race([pending, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
