import type { JsonObject } from '../jsonrpc/message.ts'
import type {
  JobCounts,
  JobEnd,
  JobProgress,
  JobRecord,
  JobRelease,
  JobStore,
  JobSweep,
  Later,
  NewJob,
} from './job.ts'
import { answered, cancelled, ended, holds, released, revived, suspended } from './job-steps.ts'

/** What becomes of a job at a time; undefined where it may not change. */
export type JobStep = (record: JobRecord, now: number) => JobRecord | undefined

/** A job store whose rows change one step at a time: what a job may become is the same wherever its row is kept. */
export abstract class ChangingJobStore implements JobStore {
  abstract enqueue(job: NewJob): Later<JobRecord>
  abstract get(id: string): Later<JobRecord | undefined>
  abstract findByKey(known: { queue: string; name: string; key: string }): Later<JobRecord | undefined>
  abstract claim(options: {
    queue: string
    names: readonly string[]
    leaseMs: number
  }): Later<JobRecord | undefined>
  abstract listDead(options: { queue: string; limit: number }): Later<readonly JobRecord[]>
  abstract count(options: { queue: string }): Later<JobCounts>
  abstract sweep(options: { limit: number }): Later<JobSweep>

  /** Reads a job as it stands, and writes what the step makes of it, in one atomic step. */
  protected abstract change(id: string, step: JobStep): Later<JobRecord | undefined>

  renew(
    id: string,
    fence: number,
    { leaseMs, progress }: { leaseMs: number; progress?: JobProgress | undefined },
  ): Later<JobRecord | undefined> {
    return this.under(id, fence, (record, now) => {
      const moved = progress === undefined ? {} : { progress, message: progress.message, updatedAt: now }
      return { ...record, ...moved, claimableAt: now + leaseMs }
    })
  }

  checkpoint(id: string, fence: number, done: JsonObject): Later<boolean> {
    return isChanged(this.under(id, fence, (record) => ({ ...record, done })))
  }

  suspend(
    id: string,
    fence: number,
    questions: ReadonlyMap<string, JsonObject>,
  ): Later<JobRecord | undefined> {
    return this.under(id, fence, (record, now) => suspended(record, now, questions))
  }

  finish(id: string, fence: number, end: JobEnd): Later<JobRecord | undefined> {
    return this.under(id, fence, (record, now) => ended(record, now, end))
  }

  release(id: string, fence: number, release: JobRelease): Later<boolean> {
    return isChanged(this.under(id, fence, (record, now) => released(record, now, release)))
  }

  answer(id: string, answers: JsonObject): Later<JobRecord | undefined> {
    return this.change(id, (record, now) => answered(record, now, answers))
  }

  cancel(id: string): Later<JobRecord | undefined> {
    return this.change(id, cancelled)
  }

  revive(id: string): Later<JobRecord | undefined> {
    return this.change(id, (record, now) => (record.isDead ? revived(record, now) : undefined))
  }

  /** Changes a job for whoever holds the claim to it. */
  private under(id: string, fence: number, step: JobStep): Later<JobRecord | undefined> {
    return this.change(id, (record, now) => (holds(record, fence) ? step(record, now) : undefined))
  }
}

function isChanged(changed: Later<JobRecord | undefined>): Later<boolean> {
  if (changed instanceof Promise) return changed.then((record) => record !== undefined)
  return changed !== undefined
}
