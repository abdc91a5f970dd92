import { Pool, type PoolConfig } from 'pg'
import { createPostgresStores } from 'plinth/postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSpace, type OpenOptions, tryTo } from './driver.ts'
import { findFreePort, openPostgres, openSilentPort } from './services.ts'
import { testStores } from './stores.ts'
import { expectUnreachable } from './unreachable.ts'

const service = await openPostgres()
const schema = createSpace()
const admin = new Pool({ connectionString: service?.url, max: 2 })

beforeAll(async () => {
  if (service === undefined) return
  const stores = createPostgresStores(admin, { schema })
  await Promise.all([stores.prepare(), createPostgresStores(admin, { schema }).prepare()])
  await stores.close()
})

afterAll(async () => {
  if (service !== undefined) await admin.query(`DROP SCHEMA ${schema} CASCADE`)
  await admin.end()
  await service?.close()
})

let lastSpace = ''

/** One schema for all tests, emptied for each space: they run one after the other. */
async function open({ space = createSpace(), now, eventLogs }: OpenOptions) {
  if (space !== lastSpace) {
    for (const table of ['counters', 'documents', 'cache', 'results', 'messages', 'event_logs']) {
      await admin.query(`DELETE FROM ${schema}.${table}`)
    }
  }
  lastSpace = space
  const pool = new Pool({ connectionString: service?.url, max: 4, application_name: space })
  const stores = createPostgresStores(pool, {
    schema,
    timeoutMs: 15_000,
    ...eventLogs,
    ...(now === undefined ? {} : { now }),
  })
  const close = async () => {
    await stores.close()
    await pool.end()
  }
  return { stores, close }
}

async function readSequence(): Promise<number> {
  const { rows } = await admin.query<{ last_value: string }>(`SELECT last_value FROM ${schema}.versions`)
  return Number(rows[0]?.last_value)
}

async function cut(space: string): Promise<void> {
  const hearing = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND query LIKE 'LISTEN%'`
  await admin.query(hearing, [space])
}

describe.skipIf(service === undefined)('with a service', () => {
  testStores({ name: 'Postgres', open, cut })

  test('a writer that waited for another one has the greater version', async () => {
    const { stores, close } = await open({})
    await stores.documents.set('a', '1', { ttlMs: 60_000 })
    const other = await admin.connect()
    await other.query('BEGIN')
    await other.query(`SELECT FROM ${schema}.documents WHERE key = 'a' FOR UPDATE`)
    const before = await readSequence()
    const waiting = stores.documents.set('a', '3', { ttlMs: 60_000 })
    await expect.poll(readSequence).toBeGreaterThan(before)
    const next = `UPDATE ${schema}.documents SET version = nextval('${schema}.versions') RETURNING version`
    const { rows } = await other.query<{ version: string }>(next)
    await other.query('COMMIT')
    other.release()
    expect(await waiting).toBeGreaterThan(Number(rows[0]?.version))
    await close()
  })

  test('what has expired is taken away, whatever is left stays', async () => {
    let time = 1_000
    const { stores, close } = await open({ now: () => time })
    await stores.counters.take('a', { limit: 1, windowMs: 1_000, burst: 1 }, 1)
    await stores.documents.set('old', 'x', { ttlMs: 1_000 })
    await stores.documents.set('young', 'x', { ttlMs: 1_000_000 })
    await stores.cache.set('a', 'x', 1_000)
    await stores.keptResults.keep('anna', 'x')
    await stores.bus.publish('a', 'x'.repeat(10_000))
    const log = await stores.eventLogs.open('a', { owner: 'anna', meta: '' })
    await stores.eventLogs.append('a', { producer: log?.producer ?? 0, first: 0, texts: ['x', 'y'] })
    time += 400_000
    const sweeper = createPostgresStores(admin, { schema, now: () => time })
    expect(await sweeper.sweep()).toBe(5)
    const { rows } = await admin.query(`SELECT count(*)::int AS n FROM ${schema}.events`)
    expect(rows[0]).toEqual({ n: 0 })
    expect(await stores.documents.get('young')).toMatchObject({ value: 'x' })
    await close()
  })

  test('more rows than a batch are taken away too', async () => {
    await open({}).then(({ close }) => close())
    await admin.query(`INSERT INTO ${schema}.cache SELECT 'k' || n, '', 0 FROM generate_series(1, 2500) AS n`)
    expect(await createPostgresStores(admin, { schema }).sweep()).toBe(2_500)
  })

  test('connections that were cut make no wrong answer, and the next request finds its way', async () => {
    const space = createSpace()
    const { stores, close } = await open({ space })
    await stores.documents.set('a', '1', { ttlMs: 60_000 })
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1', [
      space,
    ])
    await expect.poll(() => tryTo(() => stores.documents.get('a'))).toMatchObject({ value: '1' })
    await close()
  })

  test('tables that are missing are an error that names Postgres', async () => {
    const stores = createPostgresStores(admin, { schema: `${schema}_none` })
    await expect(stores.documents.get('a')).rejects.toThrow(/^Postgres failed: relation .* does not exist$/)
  })
})

async function expectDown(config: PoolConfig): Promise<void> {
  const pool = new Pool({ host: '127.0.0.1', user: 'nobody', max: 20, ...config })
  const stores = createPostgresStores(pool, { timeoutMs: 100 })
  await expectUnreachable(stores, 'Postgres')
  await stores.close()
}

test('a Postgres that is down rejects with an error that names it', async () => {
  const port = await findFreePort()
  await expectDown({ port })
  const stores = createPostgresStores(new Pool({ host: '127.0.0.1', port }))
  await expect(stores.prepare()).rejects.toThrow(/^Postgres failed: .*ECONNREFUSED/)
})

test('a Postgres that does not answer rejects with an error that names it', async () => {
  const silent = await openSilentPort()
  await expectDown({ port: silent.port, connectionTimeoutMillis: 200 })
  silent.close()
})

test.each(['', 'a-b', 'a; DROP', 'Üb', 'x'.repeat(42)])('the schema "%s" is refused', (name) => {
  expect(() => createPostgresStores(admin, { schema: name })).toThrow('"schema" must be lower case letters')
})
