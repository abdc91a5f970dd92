import type { JsonObject } from '../jsonrpc/message.ts'
import type { ServerContext } from '../mcp/context.ts'
import { checkJobTool, type JobAnswer, toJobState } from '../mcp/job-desk.ts'
import { encodeResult, type McpResult } from '../mcp/result.ts'
import { parseResultText } from '../mcp/result-text.ts'
import { toMembers } from '../mcp/revision.ts'
import { statelessRevision } from '../mcp/revisions/supported.ts'
import { ToolResult } from '../mcp/tool-result.ts'
import { type JobRecord, listOpenInputs } from './job.ts'

/** How often clients should ask for jobs of tools that this server does not have, in milliseconds. */
const pollIntervalMs = 1_000

/** The result that hands a task over (Tasks extension, "Task Creation"). */
export function toCreatedResult(record: JobRecord, everyMs: number, context: ServerContext): McpResult {
  const members = toMembers({ resultType: 'task', ...toTask(record, everyMs) })
  return { interim: 'task', toMembers: () => `${members},"_meta":{${context.serverInfo}}` }
}

/** The result of `tasks/get`: the task with its result, error or open questions. */
export function toTaskResult(
  record: JobRecord,
  everyMs: number | undefined,
  context: ServerContext,
): McpResult {
  const members = toDetailed(record, everyMs, context)
  return { toMembers: () => members }
}

/** What `notifications/tasks` says of a task: the same. */
export function toTaskParams(
  record: JobRecord,
  everyMs: number | undefined,
  context: ServerContext,
): Record<string, unknown> {
  return JSON.parse(`{${toDetailed(record, everyMs, context)}}`) as Record<string, unknown>
}

/** What clients that know no tasks are told. */
export function toJobAnswer(record: JobRecord, everyMs: number | undefined): JobAnswer {
  const { status, message, progress, outcome } = record
  return {
    status,
    message,
    progress,
    pollIntervalMs: everyMs ?? pollIntervalMs,
    result: status === 'completed' && outcome !== undefined ? parseResultText(outcome, {}) : undefined,
    error: status === 'failed' ? JSON.parse(outcome ?? 'null') : undefined,
  }
}

/** What a client that knows no tasks gets in place of a result. */
export function toStartedResult(record: JobRecord, everyMs: number): ToolResult {
  const message = `This runs as a job. Ask ${checkJobTool} with its job_id for the result.`
  return new ToolResult({ structured: { ...toJobState(record.id, toJobAnswer(record, everyMs)), message } })
}

function toTask(record: JobRecord, everyMs: number | undefined): JsonObject {
  const { id, status, message, createdAt, updatedAt, expiresAt } = record
  return {
    taskId: id,
    status,
    ...(message === undefined ? {} : { statusMessage: message }),
    createdAt: new Date(createdAt).toISOString(),
    lastUpdatedAt: new Date(updatedAt).toISOString(),
    ttlMs: expiresAt - createdAt,
    pollIntervalMs: everyMs ?? pollIntervalMs,
  }
}

function toDetailed(record: JobRecord, everyMs: number | undefined, { serverInfo }: ServerContext): string {
  const members = toMembers(toTask(record, everyMs))
  const { status, outcome } = record
  if (status === 'input_required') return `${members},${toMembers({ inputRequests: listOpenInputs(record) })}`
  if (status === 'failed') return `${members},"error":${outcome}`
  if (status !== 'completed' || outcome === undefined) return members
  return `${members},"result":${encodeResult(parseResultText(outcome, {}), statelessRevision, serverInfo)}`
}
