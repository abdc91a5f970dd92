import { setTimeout as sleep } from 'node:timers/promises'
import type { Call, DeclaredError } from '../mcp/call.ts'
import {
  cancelJobTool,
  checkJobTool,
  isOpenJob,
  type JobAnswer,
  type JobDesk,
  toJobState,
} from '../mcp/job-desk.ts'
import type { JsonSchema } from '../mcp/json-schema.ts'
import { ToolResult } from '../mcp/tool-result.ts'
import type { ToolContract } from './contract.ts'

interface JobErrors {
  readonly [code: string]: DeclaredError
  readonly job_unknown: DeclaredError
}

const errors: JobErrors = {
  job_unknown: { message: 'There is no such job, or its result is not kept any more.', retry: false },
}

const jobId = { type: 'string', description: 'The job_id that a tool returned.', maxLength: 200 }

/** Longest wait of one call, in seconds. */
const maxWaitSeconds = 50

/** How often a call that waits looks, in milliseconds. */
const lookMs = 250

type JobContract = ToolContract<JsonSchema, undefined, JobErrors>
type JobHandler = (input: { readonly [key: string]: unknown }, call: Call<JobErrors>) => Promise<ToolResult>

/** The first of the two tools a server adds by itself once a tool of its own runs as a task. */
export const checkJobContract: JobContract = {
  name: checkJobTool,
  title: 'Check a job',
  description:
    'Returns how a job stands, and its result once it is done. Use it with the job_id that another tool returned.',
  effect: 'read',
  repeat: false,
  errors,
  input: {
    type: 'object',
    properties: {
      job_id: jobId,
      wait_seconds: {
        type: 'integer',
        description: 'How long to wait for the job to end before answering. Default 0.',
        minimum: 0,
        maximum: maxWaitSeconds,
      },
    },
    required: ['job_id'],
    additionalProperties: false,
  },
}

/** The other one. */
export const cancelJobContract: JobContract = {
  name: cancelJobTool,
  title: 'Cancel a job',
  description: 'Stops a job. Use it with the job_id that another tool returned.',
  effect: 'write',
  idempotent: true,
  repeat: false,
  errors,
  input: { type: 'object', properties: { job_id: jobId }, required: ['job_id'], additionalProperties: false },
}

/** Answers `check_job_status`. A job is known to the caller it was made for only. */
export function createCheckJob(desk: JobDesk): JobHandler {
  return async function checkJob({ job_id, wait_seconds = 0 }, call) {
    const id = String(job_id)
    const until = Date.now() + Number(wait_seconds) * 1_000
    for (;;) {
      const job = await desk.find(id, call.principal)
      if (job === undefined) throw call.fail('job_unknown')
      const leftMs = until - Date.now()
      if (!isOpenJob(job) || leftMs <= 0) return toToolResult(id, job)
      if (job.progress !== undefined) call.progress(job.progress.done, job.progress.total, job.message)
      await sleep(Math.min(lookMs, leftMs), undefined, { signal: call.signal })
    }
  }
}

/** Answers `cancel_job`. */
export function createCancelJob(desk: JobDesk): JobHandler {
  return async function cancelJob({ job_id }, call) {
    const id = String(job_id)
    const job = await desk.cancel(id, call.principal)
    if (job === undefined) throw call.fail('job_unknown')
    return new ToolResult({ structured: toJobState(id, job) })
  }
}

function toToolResult(id: string, job: JobAnswer): ToolResult {
  const state = toJobState(id, job)
  if (job.result instanceof ToolResult) {
    return job.result.with({ meta: { ...job.result.meta, 'plinth/job': state } })
  }
  if (job.error === undefined) return new ToolResult({ structured: state })
  return new ToolResult({ structured: { ...state, error: job.error }, isError: true })
}
