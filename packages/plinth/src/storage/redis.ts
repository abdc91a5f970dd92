export type { Bus, BusListener } from './bus.ts'
export type {
  NodeRedisLike,
  NodeRedisListener,
  NodeRedisOptions,
  NodeRedisSubscriber,
} from './node-redis.ts'
export { fromNodeRedis } from './node-redis.ts'
export type { RedisLike, RedisSubscriber } from './redis-script.ts'
export type { RedisStoreOptions } from './redis-stores.ts'
export { createRedisStores } from './redis-stores.ts'
export type { SharedStoreOptions, SharedStores } from './shared-stores.ts'
export { StoreError } from './store-error.ts'
