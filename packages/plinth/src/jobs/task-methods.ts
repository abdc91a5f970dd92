import { ProtocolError } from '../errors.ts'
import { isObject } from '../jsonrpc/message.ts'
import type { JobDesk } from '../mcp/job-desk.ts'
import type { McpRequest } from '../mcp/request.ts'
import { emptyResult, type McpResult } from '../mcp/result.ts'
import type { FoundTask, TaskMethods } from '../mcp/tasks.ts'
import type { JobRecord } from './job.ts'
import type { Jobs } from './task-jobs.ts'
import { toJobAnswer, toTaskParams, toTaskResult } from './task-state.ts'

/** The methods of the Tasks extension over the jobs of a server. To anybody but its owner a task is unknown. */
export function createTaskMethods(jobs: Jobs): TaskMethods {
  return {
    async getTask(request): Promise<McpResult> {
      const record = await findTask(jobs, request)
      return toTaskResult(record, jobs.toPollIntervalMs(record), jobs.context)
    },
    async updateTask(request): Promise<McpResult> {
      const { inputResponses } = request.params
      const record = await findTask(jobs, request)
      if (!isObject(inputResponses)) {
        throw new ProtocolError('params_invalid', { message: '"inputResponses" must be an object.' })
      }
      await jobs.answer(record, inputResponses)
      return emptyResult
    },
    async cancelTask(request): Promise<McpResult> {
      await jobs.cancel(await findTask(jobs, request))
      return emptyResult
    },
    async findTasks(ids, request): Promise<readonly FoundTask[]> {
      const found = await Promise.all([...new Set(ids)].map((id) => jobs.find(id, request.principal)))
      return found.flatMap((record) => (record === undefined ? [] : [toFoundTask(record, jobs)]))
    },
  }
}

/** The jobs of a server for clients that know no tasks. */
export function createJobDesk(jobs: Jobs): JobDesk {
  return {
    async find(id, principal) {
      const record = await jobs.find(id, principal)
      return record && toJobAnswer(record, jobs.toPollIntervalMs(record))
    },
    async cancel(id, principal) {
      const record = await jobs.find(id, principal)
      return record && toJobAnswer(await jobs.cancel(record), jobs.toPollIntervalMs(record))
    },
  }
}

async function findTask(jobs: Jobs, { params, principal }: McpRequest): Promise<JobRecord> {
  const { taskId } = params
  if (typeof taskId !== 'string') {
    throw new ProtocolError('params_invalid', { message: '"taskId" must be a string.' })
  }
  const record = await jobs.find(taskId, principal)
  if (record === undefined) throw new ProtocolError('task_unknown')
  return record
}

function toFoundTask(record: JobRecord, jobs: Jobs): FoundTask {
  return { id: record.id, state: toTaskParams(record, jobs.toPollIntervalMs(record), jobs.context) }
}
