import { createFailure } from '../errors.ts'
import { Repairs } from '../storage/repairs.ts'
import { describeError, type LogSink } from '../telemetry/log.ts'
import { type JobRecord, type JobStore, JobStoreFull, type NewJob } from './job.ts'

/** What jobs are taken in with. */
export interface JobIntakeOptions {
  readonly store: JobStore
  readonly log: LogSink
}

/** When somebody whose job was not kept should ask again, in milliseconds. */
const retryAfterMs = 10_000

/** Hands new jobs to a store, each of them once, also where the store does not say whether it kept one. */
export class JobIntake {
  private readonly options: JobIntakeOptions
  private readonly repairs = new Repairs()

  constructor(options: JobIntakeOptions) {
    this.options = options
  }

  /**
   * Keeps a job.
   *
   * @param isRepeatable Whether the call that makes it may be made again while nobody knows what became of it.
   * @throws Failure `overloaded` where there is no room, `store_unavailable` where the same call may be made again, and
   * `outcome_unknown` where it must not be: then the job is taken back, unless it has begun.
   */
  async add(job: NewJob, { isRepeatable }: { isRepeatable: boolean }): Promise<JobRecord> {
    try {
      return await this.options.store.enqueue(job)
    } catch (error) {
      if (error instanceof JobStoreFull) {
        this.note('warn', 'There is no room for a job.', { job, error })
        throw createFailure('overloaded', { retryAfterMs })
      }
      this.note('warn', 'The store did not say whether it kept a job.', { job, error })
      return this.addAgain(job, isRepeatable)
    }
  }

  /** What was kept although its answer got lost is found. What is on its way still finds the job it would make. */
  private async addAgain(job: NewJob, isRepeatable: boolean): Promise<JobRecord> {
    const { store } = this.options
    try {
      return (await store.get(job.id)) ?? (await store.enqueue(job))
    } catch (error) {
      this.note('error', 'A job could not be kept.', { job, error })
      if (isRepeatable) {
        const message = 'Jobs cannot be reached now. Make the same call again later.'
        throw createFailure('store_unavailable', { message, retryAfterMs })
      }
      this.repairs.add(() => this.withdraw(job))
      const message =
        'Whether this call was taken on is not known. Find out whether it took effect before you go on.'
      throw createFailure('outcome_unknown', { message })
    }
  }

  /** Nobody was told of the job, so it must not begin any more. One of its id keeps out what is on its way still. */
  private async withdraw(job: NewJob): Promise<void> {
    const { store } = this.options
    const record = (await store.get(job.id)) ?? (await store.enqueue({ ...job, delayMs: job.ttlMs }))
    if (record.attempts === 0) await store.cancel(job.id)
  }

  private note(
    level: 'warn' | 'error',
    message: string,
    { job, error }: { job: NewJob; error: unknown },
  ): void {
    this.options.log({ level, message, component: job.name, job: job.id, error: describeError(error) })
  }
}
