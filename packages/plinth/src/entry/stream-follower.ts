import { isRequestId } from '../jsonrpc/message.ts'
import type { EventLogContent, EventLogHead } from '../storage/event-log.ts'
import type { StreamReader } from './event-store.ts'
import { toStoppedText } from './stopped.ts'
import type { StreamLogs } from './stream-logs.ts'

export interface StreamFollowerOptions {
  readonly key: string
  readonly owner: string
  /** The number of the last event the client has. */
  readonly after: number
  /** The number of this reader. */
  readonly turn: number
  readonly reader: StreamReader
}

/** How long the store may fail before the client is sent away to try again, in milliseconds. */
const giveUpMs = 60_000

/**
 * Reads the stream of a request that another process produces: what the client missed, then what comes, to the end. A
 * producer that gives no sign of life twice in a row is taken to be gone, and the request is answered in its place.
 */
export class StreamFollower {
  private readonly logs: StreamLogs
  private readonly options: StreamFollowerOptions
  private after: number
  private meta = '{}'
  private isOver = false
  private isLooking = false
  private looksAgain = false
  /** Since when the producer gives no sign of life, the log cannot be read, or it is gone. */
  private silentSince: number | undefined
  private failingSince: number | undefined
  private missingSince: number | undefined

  constructor(logs: StreamLogs, options: StreamFollowerOptions) {
    this.logs = logs
    this.options = options
    this.after = options.after
    logs.addFollower(options.key, this)
  }

  /** Goes on from what was read already, and whose events the client has. */
  start(content: EventLogContent): this {
    void this.take({ ...content, events: [] })
    // What came since, nobody has told this process of.
    if (!this.isOver) this.look()
    return this
  }

  /** Passes on what was read, and how the log stood then. */
  private async take(content: EventLogContent): Promise<void> {
    this.failingSince = undefined
    this.missingSince = undefined
    this.meta = content.meta
    if (content.head.reader > this.options.turn) return this.end((reader) => reader.onReplaced())
    this.pass(content)
    if (content.head.isFinished) return this.end((reader) => reader.onDone())
    if (!content.head.isSilent) this.silentSince = undefined
    else if (this.isPastPatience()) await this.bury(content.head)
  }

  /** Learns that something happened to the log. */
  hear(reader: number): void {
    if (reader > this.options.turn) this.end((one) => one.onReplaced())
    else this.look()
  }

  /** Reads on. While one look is under way, others are made up for by one more. */
  look(): void {
    this.looksAgain = true
    if (!this.isLooking) void this.keepLooking()
  }

  /** Nobody reads any more. */
  stop(): void {
    this.isOver = true
    this.logs.removeFollower(this.options.key, this)
  }

  private async keepLooking(): Promise<void> {
    this.isLooking = true
    while (this.looksAgain && !this.isOver) {
      this.looksAgain = false
      try {
        await this.lookOnce()
      } catch (error) {
        this.logs.fail(error)
        this.failingSince ??= this.logs.now()
        if (this.logs.now() - this.failingSince > giveUpMs) this.end((reader) => reader.onReplaced())
      }
    }
    this.isLooking = false
  }

  /** Whether a producer that was late at the look before has had its chance since. */
  private isPastPatience(): boolean {
    const now = this.logs.now()
    this.silentSince ??= now
    return now - this.silentSince >= this.logs.store.bounds.leaseMs / 4
  }

  private async lookOnce(): Promise<void> {
    const { key, owner } = this.options
    const content = await this.logs.store.read(key, { owner, after: this.after })
    if (this.isOver) return
    if (content === undefined) this.miss()
    else await this.take(content)
  }

  private pass({ events }: EventLogContent): void {
    for (const { sequence, text } of events) {
      if (this.isOver) return
      this.after = sequence
      // What opens a stream has no text, and the client has an event already.
      if (text !== '') this.options.reader.onEvent({ id: `${this.options.key}_${sequence}`, text })
    }
  }

  /** Answers in the place of a producer that is gone, in the log: so that the request has one answer, wherever it is read. */
  private async bury(head: EventLogHead): Promise<void> {
    const { key, owner } = this.options
    const opened = await this.logs.store.open(key, { owner, meta: this.meta, ifSilent: true })
    this.silentSince = undefined
    if (opened !== undefined) {
      const first = Math.max(head.next, opened.next, this.after + 1)
      const texts = [toStoppedTexts(this.meta)]
      await this.logs.store.append(key, { producer: opened.producer, first, texts, isFinal: true })
    }
    this.looksAgain = true
  }

  /** The store has lost the log. A producer that is at work opens it again at its next sign of life. */
  private miss(): void {
    this.missingSince ??= this.logs.now()
    if (this.logs.now() - this.missingSince < this.logs.store.bounds.leaseMs) return
    const id = `${this.options.key}_${this.after + 1}`
    this.options.reader.onEvent({ id, text: toStoppedTexts(this.meta) })
    this.end((reader) => reader.onDone())
  }

  private end(tell: (reader: StreamReader) => void): void {
    if (this.isOver) return
    this.stop()
    tell(this.options.reader)
  }
}

function toStoppedTexts(meta: string): string {
  const { ids } = JSON.parse(meta) as { ids?: unknown }
  const known = Array.isArray(ids) ? ids.filter(isRequestId) : []
  const texts = known.map(toStoppedText)
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(',')}]`
}
