import { appendFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { type Call, createServer, type LogRecord, type Server } from 'plinth'
import { createBullmqJobStore } from 'plinth/bullmq'
import { createPostgresJobStore, createSqliteJobStore, type JobStore } from 'plinth/jobs'
import { createPostgresStores } from 'plinth/postgres'
import { createRedisStores } from 'plinth/redis'
import { createSqliteStores } from 'plinth/sqlite'
import type { SharedStores } from '../../src/storage/shared-stores.ts'

/** Where a shop keeps its jobs, and what it does to the world. */
export interface ShopPlace {
  readonly driver: 'bullmq' | 'postgres' | 'sqlite'
  /** Of Redis or Postgres. */
  readonly url: string
  /** Keeps shops of one service apart. */
  readonly space: string
  /** Where effects are written, and the SQLite files. */
  readonly directory: string
}

/** A lease short enough for a test to outlive it. */
export const leaseMs = 500

interface Opened {
  readonly store: JobStore
  readonly stores: SharedStores
  /** Takes away what is kept. */
  readonly clear: () => Promise<unknown>
  readonly close: () => Promise<void>
}

function openBullmq({ url, space }: ShopPlace): Opened {
  const store = createBullmqJobStore({
    connection: url,
    prefix: space,
    log: () => undefined,
    timeoutMs: 2_000,
  })
  const client = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false })
  client.on('error', () => undefined)
  const stores = createRedisStores(client, { prefix: space, timeoutMs: 2_000 })
  const clear = async () => {
    const keys = await client.keys(`*${space}*`)
    if (keys.length > 0) await client.unlink(keys)
  }
  const close = async () => {
    await store.close()
    await stores.close()
    client.disconnect()
  }
  return { store, stores, clear, close }
}

async function openPostgres({ url, space }: ShopPlace): Promise<Opened> {
  const pool = new Pool({ connectionString: url, max: 6 })
  const store = createPostgresJobStore(pool, { schema: space })
  const stores = createPostgresStores(pool, { schema: space })
  await stores.prepare()
  await store.prepare()
  const clear = () => pool.query(`DROP SCHEMA ${space} CASCADE`)
  const close = async () => {
    await stores.close()
    await pool.end()
  }
  return { store, stores, clear, close }
}

function openSqlite({ directory }: ShopPlace): Opened {
  const store = createSqliteJobStore({ path: join(directory, 'jobs.sqlite'), busyTimeoutMs: 5_000 })
  const stores = createSqliteStores(join(directory, 'stores.sqlite'), { busyTimeoutMs: 5_000 })
  const close = async () => {
    store.close()
    await stores.close()
  }
  return { store, stores, clear: async () => undefined, close }
}

const open = { bullmq: openBullmq, postgres: openPostgres, sqlite: openSqlite }

/** Steps of a transfer. A step that was kept is never taken again. */
export const steps = ['reserve', 'move', 'confirm'] as const

/** A shop whose effects on the world are lines of a file. */
export async function openShop(
  place: ShopPlace,
  { maxRunning }: { maxRunning: number },
): Promise<Pick<Opened, 'clear' | 'close'> & { readonly server: Server }> {
  const { store, stores, clear, close } = await open[place.driver](place)
  const log = (line: LogRecord) => {
    appendFileSync(join(place.directory, 'log'), `${process.pid} ${JSON.stringify(line)}\n`)
    // Whoever started a worker waits for this one.
    if (line.message === 'The worker looks for jobs.') console.error(JSON.stringify(line))
  }
  const server = createServer({
    name: 'shop',
    version: '1.0.0',
    log,
    jobs: { store, leaseMs, pollMs: 100, maxRunning },
    stores,
  })
  addTools(server, place.directory)
  return { server, clear, close }
}

function addTools(server: Server, directory: string): void {
  const write = (line: string) => appendFileSync(join(directory, 'effects'), `${line}\n`)
  const input = { type: 'object', properties: { key: { type: 'string' } } } as const
  const about = { description: 'Works.', input }
  const retry = { attempts: 100, backoffMs: 50 }
  const toKey = (value: unknown) => (value as { key: string }).key
  server.tool({ ...about, name: 'report', effect: 'read', task: { mode: 'allowed', retry } }, async () => {
    await sleep(150)
    return 'done'
  })
  server.tool(
    { ...about, name: 'charge', effect: 'write', task: 'allowed', idempotency: { leaseMs } },
    async (value) => {
      await sleep(100)
      write(`charge ${toKey(value)}`)
      await sleep(100)
      return 'done'
    },
  )
  const transfer = async (key: string, call: Call) => {
    for (const step of steps) {
      await sleep(50)
      await call.once(step, () => write(`transfer ${key} ${step}`))
    }
    return 'done'
  }
  server.tool(
    {
      ...about,
      name: 'transfer',
      effect: 'write',
      task: { mode: 'allowed', retry },
      idempotency: { resume: true, leaseMs },
    },
    (value, call) => transfer(toKey(value), call),
  )
  server.tool(
    { ...about, name: 'pause', effect: 'write', task: { mode: 'allowed', retry } },
    async (value, call) => {
      const run = `${toKey(value)} ${process.pid}`
      try {
        await call.once('before', () => write(`before ${run}`))
        while (!existsSync(join(directory, `go-${process.pid}`))) await sleep(20)
        await call.once('after', () => write(`after ${run}`))
      } catch (error) {
        write(`lost ${run}`)
        throw error
      }
      return 'done'
    },
  )
}
