import { ProtocolError } from '../errors.ts'
import { isObject, type JsonObject } from '../jsonrpc/message.ts'
import type { WireRequest } from './ask-request.ts'
import { toCanonicalText } from './canonical.ts'
import type { ServerContext } from './context.ts'
import { toPrincipalKey } from './principal.ts'
import type { McpRequest } from './request.ts'
import type { McpResult } from './result.ts'

/** Stops a handler whose question the client has not answered yet. Never reaches a caller. */
export class InputRequired extends Error {
  override readonly name = 'InputRequired'
}

/** What earlier rounds of one call left behind, from the sealed `requestState` and the answers sent with it. */
export interface Rounds {
  /** Answers by key, as the client gave them. */
  readonly answers: JsonObject
  /** Results of `call.once` by key. */
  readonly done: JsonObject
  /** The idempotency key the call began with, if it had one. */
  readonly key?: string | undefined
  /** Whether the call began as a dry run. */
  readonly dryRun?: boolean | undefined
}

const noRounds: Rounds = Object.freeze({ answers: Object.freeze({}), done: Object.freeze({}) })

/** Whether a request goes on with a call that had to ask. */
export function isLaterRound({ params }: McpRequest): boolean {
  return params['requestState'] !== undefined || params['inputResponses'] !== undefined
}

/**
 * Reads what a retried request brings back (2026-07-28, basic/patterns/mrtr). The state is ours only if it was
 * sealed for this principal, this method and these parameters, and has not expired.
 *
 * @throws ProtocolError `state_invalid` or `params_invalid`.
 */
export function parseRounds(request: McpRequest, context: ServerContext): Rounds {
  if (!isLaterRound(request)) return noRounds
  const { requestState, inputResponses } = request.params
  if (inputResponses !== undefined && !isObject(inputResponses)) {
    throw new ProtocolError('params_invalid', { message: '"inputResponses" must be an object.' })
  }
  const state = requestState === undefined ? noRounds : openState(requestState, request, context)
  return { ...state, answers: { ...state.answers, ...inputResponses } }
}

function openState(token: unknown, request: McpRequest, context: ServerContext): Rounds {
  const state = typeof token === 'string' ? context.requestStates.open(token, context.now()) : undefined
  const { origin, answers, done, key, dryRun } = state ?? {}
  if (origin !== toOrigin(request, context) || !isObject(answers) || !isObject(done)) {
    throw new ProtocolError('state_invalid')
  }
  return { answers, done, key: typeof key === 'string' ? key : undefined, dryRun: dryRun === true }
}

/** Binds a state to who asked and for what: principal, method and everything the caller chose. */
function toOrigin(request: McpRequest, context: ServerContext): string {
  const { _meta, inputResponses, requestState, ...own } = request.params
  return context.digest(toCanonicalText([toPrincipalKey(request.principal), request.method, own]))
}

/** The interim result that carries open questions and the sealed state of the call so far. */
export function createInputRequiredResult(
  request: McpRequest,
  context: ServerContext,
  open: { requests: ReadonlyMap<string, WireRequest>; rounds: Rounds },
): McpResult {
  const state = { ...open.rounds, origin: toOrigin(request, context) }
  const expiresAt = context.now() + context.limits.requestStateTtlMs
  const requestState = context.requestStates.seal(state, { expiresAt })
  const inputRequests = Object.fromEntries(open.requests)
  const meta = `"_meta":{${context.serverInfo}}`
  const text = JSON.stringify({ resultType: 'input_required', inputRequests, requestState }).slice(1, -1)
  return { interim: 'input_required', toMembers: () => `${text},${meta}` }
}
