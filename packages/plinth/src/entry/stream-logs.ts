import type { RequestId } from '../jsonrpc/message.ts'
import type { ServerContext } from '../mcp/context.ts'
import { type Principal, toPrincipalKey } from '../mcp/principal.ts'
import type { Session } from '../mcp/session.ts'
import type { EventLogHead, EventLogStore } from '../storage/event-log.ts'
import { describeError } from '../telemetry/log.ts'
import type { SharedStream } from './event-store.ts'
import { LogWriter, type LogWriterOptions } from './log-writer.ts'
import { Pulse } from './pulse.ts'
import type { StreamFollower } from './stream-follower.ts'

/** What processes tell each other of streams. */
const topic = 'stream'
/** Most characters of events that wait to be written, of all streams together, and most events of one stream. */
const maxQueuedChars = 33_554_432
const maxQueuedEvents = 1_024
/** How long a server that closes waits for the store, in milliseconds. */
const maxCloseMs = 5_000
const reportMs = 10_000
/** How long to wait between two looks at what is going on, at most, in milliseconds. */
const maxBeatMs = 5_000
/** How long the stream of a session may be quiet before its log is touched, in milliseconds. */
const maxQuietMs = 30_000

/** Whose stream it is. */
export interface StreamCaller {
  readonly session: Session
  readonly principal: Principal
}

/**
 * The streams of one entry whose events are kept for other processes too: what this process writes, and what it reads
 * of others. Writers give signs of life, so that readers know whether to go on waiting; processes tell each other of new
 * events and readers over the bus, and where that fails, they look every few seconds.
 */
export class StreamLogs {
  readonly store: EventLogStore
  private readonly context: ServerContext
  private readonly writers = new Map<string, LogWriter>()
  private readonly followers = new Map<string, Set<StreamFollower>>()
  private readonly pulse: Pulse
  private readonly endListening: (() => void) | undefined
  private readonly pauses = new Set<() => void>()
  private queuedChars = 0
  private reportAt = -Infinity
  isClosing = false

  constructor(store: EventLogStore, context: ServerContext) {
    this.store = store
    this.context = context
    this.pulse = new Pulse(Math.min(maxBeatMs, Math.ceil(store.bounds.leaseMs / 3)), () => this.beat())
    this.endListening = context.peers?.on(topic, {
      hear: (value, from) => this.hear(value, from),
      missed: () => this.lookAround(),
    })
  }

  now(): number {
    return this.context.now()
  }

  /** Who alone may read a stream: its session, in the hands of its principal. */
  toOwner({ session, principal }: StreamCaller): string {
    return this.context.digest(`${session.key}|${toPrincipalKey(principal)}`)
  }

  /** The one stream a session has for itself, in whatever process it is collected. */
  toSessionKey(session: Session): string {
    return `s${this.context.digest(`stream|${session.key}`)}`
  }

  /** The stream of posted requests, as a new log. `onRead` is called when another process reads it from now on. */
  shareRequest(
    caller: StreamCaller,
    { listIds, onRead }: { listIds(): readonly RequestId[]; onRead(key: string): void },
  ): SharedStream {
    const { leaseMs } = this.store.bounds
    return {
      createSink: (key) =>
        this.addWriter({
          key,
          owner: this.toOwner(caller),
          meta: () => JSON.stringify({ ids: listIds() }),
          quietMs: Math.floor(leaseMs / 4),
          onRead: () => onRead(key),
        }),
    }
  }

  /** The stream of a session, as the log this process has just opened. */
  shareSession(
    caller: StreamCaller,
    { producer, next, onTaken }: { producer: number; next: number; onTaken(): void },
  ): SharedStream {
    const about = {
      owner: this.toOwner(caller),
      meta: () => '{}',
      producer,
      first: next,
      isLasting: true,
      onTaken,
    }
    const quietMs = Math.min(maxQuietMs, Math.floor(this.store.bounds.ttlMs / 3))
    return {
      key: this.toSessionKey(caller.session),
      next,
      createSink: (key) => this.addWriter({ key, ...about, quietMs }),
    }
  }

  /** Ends what this process writes of a stream, and leaves its log to others. */
  leave(key: string): void {
    this.writers.get(key)?.leave()
  }

  removeWriter(key: string, writer: LogWriter): void {
    if (this.writers.get(key) === writer) this.writers.delete(key)
  }

  addFollower(key: string, follower: StreamFollower): void {
    const known = this.followers.get(key) ?? new Set()
    this.followers.set(key, known.add(follower))
    this.pulse.start()
  }

  removeFollower(key: string, follower: StreamFollower): void {
    const known = this.followers.get(key)
    known?.delete(follower)
    if (known?.size === 0) this.followers.delete(key)
  }

  /** Tells the other processes how a log stands; one of them, where that is enough. */
  tell(key: string, { producer, reader }: EventLogHead, instance?: string): void {
    const { peers } = this.context
    this.hear({ key, producer, reader }, undefined)
    if (instance === undefined) void peers?.publish(topic, { key, producer, reader })
    else void peers?.publishTo(instance, topic, { key, producer, reader })
  }

  countQueued(chars: number): void {
    this.queuedChars += chars
  }

  /** Whether a queue of this many events has to let one go. */
  isFull(events: number): boolean {
    return events > maxQueuedEvents || this.queuedChars > maxQueuedChars
  }

  /** Notes that the store failed. */
  fail(error: unknown): void {
    const { streamCounts, log } = this.context
    streamCounts.failed++
    const now = this.now()
    if (now < this.reportAt) return
    this.reportAt = now + reportMs
    const message = 'The store of streams does not answer; they go on in this process alone.'
    log({ level: 'error', message, error: describeError(error) })
  }

  noteResumed(): void {
    this.context.streamCounts.resumed++
  }

  /** Waits before the store is asked again. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer)
        this.pauses.delete(end)
        resolve()
      }
      const timer = setTimeout(end, ms)
      timer.unref?.()
      this.pauses.add(end)
    })
  }

  /** Has everything written that waits, with one more attempt for what fails, within a few seconds. */
  async close(): Promise<void> {
    this.isClosing = true
    this.endListening?.()
    for (const end of [...this.pauses]) end()
    const settled = Promise.all([...this.writers.values()].map((writer) => writer.settle()))
    await Promise.race([settled, this.pause(maxCloseMs)])
    for (const end of [...this.pauses]) end()
    this.pulse.stop()
  }

  private addWriter(options: LogWriterOptions): LogWriter {
    this.leave(options.key)
    const writer = new LogWriter(this, options)
    this.writers.set(options.key, writer)
    this.pulse.start()
    return writer
  }

  private hear(value: unknown, from: string | undefined): void {
    const told = parseTold(value)
    if (told === undefined) return
    this.writers.get(told.key)?.hear(told, from)
    for (const follower of [...(this.followers.get(told.key) ?? [])]) follower.hear(told.reader)
  }

  private lookAround(): void {
    for (const writer of this.writers.values()) writer.look()
    this.lookAtOthers()
  }

  private lookAtOthers(): void {
    for (const followers of [...this.followers.values()]) for (const one of [...followers]) one.look()
  }

  private beat(): boolean {
    const now = this.now()
    for (const writer of this.writers.values()) writer.beat(now)
    this.lookAtOthers()
    return this.writers.size + this.followers.size > 0
  }
}

function parseTold(value: unknown): { key: string; producer: number; reader: number } | undefined {
  const { key, producer, reader } = (value ?? {}) as Record<string, unknown>
  if (typeof key !== 'string' || typeof producer !== 'number' || typeof reader !== 'number') return undefined
  return { key, producer, reader }
}
