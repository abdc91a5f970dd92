import { isObject, type JsonRpcMessage } from '../jsonrpc/message.ts'
import type { Callee } from '../mcp/active-call.ts'
import { findTraceContexts, findTraceParent, type TraceContexts } from '../mcp/call-trace.ts'
import type { Exchange, Reply } from '../mcp/exchange.ts'
import { Observation } from '../mcp/observation.ts'
import { type Principal, toPrincipalKey } from '../mcp/principal.ts'
import type { McpRequest } from '../mcp/request.ts'
import { readMonotonicMs } from '../monotonic-clock.ts'
import type { CallLog } from '../telemetry/call-log.ts'
import { toMethodLabel } from '../telemetry/component-label.ts'
import type { CallEnd, CallKind, CallOutcome, CallRecord, Observer } from '../telemetry/observer.ts'
import { hideEncoded, redactName, redactText } from '../telemetry/redact.ts'
import { continueTrace, type TraceContext } from '../telemetry/trace-context.ts'
import type { CallSpan, Tracer } from '../telemetry/tracer.ts'
import { measureBody } from './measure-body.ts'

/** Finds a component by its name, or a resource by its URI. */
export type FindCallee = (kind: CallKind, name: string) => Pick<Callee, 'name' | 'redact'> | undefined

/** Answers one message and tells the observers of it, once, when its answer is ready. */
export type Observe = (text: string, exchange: Exchange, answer: Answer) => Reply | Promise<Reply>

type Answer = () => Reply | Promise<Reply>

export interface ObserveOptions {
  /** Undefined where the log tells of no calls. Its line comes before observers hear of a message. */
  readonly callLog: CallLog | undefined
  readonly observers: readonly Observer[]
  readonly tracer: Tracer | undefined
  readonly now: () => number
  readonly createKey: () => string
  /** A digest that only this server's keys can make, so that callers cannot be guessed from it. */
  readonly hash: (text: string) => string
  /** The component a caller names, whoever may use it; undefined where there is none. */
  readonly findCallee: FindCallee
  /** A text without the secrets that are known by their value; mostly asked for the same texts. */
  readonly hide: (text: string) => string
  /** Called where an observer throws. */
  readonly onError: (error: unknown) => void
}

/** A map, because callers choose the methods that are looked up. */
const kinds: ReadonlyMap<string, CallKind> = new Map([
  ['tools/call', 'tool'],
  ['resources/read', 'resource'],
  ['prompts/get', 'prompt'],
])

const nothing: readonly string[] = Object.freeze([])
const noReply: Reply = Object.freeze({ status: 202, text: undefined })

const maxMethodChars = 128
const maxNameChars = 256
const maxIdChars = 128
const maxClientChars = 128
/** How much of a longer text is looked through for secrets. */
const beyondChars = 4_096

type Hide = ObserveOptions['hide']

/** Puts measuring around the answer to a message; undefined where nobody observes, so that it costs nothing. */
export function createObserve(options: ObserveOptions): Observe | undefined {
  const { tracer } = options
  if (!isObserved(options)) return undefined
  const making = { toHash: createPrincipalHash(options.hash), options }
  const tell = (reply: Reply, message: ObservedMessage): Reply => {
    message.reply = reply
    if (tracer !== undefined) startFailedSpan(message, { tracer, hide: options.hide })
    tellAll(message, message.observation.span, options)
    return reply
  }
  return function observe(text, exchange, answer) {
    const message = new ObservedMessage(text, exchange, making)
    const pending = answer()
    return pending instanceof Promise ? pending.then((reply) => tell(reply, message)) : tell(pending, message)
  }
}

/**
 * A message whose answer is not ready yet, or a run of a job. It does not hold the text of the message, which nobody
 * needs any more once it is read, and which would be there as long as the call is.
 */
export interface Begun {
  /** When it came, in milliseconds since 1970. */
  readonly time: number
  /** The same by the clock that nobody sets. */
  readonly startedAt: number
  /** The length of the message as it came. */
  readonly bytesIn: number
  readonly exchange: Exchange
  readonly observation: Observation
}

/** Who is told of a message. */
type Listeners = Pick<ObserveOptions, 'callLog' | 'observers'>

/** Whether anybody is told of messages. */
export function isObserved({
  callLog,
  observers,
  tracer,
}: Listeners & Pick<ObserveOptions, 'tracer'>): boolean {
  return callLog !== undefined || observers.length > 0 || tracer !== undefined
}

/** Tells everybody of a message, or of a run. One that throws keeps none of the others from it. */
export function tellAll(
  end: CallEnd,
  span: CallSpan | undefined,
  { callLog, observers, onError }: Listeners & Pick<ObserveOptions, 'onError'>,
): void {
  try {
    callLog?.write(end)
  } catch (error) {
    onError(error)
  }
  for (const observer of observers) {
    try {
      observer.onCall(end.record)
    } catch (error) {
      onError(error)
    }
  }
  try {
    span?.end(end.record)
  } catch (error) {
    onError(error)
  }
}

/** The end of what has its record already. */
export function toEnd(record: CallRecord): CallEnd {
  const { kind, outcome } = record
  return { kind, outcome, record }
}

/**
 * A message from its beginning to its end. Lines that are too many for the log need no record, and most servers have
 * nobody else to tell.
 */
class ObservedMessage implements Begun, CallEnd {
  readonly time: number
  readonly startedAt: number
  readonly bytesIn: number
  readonly exchange: Exchange
  readonly observation: Observation
  /** Set at its end, which is when it is told of. */
  reply: Reply = noReply
  private readonly making: Making
  private made: CallRecord | undefined = undefined

  constructor(text: string, exchange: Exchange, making: Making) {
    const { options } = making
    this.time = options.now()
    this.startedAt = readMonotonicMs()
    this.bytesIn = Buffer.byteLength(text)
    this.exchange = exchange
    this.observation = new Observation(this.createSpanStart(options))
    this.making = making
    exchange.observation = this.observation
  }

  get kind(): CallKind {
    return toKind(this.observation.message)
  }

  get outcome(): CallOutcome {
    return this.observation.outcome
  }

  get record(): CallRecord {
    this.made ??= toRecord(this, this.reply, this.making)
    return this.made
  }

  private createSpanStart(options: Making['options']): ((started: Observation) => void) | undefined {
    return options.tracer && ((started) => startSpan(started, this.time, options))
  }
}

/** Remembers what was worked out for a principal. */
export function createPrincipalHash(hash: (text: string) => string): (principal: Principal) => string {
  const known = new WeakMap<Principal, string>()
  return function toHash(principal) {
    const found = known.get(principal)
    if (found !== undefined) return found
    const made = hash(toPrincipalKey(principal)).slice(0, 16)
    known.set(principal, made)
    return made
  }
}

function startSpan(
  observation: Observation,
  time: number,
  { tracer, hide }: Pick<ObserveOptions, 'tracer' | 'hide'>,
): void {
  const { request } = observation
  if (tracer === undefined || request === undefined) return
  const { params, exchange } = request
  observation.span = tracer.start({
    method: cut(request.method, maxMethodChars, hide),
    component: toComponent(params, hide),
    requestId: toRequestId(request.id, hide),
    revision: request.revision.date,
    isHttp: exchange.headers !== undefined,
    ...toShownTraces(findTraceContexts(params, exchange.headers), hide),
    time,
  })
}

/** What failed before it was known to be a request has a span too, which says no more than that. */
function startFailedSpan(
  { observation, exchange, time }: Begun,
  { tracer, hide }: { tracer: Tracer; hide: Hide },
): void {
  if (observation.span !== undefined || observation.error === undefined) return
  const { method, id, params = {} } = observation.message ?? {}
  observation.span = tracer.start({
    method: toMethodLabel(method),
    component: undefined,
    requestId: toRequestId(id ?? undefined, hide),
    revision: undefined,
    isHttp: exchange.headers !== undefined,
    ...toShownTraces(findTraceContexts(params, exchange.headers), hide),
    time,
  })
}

function toShownTraces({ parent, link }: TraceContexts, hide: Hide): TraceContexts {
  return {
    parent: parent && withoutSecrets(parent, hide),
    link: link && withoutSecrets(link, hide),
  }
}

/** A trace goes on without what its caller wants passed on, where that holds a secret. */
export function withoutSecrets(context: TraceContext, hide: Hide): TraceContext {
  const { state, ...rest } = context
  return state === undefined || redactText(hideEncoded(state, hide)) === state ? context : rest
}

/** What the record of a message is made with, besides what its stages left behind. */
interface Making {
  readonly toHash: (principal: Principal) => string
  readonly options: Pick<ObserveOptions, 'createKey' | 'findCallee' | 'hide' | 'now' | 'tracer'>
}

/** All there is to tell of a message. */
export function toRecord(
  { observation, exchange, time, startedAt, bytesIn }: Begun,
  reply: Reply,
  { toHash, options }: Making,
): CallRecord {
  const { call, request, outcome, error, errorType, errorId, queuedMs, events } = observation
  const { principal } = exchange
  const { findCallee, hide } = options
  const message = toMessageFacts(observation, hide)
  const trace = findTrace(observation)
  const callee = call?.callee ?? observation.callee ?? findCallee(message.kind, message.component ?? '')
  // Each member by its name: this is made for every message, and copies of parts take longer.
  return {
    time,
    kind: message.kind,
    method: message.method,
    component: callee?.name ?? message.component,
    isKnown: callee !== undefined,
    invocationId: options.createKey(),
    requestId: message.requestId,
    principalHash: toHash(principal),
    subject: principal.subject,
    tenant: hide(principal.tenant),
    client: toClient(request, hide),
    revision: request?.revision.date,
    outcome,
    error: error && hide(error),
    errorCode: observation.errorCode,
    errorMessage: observation.errorMessage && hide(observation.errorMessage),
    errorType: errorType && hide(errorType),
    errorId,
    durationMs: readMonotonicMs() - startedAt,
    queuedMs,
    bytesIn,
    bytesOut: measureBody(reply.parts ?? reply.text),
    traceId: trace?.traceId,
    spanId: trace?.spanId,
    isSampled: trace !== undefined && (trace.flags & 1) === 1,
    idempotencyKey: call?.idempotencyKey,
    dryRun: call?.dryRun ?? false,
    // Whose arguments nobody declared may hold anything.
    arguments: callee === undefined ? undefined : message.arguments,
    redact: callee?.redact ?? nothing,
    events,
  }
}

type MessageFacts = Pick<CallRecord, 'kind' | 'method' | 'component' | 'requestId' | 'arguments'>

function toMessageFacts({ message }: Observation, hide: Hide): MessageFacts {
  if (message === undefined) {
    return {
      kind: toKind(message),
      method: undefined,
      component: undefined,
      requestId: undefined,
      arguments: undefined,
    }
  }
  const params = isObject(message.params) ? message.params : {}
  return {
    kind: toKind(message),
    method: message.method && cut(message.method, maxMethodChars, hide),
    component: toComponent(params, hide),
    requestId: toRequestId(message.id ?? undefined, hide),
    arguments: params['arguments'] ?? (params['uri'] === undefined ? undefined : { uri: params['uri'] }),
  }
}

function toKind(message: JsonRpcMessage | undefined): CallKind {
  if (message === undefined) return 'unreadable'
  const { method, id } = message
  if (method === undefined) return 'response'
  return id === undefined ? 'notification' : (kinds.get(method) ?? 'request')
}

function toComponent(params: Readonly<Record<string, unknown>>, hide: Hide): string | undefined {
  const name = params['name'] ?? params['uri']
  return typeof name === 'string' ? cut(name, maxNameChars, hide) : undefined
}

function toRequestId(id: string | number | undefined, hide: Hide): string | number | undefined {
  return typeof id === 'string' ? cut(id, maxIdChars, hide) : id
}

function toClient(request: McpRequest | undefined, hide: Hide): string | undefined {
  const info = request?.clientInfo
  if (info === undefined) return undefined
  // Each by itself, because a secret at the end of one would hide where the other begins.
  return cut(`${redactName(info.name)}/${redactName(info.version)}`, maxClientChars, hide)
}

/** A text that somebody else chose, as a record has it. A secret that would be cut in two is known before it is. */
function cut(text: string, maxChars: number, hide: Hide): string {
  if (text.length <= maxChars) return hideEncoded(text, hide)
  return redactText(hideEncoded(text.slice(0, maxChars + beyondChars), hide)).slice(0, maxChars)
}

function findTrace({ span, request, call }: Observation): TraceContext | undefined {
  if (span !== undefined) return span.context
  if (call !== undefined) return call.trace
  const parent = request && findTraceParent(request)
  return parent && continueTrace(parent)
}
