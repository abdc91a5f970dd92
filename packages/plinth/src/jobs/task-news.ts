import { isObject } from '../jsonrpc/message.ts'
import { BoundedMap } from '../mcp/bounded-map.ts'
import type { ServerContext } from '../mcp/context.ts'
import { taskTopic } from '../mcp/subscriptions.ts'
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

/** How long to wait before what could not be read is read again, at first and at most, in milliseconds. */
const minRetryMs = 100
const maxRetryMs = 10_000

/**
 * Tells the streams of this process of tasks that changed in others. A task is read only where somebody here listens to
 * it, once at a time; what it was in between is not told. What cannot be read is read later, as long as somebody listens.
 */
export class TaskNews {
  private readonly options: TaskNewsOptions
  private readonly reading = new Map<string, { again: boolean }>()
  private readonly lastTold = new BoundedMap<string>(maxRemembered)
  /** Tasks to be read as soon as the store answers. */
  private readonly unread = new Set<string>()
  private retryMs = minRetryMs
  private timer: ReturnType<typeof setTimeout> | undefined

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

  /** A task may have changed, and whoever changed it does not know: everybody looks who has to tell of it. */
  tellUnsure({ id, tenant }: JobRecord): void {
    this.hear({ id, tenant })
    void this.options.context.peers?.publish(taskTopic, { id, tenant })
  }

  /** Looks anew at every task somebody here listens to. */
  async catchUp(): Promise<void> {
    await this.lookAt([...this.options.context.subscriptions.listTasks()])
  }

  /** Until the store fails: then the rest waits for the next time. */
  private async lookAt(ids: string[]): Promise<void> {
    let isDown = false
    const next = async (): Promise<void> => {
      for (let id = ids.pop(); id !== undefined; id = ids.pop()) {
        if (isDown) this.note(id)
        else if (!(await this.look(id))) isDown = true
      }
    }
    await Promise.all(Array.from({ length: maxReads }, next))
  }

  /** False where the task could not be read. */
  private async look(id: string): Promise<boolean> {
    const running = this.reading.get(id)
    if (running !== undefined) {
      running.again = true
      return true
    }
    const look = { again: true }
    this.reading.set(id, look)
    let isRead = true
    while (look.again) {
      look.again = false
      isRead = await this.read(id)
    }
    this.reading.delete(id)
    return isRead
  }

  private async read(id: string): Promise<boolean> {
    const { store, queue, context } = this.options
    try {
      const record = await store.get(id)
      this.unread.delete(id)
      this.retryMs = minRetryMs
      if (record?.queue === queue) this.tell(record)
      return true
    } catch (error) {
      const message = 'A task could not be read.'
      context.log({ level: 'warn', message, job: id, error: describeError(error) })
      this.note(id)
      this.readLater()
      return false
    }
  }

  private note(id: string): void {
    if (this.unread.size < maxRemembered) this.unread.add(id)
  }

  private readLater(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined
      this.retryMs = Math.min(this.retryMs * 2, maxRetryMs)
      const awaited = this.options.context.subscriptions.listTasks()
      for (const id of this.unread) if (!awaited.has(id)) this.unread.delete(id)
      void this.lookAt([...this.unread])
    }, this.retryMs)
    this.timer.unref()
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
