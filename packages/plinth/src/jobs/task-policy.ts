import { Failure } from '../errors.ts'
import type { ActiveCall } from '../mcp/active-call.ts'
import type { McpResult } from '../mcp/result.ts'
import { assertTasks, declaresTasks, TaskStart } from '../mcp/tasks.ts'
import type { Jobs, TaskTool } from './task-jobs.ts'

type Next = (call: ActiveCall) => McpResult | Promise<McpResult>

/**
 * Turns calls of a tool into tasks, where the contract says so and the client can follow them. Dry runs never are
 * any. It stands behind the checks that answer at once and in front of everything that belongs to the work itself.
 */
export function createTaskPolicy(
  tool: TaskTool,
  jobs: Jobs,
): (call: ActiveCall, next: Next) => McpResult | Promise<McpResult> {
  const { mode, start } = tool.settings
  return function startTask(call, next) {
    if (call.dryRun) return next(call)
    if (mode === 'allowed' && !declaresTasks(call.mcp)) return next(call)
    if (!call.mcp.revision.handshake) assertTasks(call.mcp)
    if (start === 'at_once') return jobs.create(call, tool)
    call.task = { starts: true }
    const run = () => runUntilStart(call, next, () => jobs.create(call, tool))
    return tool.findKey(call) === undefined ? run() : joinStarted(run, () => jobs.findStarted(call, tool))
  }
}

async function runUntilStart(
  call: ActiveCall,
  next: Next,
  create: () => Promise<McpResult>,
): Promise<McpResult> {
  try {
    return await next(call)
  } catch (error) {
    // What was asked on the way has to be answered first.
    if (!(error instanceof TaskStart) || call.questions.size > 0) throw error
    return create()
  }
}

/** A call with a key whose job is there already is that job, also where it is made while this call looks for it. */
async function joinStarted(
  run: () => Promise<McpResult>,
  findStarted: () => Promise<McpResult | undefined>,
): Promise<McpResult> {
  const started = await findStarted()
  if (started !== undefined) return started
  try {
    return await run()
  } catch (error) {
    const isInFlight = error instanceof Failure && error.body.error === 'duplicate_in_flight'
    const startedMeanwhile = isInFlight ? await findStarted() : undefined
    if (startedMeanwhile === undefined) throw error
    return startedMeanwhile
  }
}
