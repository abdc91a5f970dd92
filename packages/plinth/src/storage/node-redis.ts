import type { RedisLike, RedisSubscriber } from './redis-script.ts'

/** What `fromNodeRedis` needs of a client of the package `redis`. */
export interface NodeRedisLike {
  readonly isReady: boolean
  readonly isOpen: boolean
  connect(): Promise<unknown>
  destroy(): unknown
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  evalSha(digest: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  publish(channel: string, text: string): Promise<unknown>
  duplicate(): NodeRedisSubscriber
}

export interface NodeRedisOptions {
  /**
   * How long requests may be left without any answer until the client is destroyed and connected again, in
   * milliseconds: by itself it stays on a connection whose other end is gone. Default `5_000`.
   */
  readonly silenceMs?: number
}

/** A second client of the package `redis`, for subscriptions. */
export interface NodeRedisSubscriber {
  readonly isReady: boolean
  readonly isOpen: boolean
  connect(): Promise<unknown>
  ping(): Promise<unknown>
  subscribe(channel: string, listener: NodeRedisListener): Promise<unknown>
  unsubscribe(channel: string, listener: NodeRedisListener): Promise<unknown>
  on(event: 'ready' | 'error', listener: (error: Error) => void): unknown
  destroy(): unknown
}

/** What hears a channel on a client of the package `redis`. */
export type NodeRedisListener = (text: string, channel: string) => void

/**
 * A client of the package `redis`, 5 or later, in the shape `createRedisStores` takes. Connect it first. A setting that
 * fits: `disableOfflineQueue: true`, so that a request the caller has given up on is not sent later.
 *
 * @throws TypeError when `silenceMs` is not a positive whole number.
 */
export function fromNodeRedis(client: NodeRedisLike, options: NodeRedisOptions = {}): RedisLike {
  const watch = watchSilence(client, options.silenceMs ?? 5_000)
  return {
    get status() {
      return toStatus(client)
    },
    eval: (script, keyCount, ...values) => watch(client.eval(script, split(keyCount, values))),
    evalsha: (digest, keyCount, ...values) => watch(client.evalSha(digest, split(keyCount, values))),
    publish: (channel, text) => watch(client.publish(channel, text)),
    duplicate: () => toSubscriber(client.duplicate()),
  }
}

/** Follows requests to their ends, and replaces the connection that leaves them without any for too long. */
function watchSilence(client: NodeRedisLike, silenceMs: number): <T>(request: Promise<T>) => Promise<T> {
  if (!Number.isSafeInteger(silenceMs) || silenceMs <= 0) {
    throw new TypeError(`"silenceMs" must be a positive whole number, got ${silenceMs}.`)
  }
  let waiting = 0
  let isSilent = false
  const replace = () => {
    timer.refresh()
    // One that connects already is left to that.
    if (!isSilent || !client.isReady) return
    client.destroy()
    client.connect().catch(() => {})
  }
  const look = () => {
    if (waiting === 0) return
    isSilent = true
    // Where this process was held up, answers may be there and only be unread: they are read before `setImmediate`.
    setImmediate(replace)
  }
  const timer = setTimeout(look, silenceMs).unref()
  const end = () => {
    waiting--
    isSilent = false
    timer.refresh()
  }
  return (request) => {
    if (waiting === 0) timer.refresh()
    waiting++
    request.then(end, end)
    return request
  }
}

function toStatus({ isReady, isOpen }: { readonly isReady: boolean; readonly isOpen: boolean }): string {
  if (isReady) return 'ready'
  return isOpen ? 'reconnecting' : 'end'
}

function split(keyCount: number, values: string[]): { keys: string[]; arguments: string[] } {
  return { keys: values.slice(0, keyCount), arguments: values.slice(keyCount) }
}

type Hear = (channel: string, text: string) => void

function toSubscriber(client: NodeRedisSubscriber): RedisSubscriber {
  const hearers: Hear[] = []
  // One for all channels: this client calls a listener once, however often it was given it.
  const hear = (text: string, channel: string) => {
    for (const one of hearers) one(channel, text)
  }
  // The bus listens for `ready`. An attempt that fails is made again by the client.
  client.connect().catch(() => {})
  return {
    get status() {
      return toStatus(client)
    },
    on(event: string, listener: (...values: never[]) => void) {
      if (event === 'message') hearers.push(listener as Hear)
      else client.on(event as 'ready' | 'error', listener as (error: Error) => void)
    },
    ping: () => client.ping(),
    subscribe: (channel) => client.subscribe(channel, hear),
    // Without the listener, it would forget a subscription that is made before the answer comes.
    unsubscribe: (channel) => client.unsubscribe(channel, hear),
    disconnect: () => disconnect(client),
  }
}

/**
 * A client that is destroyed while it makes a connection keeps it, and is then neither open nor to be closed. So that
 * is waited for.
 */
function disconnect(client: NodeRedisSubscriber): void {
  const end = () => {
    if (client.isOpen) client.destroy()
  }
  if (client.isReady) {
    end()
  } else {
    client.on('ready', end)
    client.on('error', end)
  }
}
