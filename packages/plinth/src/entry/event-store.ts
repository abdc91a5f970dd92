/** One event of a stream, kept so that a client that lost the stream can have the rest. */
export interface KeptEvent {
  readonly id: string
  readonly text: string
}

export interface EventStoreOptions {
  /** Most streams kept. The oldest goes first. */
  readonly maxStreams: number
  /** Most events kept of one stream. The oldest goes first. */
  readonly maxEvents: number
  /** Most characters kept in all. The oldest streams go first. */
  readonly maxChars: number
  /** How long a stream is kept after its last event, in milliseconds. */
  readonly ttlMs: number
  readonly now: () => number
}

interface KeptStream {
  readonly sessionKey: string
  events: KeptEvent[]
  chars: number
  next: number
  touchedAt: number
  isDone: boolean
  listener: StreamListener | undefined
}

/** Where the events of a stream go while somebody listens. */
export interface StreamListener {
  onEvent(event: KeptEvent): void
  onDone(): void
}

/**
 * Events of the streams of 2025-11-25, so that they can be resumed with `Last-Event-ID` (basic/transports,
 * "Resumability and Redelivery"). Event ids are unique within a session, and only the broken stream is replayed.
 * Bounded in streams, events, size and time.
 */
export class EventStore {
  private readonly streams = new Map<string, KeptStream>()
  private readonly options: EventStoreOptions
  private chars = 0
  private readonly createKey: () => string

  constructor(options: EventStoreOptions, createKey: () => string) {
    this.options = options
    this.createKey = createKey
  }

  get size(): number {
    return this.streams.size
  }

  /** Opens a stream and returns its key. */
  open(sessionKey: string): string {
    this.forgetOld()
    const key = this.createKey()
    const touchedAt = this.options.now()
    const empty = { events: [], chars: 0, next: 0, isDone: false, listener: undefined }
    this.streams.set(key, { sessionKey, touchedAt, ...empty })
    return key
  }

  /** Adds an event and hands it to whoever listens. */
  append(key: string, text: string): KeptEvent {
    const stream = this.streams.get(key)
    const event = { id: `${key}_${stream?.next ?? 0}`, text }
    if (stream === undefined) return event
    stream.next++
    stream.events.push(event)
    this.count(stream, text.length)
    if (stream.events.length > this.options.maxEvents) {
      this.count(stream, -(stream.events.shift()?.text.length ?? 0))
    }
    for (const oldest of this.streams.keys()) {
      if (this.chars <= this.options.maxChars || oldest === key) break
      this.drop(oldest)
    }
    stream.touchedAt = this.options.now()
    stream.listener?.onEvent(event)
    return event
  }

  /** Marks a stream as complete: whoever resumes it gets what is left, and then its end. */
  finish(key: string): void {
    const stream = this.streams.get(key)
    if (stream === undefined) return
    stream.isDone = true
    stream.listener?.onDone()
    stream.listener = undefined
  }

  /** Says where events go from now on, or with undefined that nobody listens. */
  attach(key: string, listener: StreamListener | undefined): void {
    const stream = this.streams.get(key)
    if (stream !== undefined) stream.listener = listener
  }

  /**
   * What came after an event, and the key of its stream; undefined when the event is not known or belongs to
   * another session.
   */
  resume(
    lastEventId: string,
    sessionKey: string,
  ): { key: string; missed: readonly KeptEvent[]; isDone: boolean } | undefined {
    const cut = lastEventId.lastIndexOf('_')
    const key = lastEventId.slice(0, cut)
    const stream = this.streams.get(key)
    if (cut <= 0 || stream === undefined || stream.sessionKey !== sessionKey) return undefined
    const sequence = Number(lastEventId.slice(cut + 1))
    if (!Number.isSafeInteger(sequence) || sequence >= stream.next) return undefined
    const missed = stream.events.filter(({ id }) => Number(id.slice(cut + 1)) > sequence)
    return { key, missed, isDone: stream.isDone }
  }

  /** Drops a stream that needs no resuming any more. */
  drop(key: string): void {
    const stream = this.streams.get(key)
    if (stream === undefined) return
    this.chars -= stream.chars
    this.streams.delete(key)
  }

  private count(stream: KeptStream, chars: number): void {
    stream.chars += chars
    this.chars += chars
  }

  private forgetOld(): void {
    const { maxStreams, ttlMs, now } = this.options
    const oldest = now() - ttlMs
    for (const [key, stream] of this.streams) {
      const isOver = stream.listener === undefined && stream.touchedAt < oldest
      if (isOver || this.streams.size >= maxStreams) this.drop(key)
      else break
    }
  }
}
