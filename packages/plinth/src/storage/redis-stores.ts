import { randomBytes } from 'node:crypto'
import { parseEventLogOptions } from './event-log.ts'
import { RedisBus } from './redis-bus.ts'
import { keepChannels } from './redis-cluster.ts'
import { RedisCounterStore } from './redis-counter.ts'
import { RedisDocumentStore } from './redis-document.ts'
import { RedisEventLogStore } from './redis-event-log.ts'
import { type RedisLike, RedisScripts } from './redis-script.ts'
import { RedisCacheStore, RedisKeptResultStore } from './redis-text.ts'
import type { SharedStoreOptions, SharedStores } from './shared-stores.ts'

export interface RedisStoreOptions extends SharedStoreOptions {
  /** What all keys and channels begin with. Default `plinth`. */
  readonly prefix?: string
  /** How long a request to Redis may take, in milliseconds. Default `1_000`. */
  readonly timeoutMs?: number
}

/**
 * Every store on Redis 6.2 or later, or on Valkey, alone or as a cluster. Each operation is one script on one key,
 * with the clock of the server; each key has an expiry. A request that fails or takes too long rejects with a
 * StoreError that names Redis.
 *
 * @throws TypeError when an option makes no sense.
 */
export function createRedisStores(client: RedisLike, options: RedisStoreOptions = {}): SharedStores {
  const { prefix = 'plinth', timeoutMs = 1_000, maxTextChars = 4_194_304, now } = options
  const { keptResultTtlMs: ttlMs = 900_000, createKey = createRandomId } = options
  const scripts = new RedisScripts(keepChannels(client, prefix), { prefix, timeoutMs, now })
  const bus = new RedisBus(scripts)
  return {
    counters: new RedisCounterStore(scripts),
    documents: new RedisDocumentStore(scripts),
    cache: new RedisCacheStore(scripts, { maxTextChars }),
    keptResults: new RedisKeptResultStore(scripts, { ttlMs, maxTextChars, createKey }),
    bus,
    eventLogs: new RedisEventLogStore(scripts, parseEventLogOptions(options)),
    close: () => bus.close(),
  }
}

function createRandomId(): string {
  return randomBytes(24).toString('base64url')
}
