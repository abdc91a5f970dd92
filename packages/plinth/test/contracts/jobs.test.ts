import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { Pool } from 'pg'
import { createBullmqJobStore } from 'plinth/bullmq'
import { createMemoryJobStore, createPostgresJobStore, createSqliteJobStore } from 'plinth/jobs'
import { afterAll, describe } from 'vitest'
import { createSpace } from './driver.ts'
import { elapse } from './elapse.ts'
import { testJobStore } from './jobs.ts'
import { openPostgres, openRedis } from './services.ts'

testJobStore('createMemoryJobStore', (limits) => ({ store: createMemoryJobStore(limits) }))

testJobStore('createSqliteJobStore', (limits) => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-jobs-'))
  const path = join(directory, 'jobs.sqlite')
  const [store, other] = [
    createSqliteJobStore({ path, ...limits }),
    createSqliteJobStore({ path, ...limits }),
  ]
  return {
    store,
    other,
    close() {
      store.close()
      other.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
})

const [postgres, redis] = await Promise.all([openPostgres(), openRedis()])

afterAll(() => Promise.all([postgres?.close(), redis?.close()]))

describe.skipIf(postgres === undefined)('with Postgres', () => {
  testJobStore('createPostgresJobStore', async (limits) => {
    const schema = createSpace()
    const pools = [1, 2].map(() => new Pool({ connectionString: postgres?.url, max: 5 }))
    const stores = pools.map((pool) => createPostgresJobStore(pool, { schema, timeoutMs: 15_000, ...limits }))
    await Promise.all(stores.map((store) => store.prepare()))
    const [store, other] = stores
    if (store === undefined || other === undefined) throw new Error('Nothing was opened.')
    const close = async () => {
      await pools[0]?.query(`DROP SCHEMA ${schema} CASCADE`)
      await Promise.all(pools.map((pool) => pool.end()))
    }
    return { store, other, close }
  })
})

describe.skipIf(redis === undefined)('with Redis', () => {
  testJobStore('createBullmqJobStore', async (limits) => {
    const prefix = createSpace()
    const client = new Redis(redis?.url ?? '')
    const options = { prefix, timeoutMs: 15_000, log: () => undefined, ...limits }
    const store = createBullmqJobStore({ connection: client, ...options })
    const other = createBullmqJobStore({ connection: redis?.url ?? '', ...options })
    const close = async () => {
      await Promise.all([store.close(), other.close()])
      const keys = await client.keys(`{${prefix}}:*`)
      if (keys.length > 0) await client.unlink(keys)
      client.disconnect()
    }
    return { store, other, elapse: (ms) => elapse(client, prefix, ms), close }
  })
})
