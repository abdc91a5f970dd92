import { describeError } from '../telemetry/log.ts'
import { Outages } from '../telemetry/outages.ts'
import type { JobRecord } from './job.ts'
import type { JobSettings } from './job-options.ts'
import { type JobEnvironment, JobRun, type JobTool } from './job-run.ts'

/** What a worker is made with. */
export interface WorkerOptions extends JobEnvironment {
  readonly queue: string
  readonly settings: JobSettings
  /** The tools whose jobs it runs, by name. */
  readonly tools: ReadonlyMap<string, JobTool>
  /** Whether jobs may be run at present. */
  mayRun(): boolean
  /** Called when it took a job and has no room for another, of which there may be more. */
  onFull(): void
}

/** How long a run that was told to stop may take to write that down, in milliseconds. */
const stopMarginMs = 2_000

/** Claims asked for at once. */
const maxClaims = 4

/** Runs jobs in this process, so many at once, until it is stopped. */
export class JobWorker {
  private readonly options: WorkerOptions
  private readonly running = new Map<string, { readonly run: JobRun; readonly ended: Promise<void> }>()
  private timer: ReturnType<typeof setInterval> | undefined
  private claiming: Promise<void> | undefined
  private hasMore = false
  /** Claims that were asked for and not answered. */
  private pending = 0
  private isStopped = true
  private readonly outages: Outages
  /** Most jobs it runs at once. */
  maxRunning: number

  constructor(options: WorkerOptions) {
    this.options = options
    this.outages = new Outages(options.context.log, options.context.now)
    this.maxRunning = options.settings.maxRunning
  }

  /** How many jobs it runs now. */
  get size(): number {
    return this.running.size
  }

  /** Whether it could run one more. */
  get hasRoom(): boolean {
    return !this.isStopped && this.size + this.pending < this.maxRunning
  }

  /** Looks for jobs now, where it looks for any. */
  wake(): void {
    if (this.hasRoom) void this.claimAll()
  }

  /** Looks for jobs, now and from now on. */
  start(): void {
    if (this.options.tools.size === 0 || this.maxRunning === 0) return
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
    const running = [...this.running.values()].map((one) => one.ended)
    if (running.length === 0 && this.claiming === undefined) return
    const timer = setTimeout(() => {
      for (const { run } of this.running.values()) run.stop()
    }, graceMs)
    const late = AbortSignal.timeout(graceMs + stopMarginMs)
    const isLate = new Promise((resolve) => late.addEventListener('abort', resolve))
    await Promise.race([Promise.allSettled([...running, this.claiming]), isLate])
    clearTimeout(timer)
  }

  /** A job that is no longer this process's. */
  lose(id: string, reason: string): void {
    this.running.get(id)?.run.lose(reason)
  }

  private claimAll(): Promise<void> {
    this.hasMore = true
    this.claiming ??= this.claimUntilNone().finally(() => {
      this.claiming = undefined
    })
    return this.claiming
  }

  private async claimUntilNone(): Promise<void> {
    try {
      while (this.hasMore) {
        this.hasMore = false
        await this.fill()
      }
    } catch (error) {
      const message = 'Jobs could not be looked for.'
      this.outages.fail('jobs', { level: 'error', message, error: describeError(error) })
    }
  }

  /** Claims jobs until every slot is taken or none is due: several at once as soon as there is one. */
  private async fill(): Promise<void> {
    if (!(await this.claimOne())) return
    const claimers = Array.from({ length: maxClaims }, async () => {
      while (await this.claimOne());
    })
    const failed = (await Promise.allSettled(claimers)).find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
  }

  /** False where there is no room, or no job. */
  private async claimOne(): Promise<boolean> {
    if (!this.hasRoom || !this.options.mayRun()) return false
    const askedAt = this.options.context.now()
    this.pending++
    const record = await this.claim().finally(() => this.pending--)
    if (record === undefined) return false
    if (this.isStopped) await this.giveBack(record)
    else this.begin(record, askedAt)
    if (this.size >= this.maxRunning) this.options.onFull()
    return true
  }

  /** A job that was claimed while the worker stopped. */
  private async giveBack({ id, fence }: JobRecord): Promise<void> {
    await this.options.store.release(id, fence, { delayMs: 0, counts: false })
  }

  private async claim(): Promise<JobRecord | undefined> {
    const { store, queue, tools, settings } = this.options
    const record = await store.claim({ queue, names: [...tools.keys()], leaseMs: settings.leaseMs })
    this.outages.end('jobs', 'Jobs can be looked for again.')
    return record
  }

  private begin(record: JobRecord, askedAt: number): void {
    const tool = this.options.tools.get(record.name)
    if (tool === undefined) return
    // The same job under an older claim cannot write any more; its slot is this one's.
    this.lose(record.id, 'The job was claimed anew.')
    const run = new JobRun(record, tool, { ...this.options, claimedAt: askedAt })
    const entry = { run, ended: run.run().finally(() => this.end(record.id, run)) }
    this.running.set(record.id, entry)
  }

  private end(id: string, run: JobRun): void {
    if (this.running.get(id)?.run === run) this.running.delete(id)
    void this.claimAll()
  }
}
