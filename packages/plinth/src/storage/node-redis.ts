import type { RedisLike, RedisSubscriber } from './redis-script.ts'

/** What `fromNodeRedis` needs of a client of the package `redis`. */
export interface NodeRedisLike {
  readonly isReady: boolean
  readonly isOpen: boolean
  eval(script: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  evalSha(digest: string, options: { keys: string[]; arguments: string[] }): Promise<unknown>
  publish(channel: string, text: string): Promise<unknown>
  duplicate(): NodeRedisSubscriber
}

/** A second client of the package `redis`, for subscriptions. */
export interface NodeRedisSubscriber {
  connect(): Promise<unknown>
  subscribe(channel: string, listener: (text: string, channel: string) => void): Promise<unknown>
  unsubscribe(channel: string): Promise<unknown>
  on(event: 'ready' | 'error', listener: (error: Error) => void): unknown
  destroy(): unknown
}

/** A client of the package `redis` in the shape `createRedisStores` takes. Connect it first. */
export function fromNodeRedis(client: NodeRedisLike): RedisLike {
  return {
    get status() {
      if (client.isReady) return 'ready'
      return client.isOpen ? 'reconnecting' : 'end'
    },
    eval: (script, keyCount, ...values) => client.eval(script, split(keyCount, values)),
    evalsha: (digest, keyCount, ...values) => client.evalSha(digest, split(keyCount, values)),
    publish: (channel, text) => client.publish(channel, text),
    duplicate: () => toSubscriber(client.duplicate()),
  }
}

function split(keyCount: number, values: string[]): { keys: string[]; arguments: string[] } {
  return { keys: values.slice(0, keyCount), arguments: values.slice(keyCount) }
}

type Hear = (channel: string, text: string) => void

function toSubscriber(client: NodeRedisSubscriber): RedisSubscriber {
  const hearers: Hear[] = []
  const subscribed = new Set<string>()
  const hear = (text: string, channel: string) => {
    for (const one of hearers) one(channel, text)
  }
  // The bus listens for `ready`; an attempt that fails is made again by the client.
  queueMicrotask(() => client.connect().catch(() => {}))
  return {
    on(event: string, listener: (...values: never[]) => void) {
      if (event === 'message') hearers.push(listener as Hear)
      else client.on(event as 'ready' | 'error', listener as (error: Error) => void)
    },
    async subscribe(channel) {
      // This client subscribes again by itself, and would call a listener twice that it was given twice.
      if (subscribed.has(channel)) return
      await client.subscribe(channel, hear)
      subscribed.add(channel)
    },
    async unsubscribe(channel) {
      subscribed.delete(channel)
      await client.unsubscribe(channel)
    },
    disconnect: () => client.destroy(),
  }
}
