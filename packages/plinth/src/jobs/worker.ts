import { describeError } from '../telemetry/log.ts'
import type { JobRecord } from './job.ts'
import type { JobSettings } from './job-options.ts'
import { type JobEnvironment, JobRun, type JobTool } from './job-run.ts'

/** What a worker is made with. */
export interface WorkerOptions extends JobEnvironment {
  readonly queue: string
  readonly settings: JobSettings
  /** The tools whose jobs it runs, by name. */
  readonly tools: ReadonlyMap<string, JobTool>
}

/** How long a run that was told to stop may take to write that down, in milliseconds. */
const stopMarginMs = 2_000

/** Runs jobs in this process, so many at once, until it is stopped. */
export class JobWorker {
  private readonly options: WorkerOptions
  private readonly running = new Map<string, { readonly run: JobRun; readonly ended: Promise<void> }>()
  private timer: ReturnType<typeof setInterval> | undefined
  private isClaiming = false
  private hasMore = false
  private isStopped = true

  constructor(options: WorkerOptions) {
    this.options = options
  }

  /** How many jobs it runs now. */
  get size(): number {
    return this.running.size
  }

  /** Looks for jobs, now and from now on. */
  start(): void {
    if (this.options.tools.size === 0 || this.options.settings.maxRunning === 0) return
    this.isStopped = false
    this.timer ??= setInterval(() => void this.claimAll(), this.options.settings.pollMs)
    this.timer.unref?.()
    // Whoever made a job is answered first.
    setImmediate(() => void this.claimAll())
  }

  /** Takes no more jobs and waits for those that run; what is left after `graceMs` is given back. */
  async stop(graceMs: number): Promise<void> {
    this.isStopped = true
    clearInterval(this.timer)
    this.timer = undefined
    const ended = Promise.allSettled([...this.running.values()].map((one) => one.ended))
    if (this.running.size === 0) return
    const timer = setTimeout(() => {
      for (const { run } of this.running.values()) run.stop()
    }, graceMs)
    const late = AbortSignal.timeout(graceMs + stopMarginMs)
    await Promise.race([ended, new Promise((resolve) => late.addEventListener('abort', resolve))])
    clearTimeout(timer)
  }

  /** A job that is no longer this process's. */
  lose(id: string, reason: string): void {
    this.running.get(id)?.run.lose(reason)
  }

  private async claimAll(): Promise<void> {
    this.hasMore = true
    if (this.isClaiming) return
    this.isClaiming = true
    try {
      while (this.hasMore) {
        this.hasMore = false
        await this.fill()
      }
    } catch (error) {
      const message = 'Jobs could not be looked for.'
      this.options.context.log({ level: 'error', message, error: describeError(error) })
    } finally {
      this.isClaiming = false
    }
  }

  /** Claims jobs until every slot is taken or none is due. */
  private async fill(): Promise<void> {
    while (!this.isStopped && this.running.size < this.options.settings.maxRunning) {
      const record = await this.claim()
      if (record === undefined) return
      this.begin(record)
    }
  }

  private claim(): JobRecord | undefined | Promise<JobRecord | undefined> {
    const { store, queue, tools, settings } = this.options
    return store.claim({ queue, names: [...tools.keys()], leaseMs: settings.leaseMs })
  }

  private begin(record: JobRecord): void {
    const tool = this.options.tools.get(record.name)
    if (tool === undefined) return
    // The same job under an older claim cannot write any more; its slot is this one's.
    this.lose(record.id, 'The job was claimed anew.')
    const run = new JobRun(record, tool, this.options)
    const entry = { run, ended: run.run().finally(() => this.end(record.id, run)) }
    this.running.set(record.id, entry)
  }

  private end(id: string, run: JobRun): void {
    if (this.running.get(id)?.run === run) this.running.delete(id)
    void this.claimAll()
  }
}
