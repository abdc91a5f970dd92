import { setTimeout as sleep } from 'node:timers/promises'
import { createFailure, Failure, type FailureName, ProtocolError, protocolErrors } from '../errors.ts'
import { isObject, type JsonObject } from '../jsonrpc/message.ts'
import { ActiveCall, type Callee } from '../mcp/active-call.ts'
import { Cancelled } from '../mcp/call-errors.ts'
import type { ServerContext } from '../mcp/context.ts'
import type { McpRequest } from '../mcp/request.ts'
import { encodeResult, type McpResult } from '../mcp/result.ts'
import { toResultText } from '../mcp/result-text.ts'
import { statelessRevision } from '../mcp/revisions/supported.ts'
import type { CallTask } from '../mcp/tasks.ts'
import { ToolResult, toFailureResult } from '../mcp/tool-result.ts'
import { describeError } from '../telemetry/log.ts'
import {
  isEnded,
  type JobEnd,
  type JobProgress,
  type JobRecord,
  type JobRelease,
  type JobStore,
} from './job.ts'
import { addBegun, countRounds, isBegunOnce, wasBegun } from './job-begun.ts'
import type { TaskSettings } from './job-options.ts'
import { parsePayload } from './job-payload.ts'

/** What a job is run with: a tool and the whole way to its handler. */
export interface JobTool extends Callee {
  readonly settings: TaskSettings
  /** Whether a run goes on where one with the same key was broken off. */
  readonly resumes: boolean
  run(call: ActiveCall): McpResult | Promise<McpResult>
}

/** Watches one run of a job, from now until the returned function is called; undefined where nobody wants to know. */
export type WatchRun = (request: McpRequest, run: { readonly attempt: number }) => (() => void) | undefined

/** What runs of jobs share. */
export interface JobEnvironment {
  readonly store: JobStore
  readonly context: ServerContext
  readonly leaseMs: number
  /** Hears of every job that changed. */
  onChange(record: JobRecord): void
  /** Hears of a job that may have changed without an answer of the store. */
  onUnsure(record: JobRecord): void
  readonly watchRun: WatchRun
}

/** How a run leaves its job. */
type Left =
  | { readonly end: JobEnd }
  | { readonly questions: ReadonlyMap<string, JsonObject> }
  | { readonly release: JobRelease }

/** Most questions of one job, those that are asked again included. */
const maxInputs = 200

/** Claims that came to nothing, beyond the attempts of a job that is begun once at most. */
const maxLostClaims = 20

/** Progress is written at most this often, in milliseconds. */
const progressMs = 200

/** How long to wait before something that failed is written again, at first and at most, in milliseconds. */
const minRetryMs = 50
const maxRetryMs = 1_000

/** One run of a claimed job. It ends, suspends or gives back its job, unless it loses the claim to it. */
export class JobRun {
  private readonly record: JobRecord
  private readonly tool: JobTool
  private readonly environment: JobEnvironment
  private readonly request: McpRequest
  private readonly endWatch: (() => void) | undefined
  private readonly call: ActiveCall
  private readonly task: CallTask
  private keeping: Promise<void> = Promise.resolve()
  private renewedAt: number
  private hasBegun = false
  private isLost = false
  private isStopping = false
  private progress: JobProgress | undefined
  private progressTimer: ReturnType<typeof setTimeout> | undefined

  /** @param environment with `claimedAt`, when the claim was asked for at the latest. */
  constructor(record: JobRecord, tool: JobTool, environment: JobEnvironment & { claimedAt: number }) {
    this.record = record
    this.tool = tool
    this.environment = environment
    this.renewedAt = environment.claimedAt
    this.task = {
      starts: false,
      begin: () => this.begin(),
      noteProgress: (progress) => this.noteProgress(progress),
      assertHeld: () => this.assertHeld(),
    }
    this.request = parsePayload(record.payload, record.id)
    this.endWatch = environment.watchRun(this.request, { attempt: record.attempts })
    this.call = this.createCall()
  }

  /** Runs the job. Never rejects. */
  async run(): Promise<void> {
    const timer = setInterval(() => void this.renew(), Math.max(1, this.environment.leaseMs / 3))
    timer.unref?.()
    try {
      const left = await this.work()
      this.noteLeft(left)
      if (!this.isLost) await this.leave(left)
    } catch (error) {
      this.note('error', 'The end of a job could not be written.', { error: describeError(error) })
      this.environment.onUnsure(this.record)
    } finally {
      clearInterval(timer)
      clearTimeout(this.progressTimer)
      this.endWatch?.()
    }
  }

  /** The claim is gone: whatever the run does from now on, it changes nothing. */
  lose(reason: string): void {
    this.isLost = true
    this.call.abort(new Cancelled(reason))
  }

  /** Breaks the run off and gives the job back, or ends it where it must not run twice. */
  stop(): void {
    this.isStopping = true
    this.call.abort(createFailure('stopped'))
  }

  private createCall(): ActiveCall {
    const { record, request, tool, environment } = this
    const { timeoutMs } = tool.settings
    const call = new ActiveCall(request, { ...tool, timeoutMs }, environment.context)
    call.input = request.params['arguments'] ?? {}
    call.task = this.task
    call.useRounds({ answers: record.answers, done: record.done })
    call.keepDone = (done) => this.keepDone(done)
    return call
  }

  private async work(): Promise<Left> {
    if (this.isSpent) return { end: toFailed(createFailure('stopped'), { isDead: true }) }
    try {
      const { span } = this.request.exchange.observation ?? {}
      const run = () => this.tool.run(this.call)
      const result = await (span === undefined ? run() : span.run(run))
      this.request.exchange.observation?.noteResult(result)
      if (result.interim !== 'input_required') return this.fromResult(result)
      return this.fromQuestions()
    } catch (error) {
      return this.fromError(error)
    }
  }

  /** Whether its attempts are used up. Of a job that is begun once at most, one that was begun counts. */
  private get isSpent(): boolean {
    const { record } = this
    const spare = record.attempts - record.maxAttempts
    if (!isBegunOnce(record) || wasBegun(record)) return spare > 0
    return spare > maxLostClaims
  }

  /** The handler is about to run. Where that is kept, it waits until it is. */
  private begin(): Promise<void> | undefined {
    if (isBegunOnce(this.record)) return this.keepBegun()
    this.hasBegun = true
    return undefined
  }

  private async keepBegun(): Promise<void> {
    const { done } = this.call.rounds
    addBegun(done, this.record)
    try {
      await this.checkpoint(done)
    } catch (cause) {
      throw createFailure('store_unavailable', { retryAfterMs: 0, cause })
    }
    this.call.signal.throwIfAborted()
    this.hasBegun = true
  }

  private fromQuestions(): Left {
    const questions = new Map([...this.call.questions].map(([key, request]) => [key, { ...request }]))
    const asked = Object.keys(this.record.inputs).length + questions.size
    if (asked <= maxInputs) return { questions }
    return { end: this.toEnd(toFailureResult(createFailure('answer_invalid'))) }
  }

  private fromResult(result: McpResult): Left {
    const { hasBegun } = this
    const { retries } = this.tool.settings
    const body = result instanceof ToolResult && result.isError ? result.structured : undefined
    const { error, retry, retry_after_ms: after } = isObject(body) ? body : {}
    if (this.isStopping && error === 'stopped') return this.fromStop()
    const delayMs = typeof after === 'number' ? after : 1_000
    if (!hasBegun && retry === true) return { release: { delayMs, counts: false } }
    // An earlier run of this job, still under way somewhere, took its key.
    if (error === 'outcome_unknown' && this.tool.resumes) return this.tryAgain(result)
    if (!hasBegun || !retries || (retry !== true && error !== 'internal')) return { end: this.toEnd(result) }
    return this.tryAgain(result)
  }

  private fromStop(): Left {
    const { record, tool, hasBegun } = this
    const mayRunTwice = tool.settings.retries || record.maxAttempts > 1 || !hasBegun
    if (mayRunTwice) return { release: { delayMs: 0, counts: false } }
    return { end: toFailed(createFailure('stopped'), { isDead: true }) }
  }

  private tryAgain(result: McpResult): Left {
    const { attempts, maxAttempts } = this.record
    if (attempts >= maxAttempts) return { end: { ...this.toEnd(result), isDead: true } }
    const delayMs = Math.min(this.tool.settings.backoffMs * 2 ** (attempts - 1), 2 ** 31 - 1)
    return { release: { delayMs, counts: true } }
  }

  private toEnd(result: McpResult): JobEnd {
    const text = toResultText(result)
    const { limits, serverInfo } = this.environment.context
    const fits = () => encodeResult(result, statelessRevision, serverInfo).length <= limits.maxOutputBytes
    if (text !== undefined && fits()) return { status: 'completed', outcome: text }
    const name: FailureName = text === undefined ? 'output_invalid' : 'output_too_large'
    return { status: 'completed', outcome: String(toResultText(toFailureResult(createFailure(name)))) }
  }

  private fromError(error: unknown): Left {
    const { observation } = this.request.exchange
    observation?.noteError(error)
    if (error instanceof Cancelled) return this.fromStop()
    if (error instanceof ProtocolError || error instanceof Failure) return { end: toFailed(error) }
    const errorId = this.environment.context.createKey()
    observation?.noteCrash(error, errorId)
    this.note('error', 'A job failed unexpectedly.', { error_id: errorId, error: describeError(error) })
    return { end: toFailed(new ProtocolError('internal', { data: { error_id: errorId } })) }
  }

  private noteLeft(left: Left): void {
    if ('release' in left) this.call.noteEvent('rescheduled', { delay_ms: left.release.delayMs })
    else if ('end' in left && left.end.isDead) this.call.noteEvent('dead_lettered')
  }

  private async leave(left: Left): Promise<void> {
    const { store, onChange } = this.environment
    const { id, fence } = this.record
    if ('release' in left) {
      await this.persist(() => store.release(id, fence, left.release))
      return
    }
    const written = await this.persist(() => {
      return 'end' in left ? store.finish(id, fence, left.end) : store.suspend(id, fence, left.questions)
    })
    const record = written ?? (await this.findLeft(left))
    if (record !== undefined) onChange(record)
    else this.note('warn', 'A job was taken away before its end could be written.')
  }

  /** A write whose answer got lost takes the claim away all the same: the job says whether it is as it was left. */
  private async findLeft(left: Exclude<Left, { release: JobRelease }>): Promise<JobRecord | undefined> {
    const record = await this.persist(() => this.environment.store.get(this.record.id))
    if (record === undefined) return undefined
    const isLeft =
      'end' in left
        ? record.status === left.end.status && record.outcome === left.end.outcome
        : countRounds(record) > countRounds(this.record)
    return isLeft ? record : undefined
  }

  /** Writes something to the store, again and again while that fails, as long as the claim may still hold. */
  private async persist<T>(write: () => T | Promise<T>): Promise<T> {
    for (let waitMs = minRetryMs; ; waitMs = Math.min(waitMs * 2, maxRetryMs)) {
      try {
        return await write()
      } catch (error) {
        if (this.isLost || this.isOverdue) throw error
        await sleep(waitMs)
      }
    }
  }

  /** Whether the claim was not renewed for so long that others may have it. */
  private get isOverdue(): boolean {
    const { context, leaseMs } = this.environment
    return context.now() - this.renewedAt >= leaseMs
  }

  private async renew(progress?: JobProgress): Promise<void> {
    const { store, leaseMs, context, onChange } = this.environment
    const { id, fence } = this.record
    const askedAt = context.now()
    try {
      const record = await store.renew(id, fence, { leaseMs, progress })
      if (record === undefined) return this.lose('The job was taken away from this process.')
      this.renewedAt = askedAt
      if (progress !== undefined && !isEnded(record)) onChange(record)
    } catch (error) {
      this.note('error', 'The claim to a job could not be renewed.', { error: describeError(error) })
      if (this.isOverdue) this.lose('The claim to the job could not be renewed.')
    }
  }

  private noteProgress(progress: JobProgress): void {
    this.progress = progress
    this.progressTimer ??= setTimeout(() => {
      this.progressTimer = undefined
      if (!this.isLost) void this.renew(this.progress)
    }, progressMs)
  }

  /**
   * Asks the store where the claim may have run out unnoticed, because this process or its event loop stood still.
   *
   * @throws Cancelled where it is lost.
   */
  private async assertHeld(): Promise<void> {
    if (this.isOverdue) await this.renew()
    this.call.signal.throwIfAborted()
  }

  /** Each write holds all that was done, so they must not overtake each other. */
  private async keepDone(done: JsonObject): Promise<void> {
    this.keeping = this.keeping.then(() => this.keepStep(done))
    await this.keeping
    this.call.signal.throwIfAborted()
  }

  private async keepStep(done: JsonObject): Promise<void> {
    try {
      await this.checkpoint(done)
    } catch (error) {
      // What was done is done: the run goes on, and its lease says for how long.
      this.note('error', 'A step of a job could not be kept.', { error: describeError(error) })
    }
  }

  private async checkpoint(done: JsonObject): Promise<void> {
    const { id, fence } = this.record
    if (await this.persist(() => this.environment.store.checkpoint(id, fence, done))) return
    this.lose('The job was taken away from this process.')
  }

  private note(level: 'warn' | 'error', message: string, facts: Record<string, unknown> = {}): void {
    this.environment.context.log({ level, message, component: this.tool.name, job: this.record.id, ...facts })
  }
}

/** The end of a job in an error rather than a result. */
function toFailed(error: ProtocolError | Failure, { isDead = false } = {}): JobEnd {
  const { message } = error
  const about =
    error instanceof Failure
      ? { code: error.code, message, data: error.body }
      : { code: protocolErrors[error.error].code, message, ...(error.data && { data: error.data }) }
  return { status: 'failed', outcome: JSON.stringify(about), message, isDead }
}
