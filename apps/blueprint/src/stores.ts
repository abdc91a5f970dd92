import { join } from 'node:path'
import type { Stores } from 'plinth'
import type { BlueprintConfig } from './config.ts'
import { connectRedis } from './redis.ts'
import { explainFailure } from './storage/postgres-failure.ts'

/** What the blueprint remembers beyond its data, such as limits and idempotency keys, and what ends it. */
export interface OpenStores {
  /** For `createServer({ stores })`. */
  stores: Partial<Stores>
  /** The service behind them, and whether it answers. */
  probe?: { name: string; ask: () => Promise<unknown> }
  /** Ends the connections, after the server has stopped. */
  close(): Promise<void>
}

/** One of the connections listens; each operation of the stores is one statement. */
const STORE_POOL = { min: 1, max: 5, statementTimeoutMs: 5_000 } as const

/** How often this process looks for what others on its data directory tell, in milliseconds. */
const POLL_MS = 250

/**
 * Opens the stores: on Redis where `REDIS_URL` is set, else on the Postgres of `DATABASE_URL`, and without either in a
 * SQLite file of the data directory, so that they outlive the process.
 *
 * @throws {Error} naming `REDIS_URL`, `DATABASE_URL` or the file when it cannot be used.
 */
export async function openStores(
  config: Pick<BlueprintConfig, 'redisUrl' | 'databaseUrl' | 'dataDir'>,
): Promise<OpenStores> {
  if (config.redisUrl !== undefined) return openRedisStores(config.redisUrl)
  if (config.databaseUrl !== undefined) return openPostgresStores(config.databaseUrl)
  return openSqliteStores(config.dataDir)
}

async function openRedisStores(url: string): Promise<OpenStores> {
  const client = await connectRedis(url)
  const { createRedisStores } = await import('plinth/redis')
  const stores = createRedisStores(client)
  return {
    stores,
    probe: { name: 'redis', ask: () => client.ping() },
    async close() {
      await stores.close()
      client.disconnect()
    },
  }
}

async function openPostgresStores(url: string): Promise<OpenStores> {
  const { createPostgresPool } = await import('./storage/postgres-pool.ts')
  const { createPostgresStores } = await import('plinth/postgres')
  const pool = createPostgresPool({ url, ...STORE_POOL })
  const stores = createPostgresStores(pool)
  async function close(): Promise<void> {
    await stores.close()
    await pool.end()
  }
  try {
    await stores.prepare()
  } catch (error) {
    await close()
    throw explainFailure(url, error)
  }
  return { stores, close }
}

async function openSqliteStores(dataDir: string): Promise<OpenStores> {
  const { createSqliteStores } = await import('plinth/sqlite')
  const stores = createSqliteStores(join(dataDir, 'stores.db'), { pollMs: POLL_MS })
  return { stores, close: () => stores.close() }
}
