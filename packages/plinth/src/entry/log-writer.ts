import type { EventLogHead } from '../storage/event-log.ts'
import type { StreamSink } from './event-store.ts'
import type { StreamLogs } from './stream-logs.ts'

/** What a writer writes to, and whom it tells. */
export interface LogWriterOptions {
  readonly key: string
  readonly owner: string
  /** What readers have to know of the stream. Asked for when the log is opened. */
  meta(): string
  /** The number of this producer, where the log is open already. */
  readonly producer?: number
  /** The number of the first event. Default `0`. */
  readonly first?: number
  /** How long it may be quiet before it gives a sign of life, in milliseconds. */
  readonly quietMs: number
  /**
   * Whether the log goes on after this producer: nothing finishes it, and a reader that comes back makes sure that no
   * other process produces it. Default `false`.
   */
  readonly isLasting?: boolean
  /** Another process reads this stream from now on. */
  onRead?(): void
  /** Another process produces this stream from now on. */
  onTaken?(): void
}

/** What is written at once. */
interface Batch {
  readonly first: number
  readonly texts: readonly string[]
  readonly isFinal: boolean
}

/** How long the store is left alone after it failed, the first time in a row and at most, in milliseconds. */
const minRetryMs = 100
const maxRetryMs = 2_000
/** Most characters that go out at once. */
const maxBatchChars = 262_144
/** How long the end of a stream is tried to be written, in milliseconds. */
const giveUpMs = 60_000

/**
 * Writes the events of one stream to its log, in their order, one request at a time: what comes meanwhile goes with the
 * next. Nobody waits for it. What cannot be written is tried again; where too much of it waits, the oldest is let go.
 */
export class LogWriter implements StreamSink {
  private readonly logs: StreamLogs
  private readonly options: LogWriterOptions
  private readonly queue: string[] = []
  /** The number of the first event in the queue. */
  private first: number
  /** How far a request may have written whose outcome is not known. */
  private reached = 0
  private producer: number | undefined
  /** The number of the reader in this process; undefined while that is asked for. */
  private turn: number | undefined = 0
  private reader = 0
  /** The process that reads, where it is known and not this one. */
  private readerInstance: string | undefined
  private claims = 0
  private wantsSign = false
  private finishedAt: number | undefined
  private touchedAt: number
  private failures = 0
  private isOver = false
  private working: Promise<void> | undefined

  constructor(logs: StreamLogs, options: LogWriterOptions) {
    this.logs = logs
    this.options = options
    this.first = options.first ?? 0
    this.producer = options.producer
    this.touchedAt = logs.now()
  }

  append(text: string): void {
    if (this.isOver) return
    this.queue.push(text)
    this.logs.countQueued(text.length)
    while (this.queue.length > 1 && this.logs.isFull(this.queue.length)) this.shift(1)
    this.wake()
  }

  finish(): void {
    this.finishedAt = this.logs.now()
    if (this.options.isLasting === true) this.leave()
    else this.wake()
  }

  claim(): void {
    if (this.options.isLasting !== true) this.turn = undefined
    this.claims++
    this.wake()
  }

  /** Writes no more. The log stays as it is. */
  leave(): void {
    this.isOver = true
    this.shift(this.queue.length)
    this.logs.removeWriter(this.options.key, this)
  }

  /** Gives a sign of life, if it was quiet for too long. */
  beat(now: number): void {
    if (now - this.touchedAt >= this.options.quietMs) this.look()
  }

  /** Gives a sign of life, and finds out how the log stands. */
  look(): void {
    this.wantsSign = true
    this.wake()
  }

  /** Learns from another process how the log stands. */
  hear(told: { producer: number; reader: number }, from: string | undefined): void {
    // Whoever asks for its place anew finds out by itself who has it.
    const isAsking = this.claims > 0 && this.options.isLasting === true
    if (!isAsking && this.producer !== undefined && told.producer > this.producer) {
      this.giveWay()
      return
    }
    const isNew = told.reader > this.reader
    this.noteReader(told.reader)
    if (isNew) this.readerInstance = from
  }

  /** Fulfilled when everything is written, or given up. */
  settle(): Promise<void> {
    return this.working ?? Promise.resolve()
  }

  private get hasWork(): boolean {
    if (this.isOver) return false
    return this.queue.length > 0 || this.finishedAt !== undefined || this.claims > 0 || this.wantsSign
  }

  private wake(): void {
    // What was said together goes out together, and only after whoever reads here has it.
    this.working ??= Promise.resolve().then(() => this.work())
  }

  private async work(): Promise<void> {
    while (this.hasWork) {
      try {
        await this.step()
        this.failures = 0
      } catch (error) {
        this.logs.fail(error)
        if (this.mustGiveUp()) this.leave()
        else await this.logs.pause(Math.min(maxRetryMs, minRetryMs * 2 ** this.failures++))
      }
    }
    this.working = undefined
  }

  private mustGiveUp(): boolean {
    const { finishedAt = Number.POSITIVE_INFINITY } = this
    return this.logs.isClosing || this.logs.now() - finishedAt > giveUpMs
  }

  private step(): Promise<void> {
    const isClaimed = this.claims > 0
    if (this.producer === undefined || (isClaimed && this.options.isLasting === true)) return this.open()
    return isClaimed ? this.takeTurn() : this.write(this.producer)
  }

  private async open(): Promise<void> {
    const { key, owner, isLasting = false } = this.options
    const { claims } = this
    const head = await this.logs.store.open(key, { owner, meta: this.options.meta() })
    if (this.isOver) return
    // Whoever wrote more than this process has taken the stream over.
    if (head === undefined || head.next > Math.max(this.first, this.reached)) return this.giveWay()
    this.producer = head.producer
    this.touchedAt = this.logs.now()
    if (!isLasting || claims === 0) return
    this.claims -= claims
    this.logs.tell(key, head)
  }

  private async takeTurn(): Promise<void> {
    const { key, owner } = this.options
    const { claims } = this
    const head = await this.logs.store.claim(key, owner)
    if (this.isOver) return
    this.claims -= claims
    if (head === undefined) this.producer = undefined
    if (this.claims === 0) this.turn = head?.reader ?? this.reader
    if (head === undefined) return
    this.logs.tell(key, head)
    this.noteReader(head.reader)
  }

  private async write(producer: number): Promise<void> {
    const { key } = this.options
    const batch = this.takeBatch()
    const { first, texts, isFinal } = batch
    this.wantsSign = false
    this.reached = Math.max(this.reached, first + texts.length)
    const head = await this.logs.store.append(key, { producer, first, texts, isFinal })
    if (this.isOver) return
    if (head === undefined) this.producer = undefined
    else if (head.producer > producer || (head.isFinished && !isFinal)) this.giveWay()
    else this.noteWritten(batch, head)
  }

  private noteWritten({ first, texts, isFinal }: Batch, head: EventLogHead): void {
    this.touchedAt = this.logs.now()
    this.shift(first + texts.length - this.first)
    this.noteReader(head.reader)
    const isNews = texts.length > 0 || isFinal
    if (isNews && this.isReadElsewhere) this.logs.tell(this.options.key, head, this.readerInstance)
    if (isFinal) this.leave()
  }

  private get isReadElsewhere(): boolean {
    return this.turn !== undefined && this.reader > this.turn
  }

  private noteReader(reader: number): void {
    if (reader > this.reader) this.readerInstance = undefined
    this.reader = Math.max(this.reader, reader)
    if (this.isReadElsewhere) this.options.onRead?.()
  }

  /** Another process has taken this stream over. */
  private giveWay(): void {
    this.leave()
    this.options.onTaken?.()
  }

  private takeBatch(): Batch {
    let chars = 0
    const end = this.queue.findIndex((text, at) => {
      chars += text.length
      return at > 0 && chars > maxBatchChars
    })
    const texts = this.queue.slice(0, end === -1 ? this.queue.length : end)
    const isFinal = this.finishedAt !== undefined && texts.length === this.queue.length
    return { first: this.first, texts, isFinal }
  }

  private shift(count: number): void {
    if (count <= 0) return
    for (const text of this.queue.splice(0, count)) this.logs.countQueued(-text.length)
    this.first += count
  }
}
