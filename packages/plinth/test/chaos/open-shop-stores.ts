import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { createPostgresStores } from 'plinth/postgres'
import { createRedisStores, type SharedStores } from 'plinth/redis'
import { createSqliteStores } from 'plinth/sqlite'
import type { ShopOptions } from './shop-protocol.ts'

/** Stores, and what ends them and their client. */
export interface OpenedStores {
  readonly stores: SharedStores
  close(): Promise<void>
}

/** Opens the stores a URL names, with clients as the documentation says they should be. */
export async function openShopStores(options: ShopOptions): Promise<OpenedStores> {
  const { storeUrl } = options
  if (storeUrl.startsWith('redis:')) return openRedisStores(options)
  if (storeUrl.startsWith('postgres:')) return openPostgresStores(options)
  const stores = createSqliteStores(storeUrl)
  return { stores, close: () => stores.close() }
}

function openRedisStores({ storeUrl, space, storeTimeoutMs: timeoutMs }: ShopOptions): OpenedStores {
  const client = new Redis(storeUrl, {
    connectTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    retryStrategy: () => 100,
  })
  client.on('error', () => {})
  const stores = createRedisStores(client, { prefix: space, timeoutMs })
  return { stores, close: () => stores.close().then(() => client.disconnect()) }
}

async function openPostgresStores(options: ShopOptions): Promise<OpenedStores> {
  const { storeUrl: connectionString, space: schema, storeTimeoutMs: timeoutMs } = options
  const pool = new Pool({ connectionString, max: 4, connectionTimeoutMillis: timeoutMs })
  const stores = createPostgresStores(pool, { schema, timeoutMs })
  await stores.prepare()
  return { stores, close: () => stores.close().then(() => pool.end()) }
}
