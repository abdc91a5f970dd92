import {
  type EventLogBounds,
  type EventLogContent,
  type EventLogHead,
  type EventLogOpening,
  type EventLogOptions,
  type EventLogStore,
  type EventLogWrite,
  type MeasuredText,
  measureTexts,
  parseEventLogOptions,
} from './event-log.ts'

export interface MemoryEventLogOptions extends EventLogOptions {
  /** Most logs. The one that was written to longest ago goes first. Default `10_000`. */
  readonly maxLogs?: number
  /** Most characters of all logs together. Default `67_108_864`. */
  readonly maxChars?: number
  /** The clock, in milliseconds. */
  readonly now: () => number
}

interface Log {
  readonly owner: string
  readonly meta: string
  producer: number
  reader: number
  next: number
  /** Characters of all events there ever were. */
  chars: number
  events: MeasuredText[]
  isFinished: boolean
  leaseUntil: number
  expiresAt: number
}

/** Event logs in this process's memory: for tests, and for servers that share a process. */
export class MemoryEventLogStore implements EventLogStore {
  readonly bounds: EventLogBounds
  private readonly logs = new Map<string, Log>()
  private readonly maxLogs: number
  private readonly maxChars: number
  private readonly now: () => number
  private chars = 0

  constructor(options: MemoryEventLogOptions) {
    this.bounds = parseEventLogOptions(options)
    this.maxLogs = options.maxLogs ?? 10_000
    this.maxChars = options.maxChars ?? 67_108_864
    this.now = options.now
  }

  get size(): number {
    return this.logs.size
  }

  open(key: string, { owner, meta, ifSilent = false }: EventLogOpening): EventLogHead | undefined {
    const known = this.find(key)
    if (known !== undefined && known.owner !== owner) return undefined
    if (ifSilent && (known === undefined || !this.toHead(known).isSilent)) return undefined
    const empty = { producer: 0, reader: 0, next: 0, chars: 0, events: [], leaseUntil: 0, expiresAt: 0 }
    const log = known ?? { owner, meta, ...empty, isFinished: false }
    log.producer = this.toNumber(log.producer)
    log.isFinished = false
    this.renew(key, log)
    this.makeRoom(log)
    return this.toHead(log)
  }

  append(key: string, write: EventLogWrite): EventLogHead | undefined {
    const log = this.find(key)
    if (log === undefined) return undefined
    if (log.producer !== write.producer || log.isFinished) return this.toHead(log)
    this.add(log, measureTexts(write, log))
    log.isFinished = write.isFinal ?? false
    this.renew(key, log)
    this.makeRoom(log)
    return this.toHead(log)
  }

  claim(key: string, owner: string): EventLogHead | undefined {
    const log = this.find(key)
    if (log?.owner !== owner) return undefined
    log.reader = this.toNumber(log.reader)
    return this.toHead(log)
  }

  read(key: string, { owner, after }: { owner: string; after: number }): EventLogContent | undefined {
    const log = this.find(key)
    if (log?.owner !== owner) return undefined
    const events = log.events.filter(({ sequence }) => sequence > after)
    return {
      head: this.toHead(log),
      meta: log.meta,
      events: events.map(({ sequence, text }) => ({ sequence, text })),
    }
  }

  private add(log: Log, added: readonly MeasuredText[]): void {
    const { maxEvents, maxChars } = this.bounds
    const before = sum(log.events)
    log.chars += sum(added)
    log.next = (added.at(-1)?.sequence ?? log.next - 1) + 1
    log.events = [...log.events, ...added].filter(
      (event) =>
        event.sequence === log.next - 1 ||
        (event.sequence >= log.next - maxEvents && log.chars - event.before <= maxChars),
    )
    this.chars += sum(log.events) - before
  }

  private renew(key: string, log: Log): void {
    const now = this.now()
    log.leaseUntil = now + this.bounds.leaseMs
    log.expiresAt = now + this.bounds.ttlMs
    // The order of the map is that of the last writes.
    this.logs.delete(key)
    this.logs.set(key, log)
  }

  private toNumber(before: number): number {
    return Math.max(before + 1, Math.floor(this.now()))
  }

  private find(key: string): Log | undefined {
    const log = this.logs.get(key)
    if (log === undefined || log.expiresAt > this.now()) return log
    this.remove(key, log)
    return undefined
  }

  private makeRoom(current: Log): void {
    for (const [key, log] of this.logs) {
      if (this.logs.size <= this.maxLogs && this.chars <= this.maxChars) return
      if (log !== current) this.remove(key, log)
    }
  }

  private remove(key: string, log: Log): void {
    this.chars -= sum(log.events)
    this.logs.delete(key)
  }

  private toHead({ producer, reader, next, isFinished, leaseUntil }: Log): EventLogHead {
    const isSilent = !isFinished && leaseUntil <= this.now()
    return { producer, reader, next, isFinished, isSilent }
  }
}

function sum(events: readonly MeasuredText[]): number {
  return events.reduce((total, { text }) => total + text.length, 0)
}
