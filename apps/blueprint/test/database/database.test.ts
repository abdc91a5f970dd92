import { describe, expect, test } from 'vitest'
import {
  createDatabaseService,
  type DatabaseService,
  type QueryLimits,
} from '../../src/database/database.service.ts'
import { createShopReader } from '../../src/database/shop.adapter.ts'
import { type Driver, drivers } from '../_drivers.ts'
import { openTemporaryStorage } from '../_temporary.ts'
import { createRunner, type Places } from './_runner.ts'

const { signal } = new AbortController()
const endless = 'with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c'

async function createService(
  driver: Driver,
  limits: Partial<QueryLimits> = {},
  places: Places = {},
): Promise<DatabaseService> {
  const storage = await openTemporaryStorage(driver)
  return createDatabaseService({
    reader: createShopReader(storage),
    runner: createRunner(storage, places),
    limits,
  })
}

/** What differs between the databases, and is no answer about data. */
const dialects = {
  SQLite: {
    text: 'varchar(10)',
    integer: 'INTEGER',
    values:
      "select 1 as n, 1.5 as n, 'x' as s, null as z, 9223372036854775807 as big, x'beef' as bytes, 9e999 as inf",
  },
  Postgres: {
    text: 'character varying(10)',
    integer: 'integer',
    values: `select 1 as n, 1.5 as n, 'x' as s, null as z, 9223372036854775807 as big, '\\xbeef'::bytea as bytes,
      'Infinity'::float8 as inf`,
  },
}

describe.each(drivers)('on $name', (driver) => {
  const dialect = dialects[driver.name]

  test('a table is read from its first row on, with its columns', async () => {
    const database = await createService(driver)
    const customers = await database.queryTable('customers', 2)
    expect(customers.columns).toEqual(['id', 'name', 'email', 'country', 'created_on'])
    expect(customers.rows.map((row) => row['id'])).toEqual([1, 2])
  })

  test('users come with their signups, the most first, and none below the number', async () => {
    const database = await createService(driver)
    const users = await database.queryUsers(29)
    expect(users.map(({ id, signups }) => [id, signups])).toEqual([
      [24, 31],
      [23, 30],
      [22, 29],
    ])
    expect(await database.queryUsers(0)).toHaveLength(24)
    expect(await database.queryUsers(1_000)).toEqual([])
  })

  test('a table is described with its schema, and an unknown one is not', async () => {
    const database = await createService(driver)
    expect(await database.describeTable('daily_orders')).toEqual({
      table: 'daily_orders',
      schema: 'analytics',
      columns: [
        { name: 'day', type: dialect.text, nullable: false },
        { name: 'orders', type: dialect.integer, nullable: false },
        { name: 'revenue_cents', type: dialect.integer, nullable: false },
      ],
    })
    for (const table of ['notes', 'sqlite_schema', '__proto__', "x'); drop"]) {
      expect(await database.describeTable(table)).toBeUndefined()
    }
  })

  test('tables complete by their first letters over both schemas', async () => {
    const database = await createService(driver)
    expect(database.completeTable('daily')).toEqual(['daily_orders', 'daily_signups'])
    expect(database.completeTable('u')).toEqual(['users'])
  })

  test('a query gives columns, rows and every kind of value', async () => {
    const database = await createService(driver)
    expect(await database.runQuery(dialect.values, 'public', signal)).toEqual({
      columns: ['n', 'n_2', 's', 'z', 'big', 'bytes', 'inf'],
      rows: [[1, 1.5, 'x', null, '9223372036854775807', 'beef', 'Infinity']],
      truncated: false,
    })
  })

  test.each([
    ['select count(*) from products', 'public', 16],
    ['select count(*) from Products p join orders o on o.product_id = p.id', 'public', 240],
    ['select count(*) from public.users', 'public', 24],
    ['with a as (select 1 union select 2) select count(*) from a', 'public', 2],
    ['select count(*) from (select distinct team from users) as teams', 'public', 4],
    ['select sum(signups) from daily_signups', 'analytics', 391],
  ] as const)('%s in %s is allowed', async (sql, schema, value) => {
    const database = await createService(driver)
    expect(await database.runQuery(sql, schema, signal)).toMatchObject({ rows: [[value]] })
  })

  test('rows above the limit are left out, and that is said', async () => {
    const database = await createService(driver, { maxRows: 3 })
    const four = await database.runQuery('select id from products limit 4', 'public', signal)
    expect(four).toMatchObject({ rows: [[1], [2], [3]], truncated: true })
    const three = await database.runQuery('select id from products limit 3', 'public', signal)
    expect(three).toMatchObject({ truncated: false })
  })

  test('rows above the byte limit are left out, and that is said', async () => {
    const database = await createService(driver, { maxBytes: 25 })
    const outcome = await database.runQuery("select '0123456789' from products", 'public', signal)
    expect(outcome).toMatchObject({ rows: [['0123456789']], truncated: true })
  })

  test('a statement without end is stopped at its deadline, and the next one runs', async () => {
    const database = await createService(driver, { timeoutMs: 150 }, { maxRunning: 1 })
    expect(await database.runQuery(endless, 'public', signal)).toEqual({
      refused: 'query_timeout',
      details: { timeout_ms: 150 },
    })
    const patient = await createService(driver, {}, { maxRunning: 1 })
    expect(await patient.runQuery('select 1', 'public', signal)).toMatchObject({ rows: [[1]] })
  })

  test('a caller who cancels gets the reason back, and the place is free again', async () => {
    const database = await createService(driver, {}, { maxRunning: 1, maxWaiting: 0 })
    const abort = new AbortController()
    const running = database.runQuery(endless, 'public', abort.signal)
    abort.abort(new Error('cancelled'))
    await expect(running).rejects.toThrow('cancelled')
    expect(await database.runQuery('select 1', 'public', signal)).toMatchObject({ rows: [[1]] })
  })

  test('queries wait for a place in their order, and too many are refused', async () => {
    const database = await createService(driver, {}, { maxRunning: 1, maxWaiting: 1 })
    const asked = ['select 1', 'select 2', 'select 3'].map((sql) => database.runQuery(sql, 'public', signal))
    expect(await Promise.all(asked)).toMatchObject([
      { rows: [[1]] },
      { rows: [[2]] },
      { refused: 'queries_busy', details: { retry_after_ms: 2_000 } },
    ])
  })

  test('a caller who cancels while waiting leaves the line', async () => {
    const database = await createService(driver, {}, { maxRunning: 1, maxWaiting: 1 })
    const abort = new AbortController()
    const first = database.runQuery('select 1', 'public', signal)
    const waiting = database.runQuery('select 2', 'public', abort.signal)
    abort.abort(new Error('cancelled'))
    await expect(waiting).rejects.toThrow('cancelled')
    const third = database.runQuery('select 3', 'public', signal)
    expect(await Promise.all([first, third])).toMatchObject([{ rows: [[1]] }, { rows: [[3]] }])
  })
})
