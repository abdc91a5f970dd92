/** One event of a stream, kept so that a client that lost the stream can have the rest. Priming events have no text. */
export interface KeptEvent {
  readonly id: string
  readonly text: string
}

export interface EventStoreOptions {
  /** Most streams kept that nobody reads. The oldest goes first. */
  readonly maxStreams: number
  /** Most events kept of one stream. The oldest goes first. */
  readonly maxEvents: number
  /** Most characters kept in all. The oldest streams go first. */
  readonly maxChars: number
  /** How long a stream that nobody reads is kept after its last event, in milliseconds. */
  readonly ttlMs: number
  readonly now: () => number
}

/** What a stream belongs to: one posted request, or the session as a whole. */
export type StreamKind = 'request' | 'session'

/** Where the events of a stream go while somebody reads it. */
export interface StreamReader {
  onEvent(event: KeptEvent): void
  /** The stream is complete. */
  onDone(): void
  /** Somebody else reads on. */
  onReplaced(): void
}

/** Where else the events of a stream go, so that it can go on in another process. Nobody waits for it. */
export interface StreamSink {
  append(text: string): void
  finish(): void
  /** A reader came back to this process. */
  claim(): void
}

/** A stream that is kept elsewhere too. */
export interface SharedStream {
  /** Its name, where it goes on with one that is there already. Default: a new one. */
  readonly key?: string
  /** The number of its next event. Default `0`. */
  readonly next?: number
  createSink(key: string): StreamSink
}

/** What a client missed of a stream, and whether that was all. */
export interface Resumption {
  readonly key: string
  readonly missed: readonly KeptEvent[]
  readonly isDone: boolean
}

interface KeptStream {
  readonly sessionKey: string
  readonly events: KeptEvent[]
  chars: number
  next: number
  touchedAt: number
  isDone: boolean
  reader: StreamReader | undefined
  readonly sink: StreamSink | undefined
}

const idForm = /^([rs][\w-]+)_(\d{1,15})$/

/** The stream of an event, and its number there. */
export interface EventPlace {
  readonly key: string
  readonly sequence: number
}

/** What an event id says; undefined for what is none. */
export function parseEventId(eventId: string): EventPlace | undefined {
  const [, key, digits] = idForm.exec(eventId) ?? []
  return key === undefined ? undefined : { key, sequence: Number(digits) }
}

/** What an event takes up besides its text, in characters. */
const overhead = 64

/** Tells whether an event id has the form of those of a request's stream. */
export function isRequestEvent(eventId: string): boolean {
  return eventId.startsWith('r') && idForm.test(eventId)
}

/**
 * Events of the streams of 2025-11-25, so that they can be resumed with `Last-Event-ID` (basic/transports,
 * "Resumability and Redelivery"). Event ids are unique, each stream has one reader at a time, and only the broken
 * stream is replayed. Bounded in streams, events, size and time; a stream that is being read, or that goes elsewhere
 * too, is not dropped before its end, it only loses what it kept.
 */
export class EventStore {
  private readonly streams = new Map<string, KeptStream>()
  private readonly options: EventStoreOptions
  private readonly createKey: () => string
  private chars = 0

  constructor(options: EventStoreOptions, createKey: () => string) {
    this.options = options
    this.createKey = createKey
  }

  get size(): number {
    return this.streams.size
  }

  /** Opens a stream and returns its key. */
  open(sessionKey: string, kind: StreamKind, shared?: SharedStream): string {
    if (this.streams.size >= this.options.maxStreams) this.dropOldest()
    const key = shared?.key ?? `${kind === 'request' ? 'r' : 's'}${this.createKey()}`
    const touchedAt = this.options.now()
    const empty = { events: [], chars: 0, isDone: false, reader: undefined }
    const next = shared?.next ?? 0
    this.streams.set(key, { sessionKey, touchedAt, next, ...empty, sink: shared?.createSink(key) })
    return key
  }

  /** Adds an event and hands it to whoever reads. Does nothing once the stream was dropped. */
  append(key: string, text: string): void {
    const stream = this.streams.get(key)
    if (stream === undefined) return
    const event = { id: `${key}_${stream.next++}`, text }
    stream.events.push(event)
    this.count(stream, text.length + overhead)
    if (stream.events.length > this.options.maxEvents) this.trim(stream)
    if (this.chars > this.options.maxChars) this.makeRoom(stream)
    stream.touchedAt = this.options.now()
    stream.reader?.onEvent(event)
    stream.sink?.append(text)
  }

  /** Marks a stream as complete: whoever resumes it gets what is left, and then its end. */
  finish(key: string): void {
    const stream = this.streams.get(key)
    if (stream === undefined) return
    if (!stream.isDone) stream.sink?.finish()
    stream.isDone = true
    stream.reader?.onDone()
  }

  /** Says who reads a stream from now on. Whoever did so before is told. */
  attach(key: string, reader: StreamReader): void {
    const stream = this.streams.get(key)
    if (stream === undefined) return
    const previous = stream.reader
    stream.reader = reader
    previous?.onReplaced()
  }

  /** Says that a reader came back: it reads on here, and nowhere else. */
  claim(key: string): void {
    this.streams.get(key)?.sink?.claim()
  }

  /** Says that the stream is read in another process from now on. Whoever did so here is told. */
  release(key: string): void {
    const stream = this.streams.get(key)
    const previous = stream?.reader
    if (stream !== undefined) stream.reader = undefined
    previous?.onReplaced()
  }

  /** Says that a reader is gone. Does nothing when somebody else has taken over. */
  detach(key: string, reader: StreamReader): void {
    const stream = this.streams.get(key)
    if (stream?.reader === reader) stream.reader = undefined
  }

  /**
   * What came after an event; undefined when it is not known or belongs to another session, and when some of it is
   * only kept elsewhere.
   */
  resume(lastEventId: string, sessionKey: string): Resumption | undefined {
    const { key = '', sequence = 0 } = parseEventId(lastEventId) ?? {}
    const stream = this.streams.get(key)
    if (stream === undefined || stream.sessionKey !== sessionKey || sequence >= stream.next) return undefined
    const seen = sequence + 1 - (stream.next - stream.events.length)
    if (seen < 0 && stream.sink !== undefined) return undefined
    return { key, missed: stream.events.slice(Math.max(seen, 0)), isDone: stream.isDone }
  }

  /** Drops a stream that needs no resuming any more. */
  drop(key: string): void {
    const stream = this.streams.get(key)
    if (stream === undefined) return
    if (!stream.isDone) stream.sink?.finish()
    this.chars -= stream.chars
    this.streams.delete(key)
  }

  /** Drops streams nobody has come back for. */
  sweep(): void {
    const oldest = this.options.now() - this.options.ttlMs
    for (const [key, stream] of this.streams) {
      if (stream.touchedAt < oldest && !isNeeded(stream)) this.drop(key)
    }
  }

  private count(stream: KeptStream, chars: number): void {
    stream.chars += chars
    this.chars += chars
  }

  private trim(stream: KeptStream): void {
    const first = stream.events.shift()
    if (first !== undefined) this.count(stream, -first.text.length - overhead)
  }

  private dropOldest(): void {
    for (const [key, stream] of this.streams) {
      if (isNeeded(stream)) continue
      this.drop(key)
      return
    }
  }

  private makeRoom(current: KeptStream): void {
    for (const [key, stream] of this.streams) {
      if (this.chars <= this.options.maxChars) return
      if (stream === current) continue
      if (isNeeded(stream)) this.empty(stream)
      else this.drop(key)
    }
    while (this.chars > this.options.maxChars && current.events.length > 1) this.trim(current)
  }

  private empty(stream: KeptStream): void {
    stream.events.length = 0
    this.count(stream, -stream.chars)
  }
}

/** A complete stream needs nobody: its reader only waits for the last bytes to go out. */
function isNeeded({ reader, sink, isDone }: KeptStream): boolean {
  return !isDone && (reader !== undefined || sink !== undefined)
}
