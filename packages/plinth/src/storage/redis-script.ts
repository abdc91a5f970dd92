import { createHash } from 'node:crypto'
import { ServiceCalls, StoreError } from './store-error.ts'
import { toStoreKey } from './store-key.ts'
import { areStatementsWatched, type Statement, traceStatement } from './trace-statement.ts'

/**
 * What the driver needs of a Redis or Valkey client: a client or cluster of `ioredis` as it is, or one of `redis`
 * through `fromNodeRedis`. Settings that fit: `maxRetriesPerRequest: 1`, `enableOfflineQueue: false` and
 * `autoResendUnfulfilledCommands: false`, so that a request the caller has given up on is not sent later; and
 * `connectTimeout` and `socketTimeout`, so that a connection whose other end is gone is replaced.
 */
export interface RedisLike {
  /** Where it is known: `ready`, or what the connection is doing instead. */
  readonly status?: string
  eval(script: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  evalsha(digest: string, keyCount: number, ...keysAndArguments: string[]): Promise<unknown>
  publish(channel: string, text: string): Promise<unknown>
  /** A second client with the same settings, for subscriptions. */
  duplicate(): RedisSubscriber
}

/** A connection that hears channels. It must connect again by itself and then subscribe again, as `ioredis` does. */
export interface RedisSubscriber {
  /** Where it is known: `ready`, `wait` where it waits for `connect`, `end` where it does not come back by itself. */
  readonly status?: string
  /** Absent where it connects by itself. Only called on a client that waits for that. */
  connect?(): Promise<unknown>
  subscribe(channel: string): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  on(event: 'message', listener: (channel: string, text: string) => void): unknown
  on(event: 'ready', listener: () => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  /** Asked now and then while the status is `ready`. Absent where it finds out by itself that nobody is there any more. */
  ping?(): Promise<unknown>
  /** Ends the connection for good, also one that is still being made. */
  disconnect(): unknown
}

/** A script and the digest the server knows it by. */
export interface RedisScript {
  readonly text: string
  readonly digest: string
}

/** Each operation of a store is one of these: the server runs it as a whole, with one reading of its clock. */
export function defineScript(body: string): RedisScript {
  const text = clock + body
  return { text, digest: createHash('sha1').update(text).digest('hex') }
}

// ARGV[1] is the time of a test, or empty. Numbers become texts through "%.17g", which loses nothing.
const clock = `
local now = tonumber(ARGV[1])
if now == nil then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
end
`

/** How long a key outlives what it says, in milliseconds: for clocks that were set back, or are those of a test. */
export const graceMs = 60_000

/** States of a connection in which a request would only wait. */
const cutOff = new Set(['reconnecting', 'close', 'end'])

/** Runs scripts on keys that begin with one prefix. */
export class RedisScripts {
  readonly calls: ServiceCalls
  readonly prefix: string
  readonly client: RedisLike
  private readonly now: (() => number) | undefined

  constructor(
    client: RedisLike,
    options: { prefix: string; timeoutMs: number; now?: (() => number) | undefined },
  ) {
    this.client = client
    this.calls = new ServiceCalls('Redis', options.timeoutMs)
    this.prefix = options.prefix
    this.now = options.now
  }

  /** What a script answers for the key `kind` and `key` name, each script touching this one key alone. */
  run(
    script: RedisScript,
    [kind, key]: readonly [kind: string, key: string],
    values: string[],
  ): Promise<unknown> {
    // Braces say which part of a key decides its place in a cluster.
    const full = `${this.prefix}:${kind}:{${toStoreKey(key)}}`
    const ask = () => this.request(() => this.send(script, [full, String(this.now?.() ?? ''), ...values]))
    return areStatementsWatched() ? traceStatement(toStatement(kind), ask) : ask()
  }

  request<T>(ask: () => Promise<T>): Promise<T> {
    const { status } = this.client
    if (status === undefined || !cutOff.has(status)) return this.calls.run(ask)
    return Promise.reject(new StoreError('Redis', `is not connected (${status}).`))
  }

  private async send(script: RedisScript, values: string[]): Promise<unknown> {
    try {
      return await this.client.evalsha(script.digest, 1, ...values)
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
      return this.client.eval(script.text, 1, ...values)
    }
  }
}

/** Script, key and values are parameters. */
function toStatement(kind: string): Statement {
  return { system: 'redis', text: 'EVALSHA ? ? ?', operation: 'EVALSHA', target: kind }
}
