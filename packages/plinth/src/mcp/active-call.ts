import { Failure } from '../errors.ts'
import { isObject, isRequestId, type JsonObject } from '../jsonrpc/message.ts'
import { serializeNotification } from '../jsonrpc/serialize.ts'
import type { CallEventName, EventFacts } from '../telemetry/observer.ts'
import { continueTrace, type TraceContext } from '../telemetry/trace-context.ts'
import { askClient } from './ask-client.ts'
import { type AskAnswer, type AskRequest, toAskKind, type WireRequest } from './ask-request.ts'
import { answerFromRounds } from './ask-rounds.ts'
import { bindMethods } from './bind-methods.ts'
import { type CachedKind, invalidateCache } from './cache-name.ts'
import type { Call, CallLog, CallNotify, CallRequest, DeclaredErrors, Effect, FailOptions } from './call.ts'
import { Cancelled } from './call-errors.ts'
import { fetchForCall } from './call-fetch.ts'
import { createCallLog } from './call-log.ts'
import { createCallNotify } from './call-notify.ts'
import { findTraceParent } from './call-trace.ts'
import { type AskKind, canAsk } from './capabilities.ts'
import type { ServerContext } from './context.ts'
import type { CloseReason } from './exchange.ts'
import { toHops } from './hops.ts'
import type { InFlight } from './in-flight.ts'
import { parseRounds, type Rounds } from './input-required.ts'
import { type Principal, toPrincipalKey } from './principal.ts'
import { type McpRequest, toMeta } from './request.ts'
import { type CallTask, TaskStart } from './tasks.ts'

/** What a call is made on: a tool, resource or prompt, as far as the protocol layer cares. */
export interface Callee {
  readonly name: string
  readonly errors: DeclaredErrors | undefined
  /** Default `read`: only tools can do more. */
  readonly effect?: Effect
  /** Milliseconds. */
  readonly timeoutMs: number
  /** Paths of arguments that no record may show. */
  readonly redact?: readonly string[] | undefined
}

const noQuestions: ReadonlyMap<string, WireRequest> = new Map()

/** Ends a call that takes too long. */
export interface CallTimer {
  /** Gives the call its whole time, from now on. */
  start(): void
  stop(): void
  /** Ends the call now, for another reason. */
  abort(reason: Error): void
}

/** The one call object a handler and the middleware share. Most of it is made only when it is asked for. */
export class ActiveCall implements Call {
  readonly mcp: McpRequest
  readonly callee: Callee
  readonly context: ServerContext
  /** The arguments: as the client sent them, and once validated what the schema made of them. */
  input: unknown
  /** The deadline moves while a user is asked. */
  deadline: number
  /** Set by whoever reads it from the request. */
  idempotencyKey: string | undefined
  /** Set while the call holds the claim to its idempotency key. */
  fence: number | undefined
  /** Set where nothing may change. */
  dryRun = false
  /** Keeps what `once` has done where it outlives this run; set by whoever can. */
  keepDone: ((done: JsonObject) => Promise<void>) | undefined
  /** Set where the call is a job, or may become one. */
  task: CallTask | undefined
  /** Whether the handler turned to this one client, so that its result is not for others. */
  asked = false
  /** Whether the handler reported progress. */
  reported = false
  /** Answers that were asked for and fit, as the client gave them: what the next round has to know (2026-07-28). */
  answered: Map<string, unknown> | undefined
  /** Set by whoever enforces the deadline, while it does. */
  timer: CallTimer | undefined
  private readonly startedAt: number
  private abortReason: Error | undefined
  private controller: AbortController | undefined
  private abortListeners: ((reason: Error) => void)[] | undefined
  private openQuestions: Map<string, WireRequest> | undefined
  private knownRounds: Rounds | undefined
  private openAsks = 0
  private lastProgress: number | undefined
  private finished = false
  private facts: CallRequest | undefined
  private ownTrace: TraceContext | null | undefined

  constructor(mcp: McpRequest, callee: Callee, context: ServerContext) {
    this.mcp = mcp
    this.callee = callee
    this.context = context
    this.startedAt = context.now()
    this.deadline = this.startedAt + callee.timeoutMs
    if (mcp.exchange.observation !== undefined) mcp.exchange.observation.call = this
  }

  /** Questions of this round that the client still has to answer (2026-07-28). */
  get questions(): ReadonlyMap<string, WireRequest> {
    return this.openQuestions ?? noQuestions
  }

  addQuestion(key: string, request: WireRequest): void {
    this.openQuestions ??= new Map()
    this.openQuestions.set(key, request)
  }

  get request(): CallRequest {
    this.facts ??= toCallRequest(this.mcp)
    return this.facts
  }

  get principal(): Principal {
    return this.mcp.principal
  }

  get effect(): Effect {
    return this.callee.effect ?? 'read'
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController()
      if (this.abortReason !== undefined) this.controller.abort(this.abortReason)
    }
    return this.controller.signal
  }

  get log(): CallLog {
    return createCallLog(this)
  }

  get notify(): CallNotify {
    return createCallNotify(this)
  }

  /** What earlier rounds of this call answered and did. */
  get rounds(): Rounds {
    this.knownRounds ??= copyRounds(parseRounds(this.mcp, this.context))
    return this.knownRounds
  }

  /** Goes on where another run of this call stopped. */
  useRounds(rounds: Rounds): void {
    this.knownRounds = copyRounds(rounds)
  }

  /** Keeps an answer for the next run of this call, as the client gave it. */
  noteAnswer(key: string, answer: unknown): void {
    this.answered ??= new Map()
    this.answered.set(key, answer)
  }

  async startTask(): Promise<void> {
    if (this.task?.starts === true) throw new TaskStart('The call goes on as a task.')
  }

  /** Aborts `signal`; the first reason stays. */
  abort(reason: Error): void {
    if (this.abortReason !== undefined || this.finished) return
    this.abortReason = reason
    this.controller?.abort(reason)
    this.timer?.abort(reason)
    for (const listener of this.abortListeners ?? []) listener(reason)
  }

  /** The client took the request back, or is gone. */
  cancel(reason: string): void {
    this.abort(new Cancelled(reason))
  }

  /** The answer can no longer be sent. A call whose outcome is kept for the return of its client goes on. */
  disconnect(reason: CloseReason): void {
    if (reason === 'server_stopped') this.cancel('The server stops.')
    else if (this.fence === undefined) this.cancel('The client is gone.')
  }

  get isAborted(): boolean {
    return this.abortReason !== undefined
  }

  onAbort(listener: (reason: Error) => void): void {
    if (this.abortReason !== undefined) {
      listener(this.abortReason)
      return
    }
    this.abortListeners ??= []
    this.abortListeners.push(listener)
  }

  /** Nothing more may be sent for this call. */
  finish(): void {
    this.finished = true
  }

  /** Sends a notification that belongs to this call, unless it is over. */
  notifyClient(method: string, params: Record<string, unknown>): void {
    if (this.finished || this.abortReason !== undefined) return
    this.mcp.exchange.send(serializeNotification(method, JSON.stringify(params)))
  }

  progress(done: number, total?: number, message?: string): void {
    this.reported = true
    if (!Number.isFinite(done) || done <= (this.lastProgress ?? -Infinity)) return
    this.lastProgress = done
    this.task?.noteProgress?.({ done, total, message })
    const { progressToken } = toMeta(this.mcp)
    if (!isRequestId(progressToken)) return
    const rest = { ...(total === undefined ? {} : { total }), ...(message === undefined ? {} : { message }) }
    this.extendDeadline()
    this.notifyClient('notifications/progress', { progressToken, progress: done, ...rest })
  }

  /** A call that reports progress to a client that waits for it may go on, up to the server's longest. */
  private extendDeadline(): void {
    const { now, limits } = this.context
    const latest = this.startedAt + limits.maxTimeoutMs
    if (!this.isHeld && now() + this.callee.timeoutMs <= latest) this.timer?.start()
  }

  /** Whether the deadline stands still, because the client is being asked. */
  get isHeld(): boolean {
    return this.openAsks > 0
  }

  /** The deadline stands still until `releaseDeadline` was called as often. */
  holdDeadline(): void {
    this.openAsks++
    this.timer?.stop()
  }

  releaseDeadline(): void {
    if (--this.openAsks === 0) this.timer?.start()
  }

  fail(code: string, details?: unknown, options: FailOptions = {}): Failure {
    const declared = this.callee.errors?.[code]
    if (declared === undefined) {
      throw new TypeError(`call.fail: "${code}" is not a declared error of "${this.callee.name}".`)
    }
    const { retryAfterMs } = options
    const after = retryAfterMs === undefined ? {} : { retry_after_ms: Math.ceil(retryAfterMs) }
    const base = {
      error: code,
      message: options.message ?? declared.message,
      retry: declared.retry,
      ...after,
    }
    return new Failure({ ...base, ...(details as object | undefined), ...base })
  }

  canAsk(kind: AskKind): boolean {
    return canAsk(this.mcp.capabilities, kind)
  }

  ask<R extends AskRequest>(key: string, request: R): Promise<AskAnswer<R>> {
    this.asked = true
    this.noteEvent('asked', { kind: toAskKind(request) })
    const isWaiting = this.mcp.revision.handshake && (this.task === undefined || this.task.starts)
    const answer = isWaiting ? askClient(this, key, request) : answerFromRounds(this, key, request)
    answer.catch(() => undefined) // A question nobody awaits must not end the process.
    return answer as Promise<AskAnswer<R>>
  }

  async once<T>(key: string, run: () => T | Promise<T>): Promise<T> {
    const { done } = this.rounds
    if (Object.hasOwn(done, key)) return done[key] as T
    if (this.task?.assertHeld !== undefined) await this.task.assertHeld()
    const value = await run()
    done[key] = value ?? null
    await this.keepDone?.(done)
    return value
  }

  invalidate(kind: CachedKind, name: string): Promise<boolean> {
    return invalidateCache(this.context, kind, name)
  }

  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    return fetchForCall(this, input, init)
  }

  /** Where this call stands in the trace of its caller; undefined where neither sent nor started one. */
  get trace(): TraceContext | undefined {
    if (this.ownTrace !== undefined) return this.ownTrace ?? undefined
    const span = this.mcp.exchange.observation?.span
    const parent = span === undefined ? findTraceParent(this.mcp) : undefined
    this.ownTrace = span?.context ?? (parent && continueTrace(parent)) ?? null
    return this.ownTrace ?? undefined
  }

  /** Puts something that happened on the record of this call, where there is one. */
  noteEvent(name: CallEventName, facts?: EventFacts): void {
    this.mcp.exchange.observation?.noteEvent(name, facts)
  }

  get hops(): readonly string[] {
    return [...toHops(this.mcp), this.context.instanceName]
  }

  secret(name: string): Promise<string> {
    return this.context.readSecret(name, this.principal.tenant)
  }

  createHandle(value: JsonObject, ttlMs = 3_600_000): string {
    const owner = toPrincipalKey(this.principal)
    return this.context.handles.seal({ owner, value }, { expiresAt: this.context.now() + ttlMs })
  }

  openHandle(handle: string): JsonObject | undefined {
    const sealed = this.context.handles.open(handle, this.context.now())
    const isOwn = sealed?.['owner'] === toPrincipalKey(this.principal)
    return isOwn && isObject(sealed?.['value']) ? sealed['value'] : undefined
  }

  closeStream(retryMs = 1_000): void {
    this.mcp.exchange.closeStream?.(retryMs)
  }

  /** Registers the call where its request can be cancelled by id; false when that id is in flight already. */
  enter(inFlight: InFlight, scope: string): boolean {
    return inFlight.add(scope, this.mcp.id, this)
  }
}

bindMethods(ActiveCall.prototype, [
  'progress',
  'fail',
  'ask',
  'canAsk',
  'once',
  'startTask',
  'secret',
  'createHandle',
  'openHandle',
  'closeStream',
  'invalidate',
  'fetch',
])

function copyRounds(rounds: Rounds): Rounds {
  return { ...rounds, done: Object.assign(Object.create(null) as object, rounds.done) }
}

function toCallRequest(mcp: McpRequest): CallRequest {
  return {
    id: mcp.id,
    method: mcp.method,
    revision: mcp.revision.date,
    client: { info: mcp.clientInfo, capabilities: mcp.capabilities },
    meta: toMeta(mcp),
  }
}
