import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { createPostgresStores } from 'plinth/postgres'
import { createRedisStores, type SharedStoreOptions, type SharedStores } from 'plinth/redis'
import { createSqliteStores } from 'plinth/sqlite'

/** Stores, and what ends them and their client. */
export interface OpenedStores {
  readonly stores: SharedStores
  close(): Promise<void>
}

export interface ReplicaStoreOptions extends SharedStoreOptions {
  /** How long a service may take to answer, in milliseconds. Default `500` on Redis, `2_000` on Postgres. */
  readonly timeoutMs?: number
  /** Whether the tables are there, so that a process need not reach Postgres to start. Default `false`. */
  readonly isPrepared?: boolean
}

/** Opens the stores a URL names, or the SQLite file of a path. Those of one space share what they keep. */
export async function openStores(
  url: string,
  space: string,
  options: ReplicaStoreOptions = {},
): Promise<OpenedStores> {
  if (url.startsWith('redis:')) return openRedisStores(url, space, options)
  return url.startsWith('postgres:')
    ? openPostgresStores(url, space, options)
    : openSqliteStores(url, options)
}

function openRedisStores(url: string, space: string, options: ReplicaStoreOptions): OpenedStores {
  const retryStrategy = () => 50
  const client = new Redis(url, { connectionName: space, maxRetriesPerRequest: 1, retryStrategy })
  client.on('error', () => {})
  const stores = createRedisStores(client, { timeoutMs: 500, ...options, prefix: space })
  return { stores, close: () => stores.close().then(() => client.disconnect()) }
}

async function openPostgresStores(
  url: string,
  space: string,
  { isPrepared = false, ...options }: ReplicaStoreOptions,
): Promise<OpenedStores> {
  const pool = new Pool({ connectionString: url, max: 3, application_name: space })
  const stores = createPostgresStores(pool, { ...options, schema: space })
  if (!isPrepared) await stores.prepare()
  return { stores, close: () => stores.close().then(() => pool.end()) }
}

function openSqliteStores(path: string, options: ReplicaStoreOptions): OpenedStores {
  const stores = createSqliteStores(path, { ...options, pollMs: 5, busyTimeoutMs: 10_000 })
  return { stores, close: () => stores.close() }
}
