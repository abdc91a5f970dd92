/** One event as a log keeps it. */
export interface LoggedEvent {
  /** Its place: greater than that of every event before it. */
  readonly sequence: number
  readonly text: string
}

/** How a log stands. */
export interface EventLogHead {
  /** Who may append: whoever opens the log gets a greater number than all before, also than those of a log that is gone. */
  readonly producer: number
  /** Who may read on: whoever claims the log gets a greater number in the same way. 0 before the first. */
  readonly reader: number
  /** The place after that of the newest event. */
  readonly next: number
  readonly isFinished: boolean
  /** Whether its producer neither finished it nor gave a sign of life within its lease. */
  readonly isSilent: boolean
}

/** What a reader gets of a log. */
export interface EventLogContent {
  readonly head: EventLogHead
  /** What the first producer wrote of the log. */
  readonly meta: string
  /** What is kept of the events after the place asked for, in their order. */
  readonly events: readonly LoggedEvent[]
}

/** How a log is opened. */
export interface EventLogOpening {
  /** Who alone may read it, and open it again. */
  readonly owner: string
  /** Whatever its producer has to say of it, mostly JSON. That of the first one is kept. */
  readonly meta: string
  /** Opens only a log that is there and whose producer is silent, to finish what that one left. Default `false`. */
  readonly ifSilent?: boolean
}

/** What a producer appends. */
export interface EventLogWrite {
  readonly producer: number
  /** The place of the first text. Places between it and `next` stay empty: their events were lost on the way. */
  readonly first: number
  /** Without texts it is a sign of life. */
  readonly texts: readonly string[]
  /** Whether nothing comes after. Default `false`. */
  readonly isFinal?: boolean
}

/** What event logs keep, and for how long. */
export interface EventLogBounds {
  /** How long a log is kept after its producer's last sign of life, in milliseconds. */
  readonly ttlMs: number
  /** How long a producer may give no sign of life before it counts as gone, in milliseconds. */
  readonly leaseMs: number
  /** Most events of one log. The oldest go first. */
  readonly maxEvents: number
  /** Most characters of the events of one log. The oldest go first; the newest event is always kept. */
  readonly maxChars: number
}

/**
 * Logs of events that one process appends to and that any process can read: so that a stream can go on elsewhere.
 * One producer and one reader at a time, each with a number by which it finds out that another took its place. A
 * driver does each method in one atomic step with one clock: its own, where processes share it.
 */
export interface EventLogStore {
  readonly bounds: EventLogBounds
  /**
   * Opens a log as its producer. One that is there already goes on where it is: whoever produced it can append no more.
   *
   * @returns how it stands, or undefined where it belongs to somebody else, or `ifSilent` does not hold.
   * @throws StoreError when the service behind the store cannot be reached.
   */
  open(key: string, opening: EventLogOpening): EventLogHead | undefined | Promise<EventLogHead | undefined>
  /**
   * Appends events and renews the lease. Nothing happens to a log that is finished or has another producer, and texts
   * whose place was taken before are not written again: so what may have been done can be repeated.
   *
   * @returns how the log stands then, or undefined when it is gone.
   * @throws StoreError when the service behind the store cannot be reached.
   */
  append(key: string, write: EventLogWrite): EventLogHead | undefined | Promise<EventLogHead | undefined>
  /**
   * Takes the place of the reader.
   *
   * @returns how the log stands, with the number of this reader; undefined when it is gone or somebody else's.
   * @throws StoreError when the service behind the store cannot be reached.
   */
  claim(key: string, owner: string): EventLogHead | undefined | Promise<EventLogHead | undefined>
  /**
   * The events after the place `after`; -1 for all.
   *
   * @returns undefined when the log is gone or somebody else's.
   * @throws StoreError when the service behind the store cannot be reached.
   */
  read(
    key: string,
    from: { owner: string; after: number },
  ): EventLogContent | undefined | Promise<EventLogContent | undefined>
}

/** Bounds as options of every driver. */
export interface EventLogOptions {
  /** How long the events of a stream can be read after their last one, in milliseconds. Default `300_000`. */
  readonly eventTtlMs?: number
  /**
   * How long a process that works for a stream may give no sign of life before it counts as gone, in milliseconds.
   * Default `15_000`.
   */
  readonly eventLeaseMs?: number
  /** Most events kept of one stream. The oldest go first. Default `1_024`. */
  readonly maxEvents?: number
  /** Most characters kept of the events of one stream. The oldest go first. Default `4_194_304`. */
  readonly maxEventChars?: number
}

/** @throws TypeError naming the option, its value and the fix. */
export function parseEventLogOptions(options: EventLogOptions): EventLogBounds {
  const bounds = {
    ttlMs: parseBound('eventTtlMs', options.eventTtlMs ?? 300_000),
    leaseMs: parseBound('eventLeaseMs', options.eventLeaseMs ?? 15_000),
    maxEvents: parseBound('maxEvents', options.maxEvents ?? 1_024),
    maxChars: parseBound('maxEventChars', options.maxEventChars ?? 4_194_304),
  }
  if (bounds.leaseMs <= bounds.ttlMs) return bounds
  throw new TypeError(`"eventLeaseMs" must be at most "eventTtlMs", got ${bounds.leaseMs}.`)
}

function parseBound(option: string, value: number): number {
  if (Number.isSafeInteger(value) && value > 0) return value
  throw new TypeError(`"${option}" must be a positive whole number, got ${value}.`)
}

/** A text with the characters that came before it in its log: what the oldest events are found by. */
export interface MeasuredText {
  readonly sequence: number
  readonly before: number
  readonly text: string
}

/** The texts of a write that are new to a log which goes up to `next` and had `chars` characters so far. */
export function measureTexts(
  { first, texts }: EventLogWrite,
  { next, chars }: { next: number; chars: number },
): MeasuredText[] {
  let before = chars
  return texts.slice(Math.max(0, next - first)).map((text, at) => {
    const measured = { sequence: Math.max(first, next) + at, before, text }
    before += text.length
    return measured
  })
}
