import { isObject } from '../jsonrpc/message.ts'
import { BoundedMap } from '../mcp/bounded-map.ts'
import type { ServerContext } from '../mcp/context.ts'
import { describeError } from '../telemetry/log.ts'
import type { JobRecord, JobStore } from './job.ts'
import { toTaskParams } from './task-state.ts'

export interface TaskNewsOptions {
  readonly store: Pick<JobStore, 'get'>
  readonly queue: string
  readonly context: ServerContext
  /** How often clients should ask for a job, in milliseconds. */
  toPollIntervalMs(record: JobRecord): number | undefined
}

/** Most tasks whose last news is remembered, so that it is not told twice. */
const maxRemembered = 10_000

/** Most tasks read at once after news may have been missed. */
const maxReads = 16

/**
 * Tells the streams of this process of tasks that changed in others. A task is read only where somebody here listens to
 * it, once at a time; what it was in between is not told.
 */
export class TaskNews {
  private readonly options: TaskNewsOptions
  private readonly reading = new Map<string, { again: boolean }>()
  private readonly lastTold = new BoundedMap<string>(maxRemembered)

  constructor(options: TaskNewsOptions) {
    this.options = options
  }

  /** Another process told of a task. */
  hear(value: unknown): void {
    if (!isObject(value)) return
    const { id, tenant } = value
    if (typeof id !== 'string' || typeof tenant !== 'string') return
    const task = { id, toState: () => ({}) }
    if (this.options.context.subscriptions.isAwaited({ kind: 'task', tenant, task })) void this.look(id)
  }

  /** Looks anew at every task somebody here listens to. */
  async catchUp(): Promise<void> {
    const ids = [...this.options.context.subscriptions.listTasks()]
    const next = async (): Promise<void> => {
      for (let id = ids.pop(); id !== undefined; id = ids.pop()) await this.look(id)
    }
    await Promise.all(Array.from({ length: maxReads }, next))
  }

  private async look(id: string): Promise<void> {
    const running = this.reading.get(id)
    if (running !== undefined) {
      running.again = true
      return
    }
    const look = { again: true }
    this.reading.set(id, look)
    while (look.again) {
      look.again = false
      await this.read(id)
    }
    this.reading.delete(id)
  }

  private async read(id: string): Promise<void> {
    const { store, queue, context } = this.options
    try {
      const record = await store.get(id)
      if (record?.queue === queue) this.tell(record)
    } catch (error) {
      context.log({
        level: 'warn',
        message: 'A task could not be read.',
        job: id,
        error: describeError(error),
      })
    }
  }

  private tell(record: JobRecord): void {
    const { context } = this.options
    const { id, tenant } = record
    const state = toTaskParams(record, this.options.toPollIntervalMs(record), context)
    const digest = context.digest(JSON.stringify(state))
    if (this.lastTold.get(id) === digest) return
    this.lastTold.set(id, digest)
    context.subscriptions.deliver({ kind: 'task', tenant, task: { id, toState: () => state } })
  }
}
