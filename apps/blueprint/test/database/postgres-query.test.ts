import { Client } from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  createDatabaseService,
  type DatabaseService,
  type QueryLimits,
} from '../../src/database/database.service.ts'
import {
  createPostgresQueryRunner,
  type PostgresQueryRunnerOptions,
} from '../../src/database/postgres-query-runner.adapter.ts'
import { createShopReader } from '../../src/database/shop.adapter.ts'
import { openPostgresStorage } from '../../src/storage/open-postgres.ts'
import type { PostgresStorage } from '../../src/storage/storage.ts'
import { createDatabaseOfSamples, hasPostgres, queryPostgres } from '../_drivers.ts'
import { openProxy } from '../_proxy.ts'

const { signal } = new AbortController()
const endless = 'with recursive c(x) as (select 1 union all select 1 from c) select count(*) from c'

/** For a machine that is busy. */
const patience = { timeout: 15_000 }

const url = hasPostgres ? await createDatabaseOfSamples() : ''

interface Opened {
  database: DatabaseService
  storage: PostgresStorage
}

async function open(
  options: Omit<PostgresQueryRunnerOptions, 'pool'> = {},
  { at = url, ...limits }: Partial<QueryLimits> & { at?: string } = {},
): Promise<Opened> {
  const storage = await openPostgresStorage(at)
  onTestFinished(() => storage.close())
  const runner = createPostgresQueryRunner({ pool: storage.readOnlyPool, ...options })
  return {
    storage,
    database: createDatabaseService({ reader: createShopReader(storage), runner, limits }),
  }
}

/** Statements that run in the database just now, besides the one that asks. */
async function listRunning(text: string): Promise<unknown[]> {
  return queryPostgres(
    url,
    `select pid from pg_stat_activity where datname = current_database() and state = 'active'
      and pid <> pg_backend_pid() and strpos(query, '${text}') > 0`,
  )
}

describe.skipIf(!hasPostgres)('on Postgres', () => {
  test('a table that writes when it is read is stopped by the transaction', async () => {
    const own = await createDatabaseOfSamples()
    await queryPostgres(
      own,
      `create function public.note_reader() returns int language sql volatile as
        $$ insert into public.signups values (9999, 1, 'x', '2026-01-01') returning id $$;
      drop table analytics.daily_signups;
      create view analytics.daily_signups as select public.note_reader() as day`,
    )
    const { database } = await open({}, { at: own })
    expect(await database.runQuery('select * from daily_signups', 'analytics', signal)).toMatchObject({
      refused: 'query_failed',
      details: { reason: 'cannot execute INSERT in a read-only transaction' },
    })
  })

  test('functions, operators and types of the schema cannot stand in for those of Postgres', async () => {
    const own = await createDatabaseOfSamples()
    await queryPostgres(
      own,
      `create function public.length(int) returns text language sql as $$ select 'ours' $$;
      create function public.ours(int, int) returns text language sql as $$ select 'ours' $$;
      create operator public.<@> (leftarg = int, rightarg = int, function = public.ours);
      create domain public.text as int`,
    )
    const { database } = await open({}, { at: own })
    const reasons = ['select length(5)', 'select 1 <@> 2'].map((sql) =>
      database.runQuery(sql, 'public', signal),
    )
    expect(await Promise.all(reasons)).toMatchObject([
      { refused: 'query_failed', details: { reason: 'function length(integer) does not exist' } },
      { refused: 'query_failed', details: { reason: 'operator does not exist: integer <@> integer' } },
    ])
    expect(await database.runQuery("select 'x'::text", 'public', signal)).toMatchObject({ rows: [['x']] })
  })

  test('a large value stays on the server, and so do rows above the limits', async () => {
    const proxy = await openProxy(url)
    const { database } = await open({}, { at: proxy.url })
    await database.runQuery('select 1', 'public', signal)
    const before = proxy.received()
    const large = "select string_agg(o.status, ',') from orders o, orders p"
    expect(await database.runQuery(large, 'public', signal)).toMatchObject({ rows: [], truncated: true })
    const wide = "select generate_series(1, 1000000000), 'x'"
    expect(await database.runQuery(wide, 'public', signal)).toMatchObject({
      rows: { length: 200 },
      truncated: true,
    })
    expect(proxy.received() - before).toBeLessThan(20_000)
  })

  test('a statement that waits for a lock gives up, and says that it may be tried again', async () => {
    const { database } = await open({ lockTimeoutMs: 50 })
    const locker = new Client({ connectionString: url })
    await locker.connect()
    onTestFinished(() => locker.end())
    await locker.query('begin; lock table public.orders in access exclusive mode')
    expect(await database.runQuery('select * from orders', 'public', signal)).toMatchObject({
      refused: 'queries_busy',
    })
  })

  test('a call that is cancelled ends its statement, and the connection is good for the next', async () => {
    const { database, storage } = await open({ maxRunning: 1 }, { timeoutMs: 60_000 })
    const abort = new AbortController()
    const running = database.runQuery(`${endless} -- cancelled`, 'public', abort.signal)
    await expect.poll(() => listRunning('-- cancelled'), patience).toHaveLength(1)
    abort.abort(new Error('cancelled'))
    await expect(running).rejects.toThrow('cancelled')
    expect(await database.runQuery('select 1', 'public', signal)).toMatchObject({ rows: [[1]] })
    expect(await listRunning('-- cancelled')).toEqual([])
    const { totalCount, idleCount } = storage.readOnlyPool
    expect({ totalCount, idleCount }).toEqual({ totalCount: idleCount, idleCount })
  })

  test('a connection on which nothing comes back is given up, and another one is taken', async () => {
    const proxy = await openProxy(url)
    const { database } = await open({ maxRunning: 1 }, { at: proxy.url, timeoutMs: 500 })
    const abort = new AbortController()
    const running = database.runQuery(`${endless} -- silent`, 'public', abort.signal)
    await expect.poll(() => listRunning('-- silent'), patience).toHaveLength(1)
    proxy.silence()
    abort.abort(new Error('left'))
    await expect(running).rejects.toThrow('left')
    expect(await database.runQuery('select 1', 'public', signal)).toMatchObject({ rows: [[1]] })
  })

  test('a database that ends all connections ends no process, and the next statements work', async () => {
    const { database, storage } = await open({}, { timeoutMs: 60_000 })
    const running = database.runQuery(`${endless} -- ended`, 'public', signal)
    const writing = storage.db.transaction().execute(async (transaction) => {
      await transaction.selectFrom('notes').selectAll().execute()
      await running.catch(() => {})
      await transaction.selectFrom('notes').selectAll().execute()
    })
    const broken = Promise.all([expect(running).rejects.toThrow(), expect(writing).rejects.toThrow()])
    await expect.poll(() => listRunning('-- ended'), patience).toHaveLength(1)
    await queryPostgres(
      url,
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`,
    )
    await broken
    expect(await database.runQuery('select 1', 'public', signal)).toMatchObject({ rows: [[1]] })
    expect(await storage.db.selectFrom('notes').selectAll().execute()).toEqual([])
  })

  test('a statement without end leaves nothing running', async () => {
    const { database } = await open({}, { timeoutMs: 100 })
    expect(await database.runQuery(`${endless} -- timed out`, 'public', signal)).toMatchObject({
      refused: 'query_timeout',
    })
    expect(await listRunning('-- timed out')).toEqual([])
  })

  test('what a statement puts aside on disk is bounded', async () => {
    const { database } = await open({ maxTemporaryKb: 64 })
    const sorted = 'select o.id from orders o, orders p, orders q order by random()'
    expect(await database.runQuery(sorted, 'public', signal)).toMatchObject({
      refused: 'query_failed',
      details: { reason: expect.stringContaining('temporary file size exceeds') },
    })
  })
})
