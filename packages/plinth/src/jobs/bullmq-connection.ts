import {
  type ConnectionOptions,
  type IRedisClient,
  RedisConnection,
  type RedisConnectionClient,
} from 'bullmq'
import { ServiceCalls } from '../storage/store-error.ts'
import { describeError, type LogSink } from '../telemetry/log.ts'
import { type ClockedQueue, createClockedQueue } from './bullmq-backend.ts'
import { type BullmqRecord, parseBullmqRecord } from './bullmq-record.ts'
import { type BullmqScript, bullmqScripts } from './bullmq-scripts.ts'

/** A client of Redis as BullMQ takes it: of `ioredis`, of `redis`, a cluster of either, and others. */
export type BullmqClient = IRedisClient | RedisConnectionClient

export interface BullmqConnectionOptions {
  readonly connection: string | BullmqClient
  readonly prefix: string
  readonly timeoutMs: number
  readonly now: (() => number) | undefined
  readonly log: LogSink
}

const maxReconnectMs = 2_000

/** The queues of BullMQ over one connection, and our scripts beside them. */
export class BullmqConnection {
  readonly prefix: string
  private readonly options: BullmqConnectionOptions
  private readonly calls: ServiceCalls
  private readonly redis: RedisConnection
  private readonly queues = new Map<string, ClockedQueue>()
  private readonly ready: ReturnType<BullmqConnection['open']>

  constructor(options: BullmqConnectionOptions) {
    const { connection, prefix, timeoutMs } = options
    this.options = options
    this.prefix = `{${prefix}}`
    this.calls = new ServiceCalls('Redis', timeoutMs)
    const isShared = typeof connection !== 'string'
    this.redis = new RedisConnection(isShared ? connection : toClientOptions(connection, timeoutMs), {
      shared: isShared,
      blocking: false,
      skipVersionCheck: true,
    })
    // Requests report what fails. Without a listener the client would end the process.
    this.redis.on('error', () => undefined)
    this.ready = this.open()
    this.ready.catch(() => undefined)
  }

  /** Runs one of our scripts. `key` decides where. */
  async run(script: BullmqScript, key: string, values: readonly (string | number)[]): Promise<unknown> {
    const now = String(this.options.now?.() ?? '')
    return this.request(async () => {
      const client = await this.ready
      return client.runCommand(toCommand(script), [
        `${this.prefix}:${key}`,
        now,
        this.prefix,
        ...values.map(String),
      ])
    })
  }

  /** A job by the id BullMQ has for it. */
  async read(id: string): Promise<BullmqRecord | undefined> {
    return parseBullmqRecord(await this.run('read', 'expiry', [id]))
  }

  /** Asks BullMQ for something within the time there is. */
  async ask<T>(name: string, ask: (queue: ClockedQueue) => Promise<T>): Promise<T> {
    return this.request(async () => ask(await this.queue(name)))
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.queues.values()].map(({ queue }) => queue.close()))
    await this.redis.close(true)
  }

  private request<T>(ask: () => Promise<T>): Promise<T> {
    return this.calls.run(ask)
  }

  private async open() {
    const client = await this.redis.client
    for (const [script, lua] of Object.entries(bullmqScripts)) {
      client.defineCommand(toCommand(script), { numberOfKeys: 1, lua })
    }
    void this.warn(() => client.info())
    return client
  }

  private async queue(name: string): Promise<ClockedQueue> {
    await this.ready
    const queue =
      this.queues.get(name) ?? createClockedQueue(name, { redis: this.redis, prefix: this.prefix })
    this.queues.set(name, queue)
    return queue
  }

  /** Says in the log where Redis is set up to lose jobs. */
  private async warn(readInfo: () => Promise<string>): Promise<void> {
    const { log } = this.options
    try {
      const info = await readInfo()
      const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1]
      if (policy !== undefined && policy !== 'noeviction') {
        const message = `Redis may throw jobs away: "maxmemory-policy" is "${policy}". Set it to "noeviction".`
        log({ level: 'warn', message })
      }
      if (/^aof_enabled:0/m.test(info)) {
        const message =
          'Redis forgets the last jobs when it is restarted. Set "appendonly" to "yes" to keep them.'
        log({ level: 'warn', message })
      }
    } catch (error) {
      log({ level: 'debug', message: 'Redis does not say how it is set up.', error: describeError(error) })
    }
  }
}

function toCommand(script: string): string {
  return `plinth:${script}`
}

/**
 * A request that nobody waits for any more must not be sent later, and a connection that leaves requests without any
 * answer is replaced. No request blocks: whoever looks for jobs asks for one that is there.
 */
function toClientOptions(url: string, timeoutMs: number): ConnectionOptions {
  return {
    url,
    connectTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times: number) => Math.min(times * 50, maxReconnectMs),
  }
}
