import type { JobCounts, JobRecord } from './jobs/job.ts'
import { type JobOptions, parseJobOptions, parseTaskPolicy } from './jobs/job-options.ts'
import { createMemoryJobStore } from './jobs/memory-job-store.ts'
import { Jobs, type TaskTool } from './jobs/task-jobs.ts'
import { createJobDesk, createTaskMethods } from './jobs/task-methods.ts'
import { TaskNews } from './jobs/task-news.ts'
import { createTaskPolicy } from './jobs/task-policy.ts'
import { isAllowed } from './mcp/access.ts'
import type { ActiveCall } from './mcp/active-call.ts'
import type { ServerContext } from './mcp/context.ts'
import type { JobDesk } from './mcp/job-desk.ts'
import type { Guarded } from './mcp/policy.ts'
import type { TaskMethods } from './mcp/tasks.ts'
import { toFailureResult } from './mcp/tool-result.ts'
import type { Middleware, Next } from './middleware/compose.ts'
import { findIdempotencyKey, idempotencyKeyMeta } from './middleware/idempotency-key.ts'
import type { CompiledTool } from './registry/compile-tool.ts'
import { runComponent } from './registry/run-component.ts'
import type { ServerSettings } from './server-options.ts'
import type { ServerTelemetry } from './server-telemetry.ts'

/** What the jobs of a server are made with. */
export interface ServerJobsEnvironment {
  readonly settings: ServerSettings
  readonly context: ServerContext
  readonly telemetry: ServerTelemetry
  /** Whether idempotency keys are kept in a store that was given, and not in this process's memory. */
  readonly areKeysKept: boolean
}

/** The jobs of a server, and what its tools, methods and policies need of them. */
export class ServerJobs {
  readonly desk: JobDesk
  /** What other processes tell of tasks. */
  readonly news: TaskNews
  /** Whether other processes can have a part in them. */
  readonly isShared: boolean
  private readonly jobs: Jobs
  private readonly methods: TaskMethods
  private readonly tasks = new Map<string, TaskTool>()
  /** Whether jobs come back after a crash of which their keys know nothing any more. */
  private readonly outlivesKeys: boolean

  constructor(options: JobOptions, { settings, context, telemetry, areKeysKept }: ServerJobsEnvironment) {
    this.isShared = options.store !== undefined
    const store = options.store ?? createMemoryJobStore({ now: settings.now })
    this.outlivesKeys = store.isVolatile !== true && !areKeysKept
    const queue = String(settings.serverInfo['name'])
    this.jobs = new Jobs({
      store,
      settings: parseJobOptions(options),
      queue,
      context,
      keyMeta: idempotencyKeyMeta,
      watchRun: (request, run) => telemetry.watchRun(request, run),
      mayRun: () => telemetry.isReady,
      onUnsure: (record) => this.news.tellUnsure(record),
    })
    this.methods = createTaskMethods(this.jobs)
    this.desk = createJobDesk(this.jobs)
    const toPollIntervalMs = (record: JobRecord) => this.jobs.toPollIntervalMs(record)
    this.news = new TaskNews({ store, queue, context, toPollIntervalMs })
  }

  /** Undefined where no tool runs as a task, and so there are no such methods. */
  get taskMethods(): TaskMethods | undefined {
    return this.tasks.size === 0 ? undefined : this.methods
  }

  /** How many jobs this process runs now. */
  get running(): number {
    return this.jobs.running
  }

  /** How many jobs this process has ended because their time was over. */
  get expired(): number {
    return this.jobs.expired
  }

  /** How many jobs there are, as of a few seconds ago; undefined where that is not known yet. */
  get counts(): JobCounts | undefined {
    return this.jobs.counts
  }

  /** Most jobs this process runs at once. */
  get maxRunning(): number {
    return this.jobs.maxRunning
  }

  /** Has this process run so many jobs at once, whatever the options say. */
  setMaxRunning(maxRunning: number): void {
    this.jobs.setMaxRunning(maxRunning)
  }

  /** Runs jobs from now on, also those that other processes left. */
  start(): void {
    this.jobs.start()
  }

  /** Takes no more jobs and waits for those that run; what is left after `graceMs` is given back. */
  stop(graceMs: number): Promise<void> {
    return this.jobs.stop(graceMs)
  }

  /**
   * Has a tool run as a task, where its contract says so. `composeRun` makes the way of a job to its handler.
   *
   * @returns how it does.
   * @throws TypeError naming the tool, the option and the fix.
   */
  addTool(tool: CompiledTool, guarded: Guarded, composeRun: (handle: Next) => Next): TaskTool | undefined {
    const settings = parseTaskPolicy(guarded, this.jobs.settings)
    if (settings === undefined) return undefined
    this.assertKeysLast(guarded)
    const run = composeRun((call) => {
      const beginning = call.task?.begin?.()
      return beginning === undefined ? tool.handle(call) : beginning.then(() => tool.handle(call))
    })
    const { idempotency } = guarded
    const argument = typeof idempotency === 'object' ? idempotency.argument : undefined
    const { name, errors, effect, timeoutMs, redact, contract } = tool
    const task: TaskTool = {
      ...{ name, errors, timeoutMs, redact, settings },
      resumes: typeof idempotency === 'object' && idempotency.resume === true,
      ...(effect === undefined ? {} : { effect }),
      run: (call) => runInSpan(call, () => runComponent(call, run, toFailureResult)),
      findKey: (call) => (idempotency === undefined ? undefined : findIdempotencyKey(call, argument)),
      isAllowed: (principal) => isAllowed(contract, principal),
    }
    this.tasks.set(name, task)
    this.jobs.addTool(task)
    return task
  }

  private assertKeysLast({ name, idempotency }: Guarded): void {
    if (idempotency === undefined || !this.outlivesKeys) return
    throw new TypeError(
      `Tool "${name}": "idempotency" with "task" needs "stores.documents" where "jobs.store" outlives the process. ` +
        'A job that comes back after a crash would not know that its key was used, and be done twice. ' +
        'Give "stores.documents", best of the service that keeps the jobs.',
    )
  }

  removeTool(name: string): void {
    this.tasks.delete(name)
    this.jobs.removeTool(name)
  }

  /** The policy that turns calls into tasks, for the tools that were added. */
  createPolicy({ kind, name }: Guarded): Middleware | undefined {
    const task = kind === 'tool' ? this.tasks.get(name) : undefined
    return task && createTaskPolicy(task, this.jobs)
  }

  /** Jobs whose attempts were used up, the oldest first. */
  listDead: Jobs['listDead'] = (limit) => this.jobs.listDead(limit)

  /** Runs a dead letter once more, with all its attempts. */
  revive: Jobs['revive'] = (id) => this.jobs.revive(id)
}

/** Nobody stands around the run of a job who could have entered its span. */
function runInSpan<T>({ mcp }: ActiveCall, run: () => T): T {
  const { observation } = mcp.exchange
  return observation?.span === undefined ? run() : observation.span.run(run)
}
