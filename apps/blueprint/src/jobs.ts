import { join } from 'node:path'
import type { JobOptions, JobStore } from 'plinth/jobs'
import type { BlueprintConfig } from './config.ts'
import { connectRedis } from './redis.ts'
import { explainFailure } from './storage/postgres-failure.ts'

/** How jobs are kept and run, and what ends the store. */
export interface OpenJobs {
  /** For `createServer({ jobs })`. */
  options: JobOptions
  /** Closes the store, after the server has stopped. */
  close(): Promise<void>
}

interface OpenJobStore {
  store: JobStore
  close(): Promise<void>
}

type Place = Pick<BlueprintConfig, 'redisUrl' | 'databaseUrl' | 'dataDir'>

const JOB_POOL = { max: 5, statementTimeoutMs: 5_000 } as const

/**
 * Chooses where jobs are kept: in BullMQ on the Redis of `REDIS_URL`, else in the Postgres of `DATABASE_URL`, and
 * without either in a SQLite file of the data directory. They outlive the process in all of them.
 *
 * @throws {Error} naming `REDIS_URL`, `DATABASE_URL` or the file when it cannot be used.
 */
export async function createJobs(
  config: Place & Pick<BlueprintConfig, 'jobLeaseMs' | 'jobMaxRunning'>,
): Promise<OpenJobs> {
  const { jobLeaseMs: leaseMs, jobMaxRunning: maxRunning } = config
  const { store, close } = await openJobStore(config)
  return { options: { store, leaseMs, maxRunning }, close }
}

async function openJobStore({ redisUrl, databaseUrl, dataDir }: Place): Promise<OpenJobStore> {
  if (redisUrl !== undefined) return openBullmqJobs(redisUrl)
  if (databaseUrl !== undefined) return openPostgresJobs(databaseUrl)
  return openSqliteJobs(dataDir)
}

async function openBullmqJobs(url: string): Promise<OpenJobStore> {
  const connection = await connectRedis(url)
  const { createBullmqJobStore } = await import('plinth/bullmq')
  const store = createBullmqJobStore({ connection })
  return {
    store,
    async close() {
      await store.close()
      connection.disconnect()
    },
  }
}

async function openPostgresJobs(url: string): Promise<OpenJobStore> {
  const { createPostgresPool } = await import('./storage/postgres-pool.ts')
  const { createPostgresJobStore } = await import('plinth/jobs')
  const pool = createPostgresPool({ url, ...JOB_POOL })
  const store = createPostgresJobStore(pool)
  try {
    await store.prepare()
  } catch (error) {
    await pool.end()
    throw explainFailure({ setting: 'DATABASE_URL', url }, error)
  }
  return { store, close: () => pool.end() }
}

async function openSqliteJobs(dataDir: string): Promise<OpenJobStore> {
  const { createSqliteJobStore } = await import('plinth/jobs')
  const store = createSqliteJobStore({ path: join(dataDir, 'jobs.db') })
  return { store, close: async () => store.close() }
}
