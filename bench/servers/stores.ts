// Where a server that is measured keeps what its guards remember: this process, a SQLite file, Redis or Postgres.
import type { ServerOptions } from 'plinth'

async function openRedisStores(url: string): Promise<NonNullable<ServerOptions['stores']>> {
  const { Redis } = await import('ioredis')
  const { createRedisStores } = await import('plinth/redis')
  const client = new Redis(url, { maxRetriesPerRequest: 1, enableOfflineQueue: false, lazyConnect: true })
  await client.connect()
  return createRedisStores(client, { prefix: 'plinth-bench' })
}

async function openPostgresStores(url: string): Promise<NonNullable<ServerOptions['stores']>> {
  const { Pool } = (await import('pg')).default
  const { createPostgresStores } = await import('plinth/postgres')
  const pool = new Pool({ connectionString: url, max: 10, connectionTimeoutMillis: 2_000 })
  const stores = createPostgresStores(pool, { schema: 'plinth_bench' })
  await stores.prepare()
  return stores
}

async function openSqliteStores(path: string): Promise<NonNullable<ServerOptions['stores']>> {
  const { createSqliteStores } = await import('plinth/sqlite')
  return createSqliteStores(path)
}

/** The stores that `BENCH_STORES` names, by a URL or the path of a SQLite file; none where it names nothing. */
export async function readStores(): Promise<{ stores?: NonNullable<ServerOptions['stores']> }> {
  const where = process.env['BENCH_STORES']
  if (!where) return {}
  if (where.startsWith('redis:')) return { stores: await openRedisStores(where) }
  if (where.startsWith('postgres')) return { stores: await openPostgresStores(where) }
  return { stores: await openSqliteStores(where) }
}
