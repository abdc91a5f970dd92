import { describeError, type LogSink } from '../telemetry/log.ts'
import type { JobRecord, JobStore } from './job.ts'

export interface JobSweeperOptions {
  readonly store: JobStore
  readonly log: LogSink
  /** Hears of every job that had to be ended. */
  onExpired(record: JobRecord): void
}

/** How often jobs are looked for whose time is over, in milliseconds. */
const sweepMs = 60_000

/** Jobs that are ended, or removed, in one step, and how many steps at a time. */
const limit = 500
const maxSteps = 20

/** Jobs that a line of the log names. */
const maxNamed = 20

/** Looks for jobs whose time is over, of all processes: now and every minute, until it is stopped. */
export class JobSweeper {
  private readonly options: JobSweeperOptions
  private timer: ReturnType<typeof setInterval> | undefined
  private sweeping: Promise<void> | undefined
  private count = 0

  constructor(options: JobSweeperOptions) {
    this.options = options
  }

  /** How many jobs it had to end. */
  get expired(): number {
    return this.count
  }

  start(): void {
    if (this.timer !== undefined) return
    this.timer = setInterval(() => this.sweep(), sweepMs)
    this.timer.unref?.()
    // Whoever made a job is answered first.
    setImmediate(() => this.sweep())
  }

  stop(): void {
    clearInterval(this.timer)
    this.timer = undefined
  }

  private sweep(): void {
    if (this.timer === undefined) return
    this.sweeping ??= this.sweepAll().finally(() => {
      this.sweeping = undefined
    })
  }

  private async sweepAll(): Promise<void> {
    const expired: JobRecord[] = []
    try {
      for (let step = 0; step < maxSteps && (await this.sweepSome(expired)); step++) {
        await new Promise((resolve) => setImmediate(resolve))
      }
    } catch (error) {
      // The store may have been closed meanwhile.
      if (this.timer === undefined) return
      const message = 'Jobs whose time is over could not be looked for.'
      this.options.log({ level: 'warn', message, error: describeError(error) })
    }
    if (expired.length > 0) this.note(expired)
  }

  /** Whether there may be more to do. */
  private async sweepSome(expired: JobRecord[]): Promise<boolean> {
    if (this.timer === undefined) return false
    const swept = await this.options.store.sweep({ limit })
    this.count += swept.expired.length
    for (const record of swept.expired) this.options.onExpired(record)
    expired.push(...swept.expired)
    return swept.expired.length >= limit || swept.removed >= limit
  }

  private note(expired: readonly JobRecord[]): void {
    const named = expired.slice(0, maxNamed).map(({ id, queue, name }) => ({ id, queue, name }))
    const message = 'Jobs did not end in their time, and have failed.'
    this.options.log({ level: 'warn', message, count: expired.length, jobs: named })
  }
}
