import { createFailure, Failure, ProtocolError, protocolErrors } from './errors.ts'
import { isRequestId, type JsonRpcMessage, type RequestId } from './jsonrpc/message.ts'
import { parseMessage, readableId } from './jsonrpc/parse.ts'
import { serializeError, serializeResult } from './jsonrpc/serialize.ts'
import { BatchExchange, joinReplies, openBatch } from './mcp/batch.ts'
import { Cancelled } from './mcp/call-errors.ts'
import { type Exchange, type Reply, ResultReply, type TextParts } from './mcp/exchange.ts'
import { toPrincipalKey } from './mcp/principal.ts'
import type { McpRequest } from './mcp/request.ts'
import { encodeResult, type McpResult } from './mcp/result.ts'
import type { Revision } from './mcp/revision.ts'
import { decodeHandshake, findSession } from './mcp/revisions/2024-11-05/decode.ts'
import { decodeStateless } from './mcp/revisions/2026-07-28/decode.ts'
import { selectRevision } from './mcp/select-revision.ts'
import { toFailureResult } from './mcp/tool-result.ts'
import type { Admission } from './middleware/admission.ts'
import type { Observe } from './middleware/observe.ts'
import { toCheckableResult } from './registry/call-tool.ts'
import { type Scope as DispatchScope, dispatch, type Outcome } from './registry/dispatch.ts'
import { describeError } from './telemetry/log.ts'

/** Everything a message is answered with. */
export interface Scope extends DispatchScope {
  readonly admission: Admission
  /** Undefined where nobody observes. */
  readonly observe: Observe | undefined
}

const openBrace = 123
const accepted: Reply = Object.freeze({ status: 202, text: undefined })

type IncomingRequest = JsonRpcMessage & { id: RequestId; method: string }

/**
 * THE SPINE: one message, start to finish. Text in, a reply out, at once where no handler makes it wait. Never
 * throws and never rejects: whatever happens, there is one reply.
 */
export function answer(text: string, exchange: Exchange, scope: Scope): Reply | Promise<Reply> {
  // Nearly every message opens with a brace, and no batch does.
  if (text.charCodeAt(0) === openBrace) return answerOne(text, exchange, scope)
  const batch = openBatch(text, exchange, scope.context)
  return batch === undefined ? answerOne(text, exchange, scope) : answerBatch(batch, exchange, scope)
}

/** Each message of a batch is limited, observed and answered as if it had come alone. */
function answerBatch(batch: readonly string[], exchange: Exchange, scope: Scope): Reply | Promise<Reply> {
  const replies = batch.map((text) => answerOne(text, new BatchExchange(exchange), scope))
  const settled = replies.filter((reply): reply is Reply => !(reply instanceof Promise))
  return settled.length === replies.length ? joinReplies(settled) : Promise.all(replies).then(joinReplies)
}

function answerOne(text: string, exchange: Exchange, scope: Scope): Reply | Promise<Reply> {
  if (scope.observe === undefined) return answerMessage(text, exchange, scope)
  return scope.observe(text, exchange, () => answerMessage(text, exchange, scope))
}

function answerMessage(text: string, exchange: Exchange, scope: Scope): Reply | Promise<Reply> {
  let message: JsonRpcMessage
  let revision: Revision
  try {
    message = parseMessage(text, scope.context.limits)
    if (exchange.observation !== undefined) exchange.observation.message = message
    revision = selectRevision(message, exchange)
    if (message.method === undefined) return acceptResponse(message, revision, { exchange, scope })
    if (message.id === undefined) return acceptNotification(message, revision, { exchange, scope })
  } catch (error) {
    return toErrorReply(error, { id: readableId(text), revision: undefined, exchange, scope })
  }
  const { id } = message
  return answerRequest(message as IncomingRequest, { id, revision, exchange, scope })
}

/** Where a message came from and under what it is answered, failures included. */
interface Way {
  /** Undefined where it could not be read. */
  readonly id: RequestId | undefined
  /** Undefined while the message could not be read. */
  readonly revision: Revision | undefined
  readonly exchange: Exchange
  readonly scope: Scope
}

type KnownWay = Way & { readonly revision: Revision }

function answerRequest(message: IncomingRequest, way: KnownWay): Reply | Promise<Reply> {
  const { exchange } = way
  try {
    const request = decode(message, way)
    const { observation } = exchange
    observation?.noteRequest(request)
    exchange.identify?.(request.id, request.session, request.revision.date)
    const span = observation?.span
    if (span === undefined) return takeOn(request, way)
    return span.run(() => takeOn(request, way))
  } catch (error) {
    return toErrorReply(error, way)
  }
}

/** Answers a request, or says why it is not taken on. */
function takeOn(request: McpRequest, way: Way): Reply | Promise<Reply> {
  const refused = admit(request, way.scope)
  if (refused === undefined) return run(request, way)
  if (!(refused instanceof Promise)) return toRefusedReply(refused, request)
  return refused
    .then((failure) => (failure === undefined ? run(request, way) : toRefusedReply(failure, request)))
    .catch((error: unknown) => toErrorReply(error, way))
}

/** Whether the server takes this request on at all. Over HTTP overload is answered before the body is read. */
function admit(
  request: McpRequest,
  { admission }: Scope,
): Failure | undefined | Promise<Failure | undefined> {
  const busy = request.exchange.headers === undefined ? admission.shed() : undefined
  return busy ?? admission.limit?.(request)
}

function run(request: McpRequest, { scope }: Way): Reply | Promise<Reply> {
  const outcome = dispatch(request, scope)
  if (!(outcome instanceof Promise)) return toReply(request, outcome, scope)
  countWork(request, scope, 1)
  return outcome.then(
    (settled) => {
      countWork(request, scope, -1)
      try {
        return toReply(request, settled, scope)
      } catch (error) {
        return toErrorReply(error, toWay(request, scope))
      }
    },
    (error: unknown) => {
      countWork(request, scope, -1)
      return toErrorReply(error, toWay(request, scope))
    },
  )
}

/** Made anew where something went wrong, so that nothing but the request is kept while it runs. */
function toWay({ id, revision, exchange }: McpRequest, scope: Scope): KnownWay {
  return { id, revision, exchange, scope }
}

/** A stream that only waits for changes is no work; `maxStreams` bounds those. */
function countWork({ method }: McpRequest, { admission }: Scope, change: 1 | -1): void {
  if (method === 'subscriptions/listen') return
  const { load } = admission
  load.inFlight += change
  if (change < 0) load.finished++
}

/** A refusal before anything was done: the failure, with the status and the header that HTTP has for it. */
function toRefusedReply(failure: Failure, { id, exchange }: McpRequest): Reply {
  const { message, code, status, body } = failure
  exchange.observation?.noteError(failure)
  exchange.observation?.noteErrorAnswer(code, message)
  const after = body.retry_after_ms
  const headers = after === undefined ? {} : { headers: { 'retry-after': String(Math.ceil(after / 1_000)) } }
  return { status, text: serializeError(id, { code, message, data: body }), ...headers }
}

function decode(message: IncomingRequest, { revision, exchange, scope }: KnownWay): McpRequest {
  if (!revision.handshake) return decodeStateless(message, exchange, scope.context)
  return decodeHandshake(message, exchange, { context: scope.context, revision })
}

function toReply(request: McpRequest, outcome: Outcome, scope: Scope): Reply {
  const { id, revision } = request
  const { serverInfo } = scope.context
  if ('result' in outcome) {
    const text = serializeResult(id, encodeResult(outcome.result, revision, serverInfo))
    return outcome.sessionId === undefined
      ? { status: 200, text }
      : { status: 200, text, sessionId: outcome.sessionId }
  }
  request.exchange.observation?.noteResult(outcome)
  const text = serializeResult(id, encodeBounded(request, outcome, scope))
  // Only HTTP writes parts.
  const bytes = request.exchange.headers && outcome.toBytes?.()
  const parts = bytes && toParts(request, outcome, { bytes, serverInfo })
  return parts === undefined ? new ResultReply(text) : { status: 200, text, parts }
}

/** Where the members of a result stand. No JSON text holds this character itself. */
const gap = '\u0000'

/** A result in parts, so that nobody has to copy its kept members into one text. */
function toParts(
  { id, revision }: McpRequest,
  result: McpResult,
  { bytes, serverInfo }: { bytes: TextParts['bytes']; serverInfo: string },
): TextParts {
  const frame = serializeResult(id, encodeResult({ ...result, toMembers: () => gap }, revision, serverInfo))
  const at = frame.indexOf(gap)
  return { head: frame.slice(0, at), bytes, tail: frame.slice(at + gap.length) }
}

/** What is as large as the catalogue is, and of no use in part; and a task, whose result was measured at its end. */
const unbounded: ReadonlySet<string> = new Set([
  'server/discover',
  'tools/list',
  'prompts/list',
  'resources/list',
  'resources/templates/list',
  'tasks/get',
])

/** Encodes a result; one that is too large, or that JSON cannot hold, becomes a failure of its tool. */
function encodeBounded(request: McpRequest, result: McpResult, scope: Scope): string {
  const { serverInfo, limits } = scope.context
  const encode = (one: McpResult) =>
    encodeResult(toCheckableResult(one, request, scope.catalogue), request.revision, serverInfo)
  try {
    const text = encode(result)
    if (text.length <= limits.maxOutputBytes || unbounded.has(request.method)) return text
    throw createFailure('output_too_large')
  } catch (error) {
    const failure = error instanceof Failure ? error : toUnencodable(request, error, scope)
    request.exchange.observation?.noteError(failure)
    if (request.method === 'tools/call') return encode(toFailureResult(failure))
    throw failure
  }
}

function toUnencodable(request: McpRequest, error: unknown, scope: Scope): Failure {
  const component = request.params['name'] ?? request.params['uri'] ?? request.method
  const facts = { component, error: describeError(error) }
  scope.context.log({ level: 'error', message: 'A result cannot be written as JSON.', ...facts })
  return createFailure('output_invalid')
}

function acceptResponse(
  message: JsonRpcMessage,
  revision: Revision,
  { exchange, scope }: Pick<Way, 'exchange' | 'scope'>,
): Reply | Promise<Reply> {
  const { context } = scope
  if (!revision.handshake && exchange.connection === undefined) {
    throw new ProtocolError('request_invalid', { message: 'This revision has no responses from clients.' })
  }
  findSession(exchange, context)
  const received = context.asks.receive(message, toPrincipalKey(exchange.principal))
  return received instanceof Promise ? received.then(toReceipt) : accepted
}

/** What is said to an answer of a client that was for another process. */
function toReceipt(isReceived: boolean): Reply {
  if (isReceived) return accepted
  const { code, message, body } = createFailure('overloaded', { retryAfterMs: 1_000 })
  return { status: 503, text: serializeError(undefined, { code, message, data: body }) }
}

function acceptNotification(
  message: JsonRpcMessage,
  revision: Revision,
  { exchange, scope }: Pick<Way, 'exchange' | 'scope'>,
): Reply {
  const { context } = scope
  const session = revision.handshake ? findSession(exchange, context) : undefined
  if (message.method !== 'notifications/cancelled') return accepted
  const link = exchange.connection?.key ?? session?.key
  const id = message.params?.['requestId']
  if (link === undefined || !isRequestId(id)) return accepted
  const isFound = context.inFlight.cancel(link, id, 'The client cancelled.')
  if (isFound || exchange.connection !== undefined) return accepted
  context.relay?.forwardCancel(link, id, toPrincipalKey(exchange.principal))
  return accepted
}

function toErrorReply(error: unknown, way: Way): Reply {
  const { observation } = way.exchange
  observation?.noteError(error)
  if (error instanceof Cancelled) return accepted
  if (error instanceof ProtocolError) return toProtocolReply(error, way)
  if (error instanceof Failure) {
    const { message, code, body } = error
    observation?.noteErrorAnswer(code, message)
    return { status: 200, text: serializeError(way.id, { code, message, data: body }) }
  }
  const errorId = way.scope.context.createKey()
  observation?.noteCrash(error, errorId)
  const facts = { error_id: errorId, error: describeError(error) }
  way.scope.context.log({ level: 'error', message: 'A request failed unexpectedly.', ...facts })
  return toProtocolReply(new ProtocolError('internal', { data: { error_id: errorId } }), way)
}

/** Errors that repeat what the caller sent, which whoever sits between may keep. */
const echoes: ReadonlySet<string> = new Set([
  'tool_unknown',
  'prompt_unknown',
  'resource_unknown',
  'params_invalid',
  'revision_unsupported',
])

/** Clients of the handshake revisions read 4xx as a lost session, so what was understood is answered with 200. */
function toProtocolReply(error: ProtocolError, { id, revision, exchange, scope }: Way): Reply {
  const row = protocolErrors[error.error]
  const unknown = error.error === 'resource_unknown' && revision !== undefined
  const code = unknown ? revision.resourceUnknownCode : row.code
  exchange.observation?.noteErrorAnswer(code, error.message)
  const kept =
    error.error.startsWith('session_') ||
    error.error === 'scope_missing' ||
    error.error === 'streams_exhausted'
  const status = revision?.handshake === true && !kept ? 200 : row.status
  const shown = echoes.has(error.error) ? scope.context.hideSecrets(error.data) : error.data
  const data = shown === undefined ? {} : { data: shown }
  const text = serializeError(id, { code, message: error.message, ...data })
  const scopes = error.data?.['required_scopes']
  return Array.isArray(scopes) ? { status, text, requiredScopes: scopes } : { status, text }
}
