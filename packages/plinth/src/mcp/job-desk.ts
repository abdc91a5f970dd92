import type { Principal } from './principal.ts'
import type { McpResult } from './result.ts'

/** What clients that know no tasks ask for the state of a job. */
export const checkJobTool = 'check_job_status'

/** What clients that know no tasks cancel a job with. */
export const cancelJobTool = 'cancel_job'

/** Finds jobs for the tools that stand in for the extension. */
export interface JobDesk {
  /** The job as data, or with its result where it has one; undefined where the caller has no such job. */
  find(id: string, principal: Principal): Promise<JobAnswer | undefined>
  cancel(id: string, principal: Principal): Promise<JobAnswer | undefined>
}

/** What is known of a job. */
export interface JobAnswer {
  readonly status: string
  readonly message: string | undefined
  readonly progress: { done: number; total?: number | undefined; message?: string | undefined } | undefined
  readonly pollIntervalMs: number
  /** Set once it has ended in a result. */
  readonly result: McpResult | undefined
  /** Set once it has failed. */
  readonly error: unknown
}

/** Tells whether a job has not come to its end. */
export function isOpenJob({ status }: JobAnswer): boolean {
  return status === 'working' || status === 'input_required'
}

/** A job in a few members, for a model. */
export function toJobState(id: string, job: JobAnswer): Record<string, unknown> {
  const { status, message, progress, pollIntervalMs } = job
  return {
    job_id: id,
    status,
    ...(message === undefined ? {} : { message }),
    ...(progress === undefined ? {} : { progress }),
    ...(isOpenJob(job) ? { poll_after_ms: pollIntervalMs } : {}),
  }
}
