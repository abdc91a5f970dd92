import { createFailure } from '../errors.ts'
import type { JsonObject } from '../jsonrpc/message.ts'
import type { ActiveCall } from '../mcp/active-call.ts'
import { toCanonicalText } from '../mcp/canonical.ts'
import type { ServerContext } from '../mcp/context.ts'
import { type Principal, toPrincipalKey } from '../mcp/principal.ts'
import type { McpResult } from '../mcp/result.ts'
import { declaresTasks } from '../mcp/tasks.ts'
import { readMonotonicMs } from '../monotonic-clock.ts'
import { describeError } from '../telemetry/log.ts'
import { toTraceparent } from '../telemetry/trace-context.ts'
import { isEnded, type JobCounts, type JobRecord, type JobStore, type Later, type NewJob } from './job.ts'
import { JobIntake } from './job-intake.ts'
import type { JobSettings } from './job-options.ts'
import { parsePayload, toPayload } from './job-payload.ts'
import type { JobTool, WatchRun } from './job-run.ts'
import { JobSweeper } from './job-sweeper.ts'
import { toCreatedResult, toStartedResult, toTaskParams } from './task-state.ts'
import { JobWorker } from './worker.ts'

/** A tool whose calls can run as jobs. */
export interface TaskTool extends JobTool {
  /** The key by which repeats of a call are known, where it has one. */
  findKey(call: ActiveCall): string | undefined
  /** Whether somebody who asks for a job may use its tool. */
  isAllowed(principal: Principal): boolean
}

/** What the jobs of a server are made with. */
export interface JobsOptions {
  readonly store: JobStore
  readonly settings: JobSettings
  /** The server's name: servers that share a store keep their jobs apart by it. */
  readonly queue: string
  readonly context: ServerContext
  /** Where a request carries its idempotency key. */
  readonly keyMeta: string
  readonly watchRun: WatchRun
  /** Whether jobs may be run at present. */
  mayRun(): boolean
  /** Hears of a job that may have changed without an answer of the store. */
  onUnsure(record: JobRecord): void
}

/** What processes of a server tell each other when there is a job for whoever has room. */
const dueTopic = 'jobs'

/** What they tell each other of a job that was cancelled: its id. */
const cancelledTopic = 'job-cancelled'

/** A count of all jobs is asked for again after so long, in milliseconds. */
const countMs = 5_000

/** The jobs of one server: made from calls, run by its worker, seen by their owners. */
export class Jobs {
  readonly context: ServerContext
  readonly settings: JobSettings
  private readonly options: JobsOptions
  private readonly tools = new Map<string, TaskTool>()
  private readonly worker: JobWorker
  private readonly sweeper: JobSweeper
  private readonly intake: JobIntake
  private lastCounts: JobCounts | undefined
  private countAt = -Infinity

  constructor(options: JobsOptions) {
    const { settings, context, keyMeta, ...shared } = options
    this.options = options
    this.context = context
    this.settings = settings
    this.intake = new JobIntake({ store: options.store, log: context.log })
    const onChange = (record: JobRecord) => this.publish(record)
    const { leaseMs } = settings
    const onFull = () => this.tellDue()
    this.worker = new JobWorker({
      ...shared,
      context,
      leaseMs,
      onChange,
      onFull,
      settings,
      tools: this.tools,
    })
    const onExpired = (record: JobRecord) => {
      // Servers that share a store keep their jobs apart.
      if (record.queue === options.queue) this.publish(record)
    }
    this.sweeper = new JobSweeper({ store: options.store, log: context.log, onExpired })
    context.peers?.on(dueTopic, { hear: () => this.worker.wake() })
    context.peers?.on(cancelledTopic, { hear: (id) => this.loseCancelled(id) })
  }

  /** Whether any tool can run as a job. */
  get isUsed(): boolean {
    return this.tools.size > 0
  }

  addTool(tool: TaskTool): void {
    this.tools.set(tool.name, tool)
  }

  removeTool(name: string): void {
    this.tools.delete(name)
  }

  /** Runs jobs in this process from now on, also those that others left. */
  start(): void {
    this.worker.start()
    if (this.isUsed) this.sweeper.start()
  }

  /** How many jobs this process has ended because their time was over. */
  get expired(): number {
    return this.sweeper.expired
  }

  /** How many jobs this process runs now. */
  get running(): number {
    return this.worker.size
  }

  /** Most jobs this process runs at once. */
  get maxRunning(): number {
    return this.worker.maxRunning
  }

  /** Has this process run so many jobs at once from now on. */
  setMaxRunning(maxRunning: number): void {
    this.worker.maxRunning = maxRunning
  }

  /** How many jobs there are, as of a few seconds ago; undefined where that is not known yet. */
  get counts(): JobCounts | undefined {
    const now = readMonotonicMs()
    if (this.isUsed && now - this.countAt >= countMs) {
      this.countAt = now
      void this.count()
    }
    return this.lastCounts
  }

  /** Takes no more jobs and waits for those that run; what is left after `graceMs` is given back. */
  stop(graceMs = 0): Promise<void> {
    this.sweeper.stop()
    return this.worker.stop(graceMs)
  }

  /** Makes a call go on as a job, and tells its client where to find it. The job is kept before that. */
  async create(call: ActiveCall, tool: TaskTool): Promise<McpResult> {
    const job = this.toJob(call, tool)
    const isRepeatable = tool.effect === 'read' || job.key !== undefined
    const record = await this.intake.add(job, { isRepeatable })
    if (record.id !== job.id) assertSame(record, call)
    if (!isEnded(record)) this.wakeWorkers()
    return this.toResult(record, call, tool)
  }

  /** The job that an earlier call of this key became, for its client as `create` tells it; undefined where there is none. */
  async findStarted(call: ActiveCall, tool: TaskTool): Promise<McpResult | undefined> {
    const key = this.toKey(call, tool)
    if (key === undefined) return undefined
    const known = { queue: this.options.queue, name: tool.name, key }
    const record = await this.reach((store) => store.findByKey(known))
    if (record === undefined) return undefined
    assertSame(record, call)
    return this.toResult(record, call, tool)
  }

  /** The job, where it is this caller's and the caller may still use its tool. */
  async find(id: string, principal: Principal): Promise<JobRecord | undefined> {
    const record = await this.reach((store) => store.get(id))
    if (record === undefined || record.queue !== this.options.queue) return undefined
    if (record.owner !== toPrincipalKey(principal)) return undefined
    return this.tools.get(record.name)?.isAllowed(principal) === false ? undefined : record
  }

  /** Hands answers to a job that waits for them. */
  async answer({ id }: JobRecord, answers: JsonObject): Promise<void> {
    const record = await this.reach((store) => store.answer(id, answers))
    if (record === undefined) return
    this.publish(record)
    if (record.status === 'working') this.wakeWorkers()
  }

  /** Takes a job back. Whoever runs it is told, and told again where it was taken back before: nobody may have heard. */
  async cancel(known: JobRecord): Promise<JobRecord> {
    const record = isEnded(known) ? known : ((await this.reach((store) => store.cancel(known.id))) ?? known)
    if (record.status !== 'cancelled') return record
    this.loseCancelled(record.id)
    void this.context.peers?.publish(cancelledTopic, record.id)
    this.publish(record)
    return record
  }

  /** Jobs of this server whose attempts were used up, the oldest first. */
  async listDead(limit = 100): Promise<readonly JobRecord[]> {
    return this.options.store.listDead({ queue: this.options.queue, limit })
  }

  /** Runs a dead letter once more, with all its attempts. False where there is none of that id. */
  async revive(id: string): Promise<boolean> {
    const record = await this.options.store.revive(id)
    if (record === undefined) return false
    this.publish(record)
    this.wakeWorkers()
    return true
  }

  /** How often clients should ask for a job, in milliseconds. */
  toPollIntervalMs({ name }: JobRecord): number | undefined {
    return this.tools.get(name)?.settings.pollIntervalMs
  }

  /** Has the job run soon: here, or where there is room. */
  private wakeWorkers(): void {
    this.start()
    if (!this.worker.hasRoom) this.tellDue()
  }

  private tellDue(): void {
    void this.context.peers?.publish(dueTopic, null)
  }

  private loseCancelled(id: unknown): void {
    if (typeof id === 'string') this.worker.lose(id, 'The job was cancelled.')
  }

  private async count(): Promise<void> {
    const { store, queue } = this.options
    try {
      this.lastCounts = await store.count({ queue })
    } catch (error) {
      this.context.log({ level: 'warn', message: 'Jobs could not be counted.', error: describeError(error) })
    }
  }

  private toResult(record: JobRecord, { mcp }: ActiveCall, { settings }: TaskTool): McpResult {
    const { pollIntervalMs } = settings
    if (!declaresTasks(mcp)) return toStartedResult(record, pollIntervalMs)
    return toCreatedResult(record, pollIntervalMs, this.context)
  }

  /** Whose key it is, and of what tool, is part of it. */
  private toKey(call: ActiveCall, tool: TaskTool): string | undefined {
    const given = tool.findKey(call)
    if (given === undefined) return undefined
    return this.context.digest(JSON.stringify([toPrincipalKey(call.principal), tool.name, given]))
  }

  private toJob(call: ActiveCall, tool: TaskTool): NewJob {
    const { createKey } = this.context
    const { delayMs, ttlMs, resultTtlMs, priority, retries, attempts, start } = tool.settings
    const owner = toPrincipalKey(call.principal)
    const given = tool.findKey(call)
    const isKeyed = given !== undefined
    const goesOn = start === 'by_handler'
    return {
      id: createKey(),
      queue: this.options.queue,
      name: tool.name,
      owner,
      tenant: call.principal.tenant,
      payload: toPayload(call.mcp, {
        ...toTraceMeta(call),
        ...(isKeyed ? { [this.options.keyMeta]: given } : {}),
      }),
      done: goesOn ? { ...call.rounds.done } : {},
      answers: goesOn ? Object.fromEntries(call.answered ?? []) : {},
      key: this.toKey(call, tool),
      // A run with a key that was broken off may be followed by another: the key's own record says what then happens.
      maxAttempts: isKeyed && !retries ? Math.max(attempts, 3) : attempts,
      ...{ delayMs, ttlMs, resultTtlMs, priority },
    }
  }

  /** Asks the store for somebody who can ask again. */
  private async reach<T>(ask: (store: JobStore) => Later<T>): Promise<T> {
    try {
      return await ask(this.options.store)
    } catch (error) {
      const message = 'Jobs cannot be reached now. Try again later.'
      this.context.log({ level: 'error', message: 'Jobs cannot be reached.', error: describeError(error) })
      throw createFailure('store_unavailable', { message, retryAfterMs: 1_000 })
    }
  }

  private publish(record: JobRecord): void {
    const toState = () => toTaskParams(record, this.toPollIntervalMs(record), this.context)
    const { id, tenant } = record
    this.context.subscriptions.publish({ kind: 'task', tenant, task: { id, toState } })
  }
}

/** Where the call stands in its trace, so that runs of the job can be found from it. */
function toTraceMeta({ trace }: ActiveCall): JsonObject {
  if (trace === undefined) return {}
  const { state } = trace
  return { traceparent: toTraceparent(trace), ...(state === undefined ? {} : { tracestate: state }) }
}

/** A key that came with other arguments before means another call. */
function assertSame(record: JobRecord, call: ActiveCall): void {
  const before = parsePayload(record.payload, record.id).params['arguments'] ?? {}
  const now = call.mcp.params['arguments'] ?? {}
  if (toCanonicalText(before) !== toCanonicalText(now)) throw createFailure('idempotency_conflict')
}
