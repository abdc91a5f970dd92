import type { Stores } from 'plinth'
import type { BlueprintConfig } from './config.ts'

/** What the replicas of the blueprint remember together, and what ends it. */
export interface OpenStores {
  /** For `createServer({ stores })`. Absent: this process's memory. */
  stores?: Stores
  /** The service behind them, and whether it answers. */
  probe?: { name: string; ask: () => Promise<unknown> }
  /** Ends the connections, after the server has stopped. */
  close(): Promise<void>
}

const CONNECT_TIMEOUT_MS = 5_000

/** How long Redis may leave requests without any answer before the connection is replaced, in milliseconds. */
const ANSWER_TIMEOUT_MS = 2_000

/** One of the connections listens; each operation of the stores is one statement. */
const STORE_POOL = { min: 1, max: 5, statementTimeoutMs: 5_000 } as const

/**
 * Opens the stores that replicas share: on Redis where `REDIS_URL` is set, else on the Postgres of `DATABASE_URL`.
 *
 * @throws {Error} naming `REDIS_URL` or `DATABASE_URL` when it cannot be used.
 */
export async function openStores(
  config: Pick<BlueprintConfig, 'redisUrl' | 'databaseUrl'>,
): Promise<OpenStores> {
  if (config.redisUrl !== undefined) return openRedisStores(config.redisUrl)
  if (config.databaseUrl !== undefined) return openPostgresStores(config.databaseUrl)
  return { close: async () => {} }
}

async function openRedisStores(url: string): Promise<OpenStores> {
  // Loaded where it is needed: whoever starts this over stdio waits for it.
  const { Redis } = await import('ioredis')
  const { createRedisStores } = await import('plinth/redis')
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    socketTimeout: ANSWER_TIMEOUT_MS,
    // What a call has given up on must not be sent later.
    maxRetriesPerRequest: 1,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
  })
  let lastError: Error | undefined
  // Commands report what fails, and the client connects again by itself.
  client.on('error', (error) => {
    lastError = error
  })
  try {
    await client.connect()
  } catch (error) {
    client.disconnect()
    const { host } = new URL(url)
    const cause = lastError ?? error
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(
      `"REDIS_URL" cannot be used, at ${host}: ${reason}. Start Redis or Valkey there, or correct the URL.`,
      { cause },
    )
  }
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
    throw new Error('"DATABASE_URL" cannot be used for what replicas share; see the cause.', { cause: error })
  }
  return { stores, close }
}
