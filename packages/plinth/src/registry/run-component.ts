import { createFailure, Failure, ProtocolError, ToolError } from '../errors.ts'
import type { ActiveCall } from '../mcp/active-call.ts'
import { Cancelled, CannotAsk } from '../mcp/call-errors.ts'
import { toRequiredCapabilities } from '../mcp/capabilities.ts'
import { createInputRequiredResult, InputRequired } from '../mcp/input-required.ts'
import type { McpRequest } from '../mcp/request.ts'
import type { McpResult } from '../mcp/result.ts'
import { readMonotonicMs } from '../monotonic-clock.ts'
import { runAsCurrent } from '../telemetry/current-call.ts'
import { describeError } from '../telemetry/log.ts'

/** The compiled way through a component's policies to its handler. */
export type Run = (call: ActiveCall) => McpResult | Promise<McpResult>

/** Turns what a component threw into its result, or throws on. */
export type OnFailure = (failure: Failure | ToolError) => McpResult

/**
 * Runs one call from its first policy to its end: remembers it while it is in flight, masks what it throws, and
 * answers with its open questions where it has any. The caller of the method gets exactly one outcome.
 */
export function runComponent(
  call: ActiveCall,
  run: Run,
  onFailure: OnFailure,
): McpResult | Promise<McpResult> {
  const { inFlight } = call.context
  const scope = toScope(call.mcp)
  if (scope !== undefined && inFlight.has(scope, call.mcp.id)) throw new ProtocolError('request_duplicate')
  let pending: McpResult | Promise<McpResult>
  const startedAt = readMonotonicMs()
  try {
    pending = runAsCurrent(call, run)
  } catch (error) {
    return toOutcome(call, error, onFailure)
  } finally {
    noteBlocking(call, readMonotonicMs() - startedAt)
  }
  if (!(pending instanceof Promise)) return finish(call, pending)
  call.context.running.enter(call.callee.name)
  if (scope !== undefined) call.enter(inFlight, scope)
  if (endsWithLink(call.mcp)) call.mcp.exchange.onClose(call)
  return pending.then(
    (result) => {
      leave(call, scope)
      return finish(call, result)
    },
    (error: unknown) => {
      leave(call, scope)
      return toOutcome(call, error, onFailure)
    },
  )
}

function leave(call: ActiveCall, scope: string | undefined): void {
  const { callee, context, mcp } = call
  context.running.leave(callee.name)
  if (scope !== undefined) context.inFlight.remove(scope, mcp.id)
}

/** Names a handler that held the event loop: nobody else was served meanwhile. */
function noteBlocking({ callee, context }: ActiveCall, blockedMs: number): void {
  if (blockedMs < context.limits.blockedAfterMs) return
  context.blocked.count++
  const facts = { component: callee.name, blocked_ms: Math.round(blockedMs) }
  context.log({ level: 'warn', message: 'A handler blocked the event loop.', ...facts })
}

/** The link or session within which request ids are unique; undefined where every request stands alone. */
function toScope(request: McpRequest): string | undefined {
  return request.exchange.connection?.key ?? request.session?.key
}

/** A lost stream cancels a request, but not on the handshake revisions over HTTP (2025-11-25, basic/transports). */
function endsWithLink(request: McpRequest): boolean {
  return !request.revision.handshake || request.exchange.connection !== undefined
}

function finish(call: ActiveCall, result: McpResult): McpResult {
  call.finish()
  return call.questions.size === 0 ? result : toInputRequired(call)
}

function toInputRequired(call: ActiveCall): McpResult {
  const answers = Object.fromEntries(call.answered ?? [])
  const rounds = { ...call.rounds, answers, key: call.idempotencyKey, dryRun: call.dryRun }
  return createInputRequiredResult(call.mcp, call.context, { requests: call.questions, rounds })
}

function toOutcome(call: ActiveCall, error: unknown, onFailure: OnFailure): McpResult {
  call.finish()
  if (error instanceof Cancelled || error instanceof ProtocolError) throw error
  if (error instanceof InputRequired || (call.questions.size > 0 && !(error instanceof Failure))) {
    return toInputRequired(call)
  }
  if (error instanceof CannotAsk && !call.mcp.revision.handshake) throw toCapabilityError(error)
  call.mcp.exchange.observation?.noteError(error)
  if (error instanceof Failure || error instanceof ToolError) return onFailure(error)
  return onFailure(maskError(call, error))
}

function toCapabilityError(error: CannotAsk): ProtocolError {
  const data = { requiredCapabilities: toRequiredCapabilities(error.kind) }
  return new ProtocolError('capability_missing', { data })
}

/** Keeps an unknown error for the log; the caller gets a generic sentence and the id to find it by. */
function maskError(call: ActiveCall, error: unknown): Failure {
  const errorId = call.context.createKey()
  call.mcp.exchange.observation?.noteCrash(error, errorId)
  const { name } = call.callee
  const facts = { component: name, error_id: errorId, error: describeError(error) }
  call.context.log({ level: 'error', message: 'A handler failed unexpectedly.', ...facts })
  return createFailure('internal', { details: { error_id: errorId } })
}
