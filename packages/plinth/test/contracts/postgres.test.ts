import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Pool, type PoolConfig } from 'pg'
import { createPostgresStores } from 'plinth/postgres'
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { watchStatements } from '../../src/storage/trace-statement.ts'
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

const hearing = `SELECT query AS name FROM pg_stat_activity WHERE application_name = $1 AND query LIKE 'LISTEN%'`
const terminate = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1 AND query LIKE 'LISTEN%'`

async function cut(space: string): Promise<void> {
  await admin.query(terminate, [space])
}

async function count(space: string): Promise<number> {
  const counted = 'SELECT count(*)::int AS n FROM pg_stat_activity WHERE application_name = $1'
  const { rows } = await admin.query<{ n: number }>(counted, [space])
  return rows[0]?.n ?? 0
}

describe.skipIf(service === undefined)('with a service', () => {
  testStores({ name: 'Postgres', open, cut, count })

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

  test('of the processes that share tables one sweeps, and the next one where it is gone', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    await open({}).then(({ close }) => close())
    let time = 1_000_000
    const sweepMs = 60_000
    const [one, two] = [1, 2].map(() => createPostgresStores(admin, { schema, sweepMs, now: () => time }))
    const texts: string[] = []
    let running = 0
    const unwatch = watchStatements(({ text }, run) => {
      texts.push(text)
      running++
      const answer = run()
      Promise.resolve(answer).then(() => running--)
      return answer
    })
    onTestFinished(unwatch)
    const countOf = (part: string) => texts.filter((text) => text.includes(part)).length
    /** An interval later, how often somebody asked for the lease, and how often somebody swept. */
    const tick = async (asked: number) => {
      await admin.query(`INSERT INTO ${schema}.cache VALUES ('old', '', 0)`)
      time += sweepMs
      texts.length = 0
      vi.advanceTimersByTime(sweepMs)
      const asks = () => countOf(`${schema}.documents`) - countOf(`DELETE FROM ${schema}.documents`)
      await expect.poll(asks).toBe(asked)
      await expect.poll(() => countOf(`DELETE FROM ${schema}.event_logs`)).toBe(1)
      // Whoever is still at it would leave the next time out.
      await expect.poll(() => running).toBe(0)
      const { rows } = await admin.query(`SELECT FROM ${schema}.cache`)
      return { rows: rows.length, sweeps: countOf(`DELETE FROM ${schema}.cache`) }
    }
    await one?.prepare()
    expect(await tick(1)).toEqual({ rows: 0, sweeps: 1 })
    await two?.prepare()
    // One renews, and the other finds that somebody else has the lease.
    for (let times = 0; times < 3; times++) expect(await tick(3)).toEqual({ rows: 0, sweeps: 1 })
    await one?.close()
    time += 2 * sweepMs
    expect(await tick(1)).toEqual({ rows: 0, sweeps: 1 })
    await two?.close()
  })

  test('stores that are closed while they are prepared sweep nothing', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const stores = createPostgresStores(admin, { schema })
    const prepared = stores.prepare()
    await stores.close()
    await prepared
    expect(vi.getTimerCount()).toBe(0)
  })

  test('many stores on one pool listen to it once', async () => {
    const { listenerCount } = admin
    const before = listenerCount.call(admin, 'error')
    for (let times = 0; times < 20; times++) createPostgresStores(admin, { schema })
    expect(listenerCount.call(admin, 'error')).toBe(before)
  })

  test('more rows than a batch are taken away too', async () => {
    await open({}).then(({ close }) => close())
    await admin.query(`INSERT INTO ${schema}.cache SELECT 'k' || n, '', 0 FROM generate_series(1, 2500) AS n`)
    expect(await createPostgresStores(admin, { schema }).sweep()).toBe(2_500)
  })

  test('a connection that is lost again and again while it comes back says once that messages were lost', async () => {
    const space = createSpace()
    const pool = new Pool({ connectionString: service?.url, max: 4, application_name: space })
    let losses = 0
    const flapping = {
      query: (text: string, values?: unknown[]) => pool.query(text, values),
      on: (event: 'error', listener: (error: Error) => void) => pool.on(event, listener),
      async connect() {
        const client = await pool.connect()
        return {
          async query(text: string, values?: unknown[]) {
            if (text.startsWith('LISTEN') && losses-- > 0) {
              const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid')
              const ended = new Promise((resolve) => client.once('end', resolve))
              await admin.query('SELECT pg_terminate_backend($1)', [rows[0]?.pid])
              await ended
            }
            return client.query(text, values)
          },
          on: (event: string, listener: (...values: never[]) => void) =>
            client.on(event as 'error', listener as () => void),
          release: (isBroken?: boolean) => client.release(isBroken),
        }
      },
    }
    const { bus } = createPostgresStores(flapping, { schema })
    const said: string[] = []
    await bus.subscribe('a', { message: (text) => said.push(text), missed: () => said.push('missed') })
    losses = 4
    await admin.query(terminate, [space])
    await expect.poll(() => said).toEqual(['missed'])
    for (const text of ['1', '2', '3']) await createPostgresStores(admin, { schema }).bus.publish('a', text)
    await expect.poll(() => said.length).toBeGreaterThanOrEqual(4)
    expect(said).toEqual(['missed', '1', '2', '3'])
    await bus.close()
    await pool.end()
  })

  test('a process that lost its connection has no need to wait for another one to end', async () => {
    const program = join(import.meta.dirname, '../fixtures/listening-process.ts')
    const flags = ['--conditions=plinth-source', '--disable-warning=ExperimentalWarning', program]
    const { stderr } = await promisify(execFile)(process.execPath, [...flags, service?.url ?? ''], {
      timeout: 30_000,
    })
    expect(stderr).toBe('')
  })

  test('messages that wait for one that is fetched are bounded, and whoever listens is told that some were lost', async () => {
    const space = createSpace()
    const pool = new Pool({ connectionString: service?.url, max: 2, application_name: space })
    const stores = createPostgresStores(pool, { schema, timeoutMs: 15_000 })
    const other = createPostgresStores(admin, { schema }).bus
    const said: string[] = []
    const message = (text: string) => void said.push(text.slice(0, 6))
    await stores.bus.subscribe('a', { message, missed: () => said.push('missed') })
    // The bus has the one connection, and this the other: what is too large to come along cannot be fetched.
    const held = await pool.connect()
    await other.publish('a', 'x'.repeat(10_000))
    const { rows } = await admin.query<{ name: string }>(hearing, [space])
    const many = `SELECT pg_notify($1, '=' || n) FROM generate_series(1, 6000) AS n`
    await admin.query(many, [String(rows[0]?.name).slice('LISTEN '.length)])
    // Whatever was sent before has come once this is answered.
    await stores.bus.subscribe('b', { message() {} })
    held.release()
    await expect.poll(() => said.at(-1)).toBe('missed')
    expect(said).toHaveLength(5_001)
    expect(said.slice(0, 3)).toEqual(['xxxxxx', '1', '2'])
    await other.publish('a', 'after')
    await expect.poll(() => said.at(-1)).toBe('after')
    await stores.close()
    await pool.end()
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

test.each([0, -1, 0.5, Number.NaN])('sweeping every %d milliseconds is refused', (sweepMs) => {
  expect(() => createPostgresStores(admin, { sweepMs })).toThrow(
    `"sweepMs" must be a positive whole number, got ${sweepMs}.`,
  )
})
