import type { Notification, PoolClientLike, PostgresDatabase } from './postgres-pool.ts'

export interface PostgresListenerOptions {
  readonly database: PostgresDatabase
  hear(channel: string, payload: string): void
  /** The channels to listen to after the connection was cut. */
  channels(): readonly string[]
  /** Called when the connection was cut and all channels are heard again. */
  resumed(): void
}

const heartbeatMs = 15_000
const minWaitMs = 50
const maxWaitMs = 5_000

/** The connection that hears NOTIFY. It is taken from the pool at first use, and again whenever it was cut. */
export class PostgresListener {
  private readonly options: PostgresListenerOptions
  private client: PoolClientLike | undefined
  private opening: Promise<PoolClientLike> | undefined
  private last: Promise<unknown> = Promise.resolve()
  private heartbeat: ReturnType<typeof setInterval> | undefined
  private retry: ReturnType<typeof setTimeout> | undefined
  private isClosed = false

  constructor(options: PostgresListenerOptions) {
    this.options = options
  }

  /** Runs LISTEN or UNLISTEN. Statements wait for each other: a connection takes one at a time. */
  async run(statement: string): Promise<void> {
    const client = await this.open()
    await this.query(client, statement)
  }

  /** Whether there is a connection, so that it makes sense to tell it what need not be heard any more. */
  get isOpen(): boolean {
    return this.client !== undefined
  }

  close(): void {
    this.isClosed = true
    clearTimeout(this.retry)
    if (this.client !== undefined) this.drop(this.client)
  }

  private query(client: PoolClientLike, statement: string): Promise<unknown> {
    const next = this.last.then(() => client.query(statement))
    this.last = next.catch(() => {})
    return next
  }

  private open(): Promise<PoolClientLike> {
    if (this.isClosed) return Promise.reject(new Error('the bus was closed'))
    if (this.client !== undefined) return Promise.resolve(this.client)
    this.opening ??= this.connect().finally(() => {
      this.opening = undefined
    })
    return this.opening
  }

  private async connect(): Promise<PoolClientLike> {
    const client = await this.options.database.pool.connect()
    if (this.isClosed) {
      client.release(true)
      throw new Error('the bus was closed')
    }
    this.client = client
    client.on('notification', ({ channel, payload }: Notification) =>
      this.options.hear(channel, payload ?? ''),
    )
    client.on('error', () => this.lose(client))
    client.on('end', () => this.lose(client))
    this.heartbeat = setInterval(() => void this.check(client), heartbeatMs)
    this.heartbeat.unref()
    return client
  }

  /** A connection whose other end is gone says nothing by itself. */
  private async check(client: PoolClientLike): Promise<void> {
    try {
      await this.options.database.calls.run(() => this.query(client, 'SELECT 1'))
    } catch {
      this.lose(client)
    }
  }

  private lose(client: PoolClientLike): void {
    if (this.client !== client) return
    this.drop(client)
    this.resume(minWaitMs)
  }

  private drop(client: PoolClientLike): void {
    this.client = undefined
    // A statement that hangs on the old connection must not hold up those of the next.
    this.last = Promise.resolve()
    clearInterval(this.heartbeat)
    client.release(true)
  }

  /** One attempt at a time: a connection that is lost in the middle of one makes it fail. */
  private resume(waitMs: number): void {
    if (this.isClosed || this.retry !== undefined) return
    this.retry = setTimeout(async () => {
      const isBack = await this.listenAgain()
      this.retry = undefined
      if (isBack) this.options.resumed()
      else this.resume(Math.min(waitMs * 2, maxWaitMs))
    }, waitMs)
    this.retry.unref()
  }

  /** Whether every channel is heard on one connection. */
  private async listenAgain(): Promise<boolean> {
    const channels = this.options.channels()
    if (channels.length === 0) return true
    const { calls } = this.options.database
    let client: PoolClientLike | undefined
    try {
      const opened = await calls.run(() => this.open())
      client = opened
      for (const channel of channels) await calls.run(() => this.query(opened, `LISTEN ${channel}`))
    } catch {
      if (client !== undefined && this.client === client) this.drop(client)
      return false
    }
    return this.client === client
  }
}
