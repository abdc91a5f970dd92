import type { LogRecord, LogSink } from './log.ts'

/** How long nothing is said of something that goes on failing, in milliseconds. */
const silenceMs = 60_000

interface Outage {
  saidAt: number
  failures: number
}

/**
 * Tells of what is tried again and again: when it fails for the first time, once a minute while it goes on failing, and
 * when it works again.
 */
export class Outages {
  private readonly log: LogSink
  private readonly now: () => number
  private readonly known = new Map<string, Outage>()

  constructor(log: LogSink, now: () => number) {
    this.log = log
    this.now = now
  }

  /** It failed. */
  fail(what: string, record: LogRecord): void {
    const time = this.now()
    const outage = this.known.get(what)
    if (outage === undefined) {
      this.known.set(what, { saidAt: time, failures: 1 })
      this.log(record)
      return
    }
    outage.failures++
    // A clock that was set back must not make this silent for as long.
    if (Math.abs(time - outage.saidAt) < silenceMs) return
    outage.saidAt = time
    this.log({ ...record, failures: outage.failures })
  }

  /** It worked. */
  end(what: string, message: string, facts: Readonly<Record<string, unknown>> = {}): void {
    const outage = this.known.get(what)
    if (outage === undefined) return
    this.known.delete(what)
    this.log({ ...facts, level: 'info', message, failures: outage.failures })
  }
}
