import { join } from 'node:path'
import type { Stores } from 'plinth'
import type { BlueprintConfig } from './config.ts'
import { hasPeerWithOtherData, toConnectionName } from './data-peers.ts'
import type { Notice } from './notice.ts'
import { connectRedis } from './redis.ts'
import { explainFailure } from './storage/postgres-failure.ts'

/** What the blueprint remembers beyond its data, such as limits and idempotency keys, and what ends it. */
export interface OpenStores {
  /** For `createServer({ stores })`. */
  stores: Partial<Stores>
  /** The service behind them, and whether it answers. */
  probe?: { name: string; ask: () => Promise<unknown> }
  /** What the people who run the server should know about them. */
  notices: readonly Notice[]
  /** Ends the connections, after the server has stopped. */
  close(): Promise<void>
}

/** One of the connections listens; each operation of the stores is one statement. */
const STORE_POOL = { min: 1, max: 5, statementTimeoutMs: 5_000 } as const

/** How often this process looks for what others on its data directory tell, in milliseconds. */
const POLL_MS = 250

const OTHER_DATA =
  'Another process on this Redis keeps its data elsewhere, and each may run the jobs of the other: what comes of them is ' +
  'kept where the caller does not look. Give all of them one DATABASE_URL, or one PLINTH_DATA_DIR.'

/**
 * Opens the stores: on Redis where `REDIS_URL` is set, else on the Postgres of `DATABASE_URL`, and without either in a
 * SQLite file of the data directory, so that they outlive the process. On Redis, processes with other data are noticed.
 *
 * @throws {Error} naming `REDIS_URL`, `DATABASE_URL` or the file when it cannot be used.
 */
export async function openStores(
  config: Pick<BlueprintConfig, 'redisUrl' | 'databaseUrl' | 'dataDir'>,
  dataId: string,
): Promise<OpenStores> {
  if (config.redisUrl !== undefined) return openRedisStores(config.redisUrl, dataId)
  if (config.databaseUrl !== undefined) return openPostgresStores(config.databaseUrl)
  return openSqliteStores(config.dataDir)
}

async function openRedisStores(url: string, dataId: string): Promise<OpenStores> {
  const client = await connectRedis(url, { connectionName: toConnectionName(dataId) })
  const isShared = await hasPeerWithOtherData(client, dataId)
  const { createRedisStores } = await import('plinth/redis')
  const stores = createRedisStores(client)
  return {
    stores,
    probe: { name: 'redis', ask: () => client.ping() },
    notices: isShared ? [{ level: 'warn', message: OTHER_DATA }] : [],
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
    throw explainFailure({ setting: 'DATABASE_URL', url }, error)
  }
  return { stores, notices: [], close }
}

async function openSqliteStores(dataDir: string): Promise<OpenStores> {
  const { createSqliteStores } = await import('plinth/sqlite')
  const stores = createSqliteStores(join(dataDir, 'stores.db'), { pollMs: POLL_MS })
  return { stores, notices: [], close: () => stores.close() }
}
