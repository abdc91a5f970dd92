import { createFailure } from '../errors.ts'
import type { ActiveCall } from '../mcp/active-call.ts'
import { isLaterRound } from '../mcp/input-required.ts'
import type { Guarded } from '../mcp/policy.ts'
import { toMeta } from '../mcp/request.ts'
import type { McpResult } from '../mcp/result.ts'
import { ToolResult } from '../mcp/tool-result.ts'
import type { Middleware } from './compose.ts'

/** Where a request asks for a dry run, and where a result says it comes from one. */
const dryRunMeta = 'plinth/dryRun'

/**
 * Makes a dry run of calls that ask for one, and of all of them where the server says so. A tool that cannot is not
 * run at all. Tools that only read run as always.
 */
export function createDryRunPolicy(guarded: Guarded): Middleware | undefined {
  if (guarded.kind !== 'tool') return undefined
  if (guarded.effect === 'read') {
    if (guarded.dryRun !== true) return undefined
    throw new TypeError(
      `Tool "${guarded.name}": "dryRun" is for tools that write; what only reads needs none.`,
    )
  }
  return function dryRun(call, next) {
    if (!isDryRun(call)) return next(call)
    if (guarded.dryRun !== true) throw createFailure('dry_run_unsupported')
    call.dryRun = true
    const pending = next(call)
    return pending instanceof Promise ? pending.then(mark) : mark(pending)
  }
}

/** A request that means to ask but asks wrongly must not be run for real. */
function isDryRun(call: ActiveCall): boolean {
  const asked = toMeta(call.mcp)[dryRunMeta]
  if (asked !== undefined && typeof asked !== 'boolean') {
    const message = `"${dryRunMeta}" must be true or false.`
    throw createFailure('input_invalid', { message, details: { issues: [{ path: dryRunMeta, message }] } })
  }
  if (asked === true || call.context.dryRun) return true
  return isLaterRound(call.mcp) && call.rounds.dryRun === true
}

function mark(result: McpResult): McpResult {
  if (!(result instanceof ToolResult)) return result
  return result.with({ meta: { ...result.meta, [dryRunMeta]: true } })
}
