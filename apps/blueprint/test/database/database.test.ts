import { expect, onTestFinished, test } from 'vitest'
import {
  createDatabaseService,
  type DatabaseService,
  type QueryLimits,
} from '../../src/database/database.service.ts'
import { createSqliteQueryRunner } from '../../src/database/query-runner.adapter.ts'
import { createShopReader } from '../../src/database/shop.adapter.ts'
import { openTemporaryStorage } from '../_temporary.ts'

const { signal } = new AbortController()
const endless = 'with recursive c(x) as (select 1 union all select x + 1 from c) select count(*) from c'

async function createService(
  limits: Partial<QueryLimits> = {},
  places: { maxProcesses?: number; maxWaiting?: number } = {},
): Promise<DatabaseService> {
  const { files, readOnlyDb } = await openTemporaryStorage()
  const runner = createSqliteQueryRunner({ files, ...places })
  onTestFinished(() => runner.close())
  return createDatabaseService({ reader: createShopReader(readOnlyDb), runner, limits })
}

test('a table is read from its first row on, with its columns', async () => {
  const database = await createService()
  const customers = await database.queryTable('customers', 2)
  expect(customers.columns).toEqual(['id', 'name', 'email', 'country', 'created_on'])
  expect(customers.rows.map((row) => row['id'])).toEqual([1, 2])
})

test('users come with their signups, the most first, and none below the number', async () => {
  const database = await createService()
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
  const database = await createService()
  expect(await database.describeTable('daily_orders')).toEqual({
    table: 'daily_orders',
    schema: 'analytics',
    columns: [
      { name: 'day', type: 'varchar(10)', nullable: false },
      { name: 'orders', type: 'INTEGER', nullable: false },
      { name: 'revenue_cents', type: 'INTEGER', nullable: false },
    ],
  })
  for (const table of ['notes', 'sqlite_schema', '__proto__', "x'); drop"]) {
    expect(await database.describeTable(table)).toBeUndefined()
  }
})

test('tables complete by their first letters over both schemas', async () => {
  const database = await createService()
  expect(database.completeTable('daily')).toEqual(['daily_orders', 'daily_signups'])
  expect(database.completeTable('u')).toEqual(['users'])
})

test('a query gives columns, rows and every kind of value', async () => {
  const database = await createService()
  const sql =
    "select 1 as n, 1.5 as n, 'x' as s, null as z, 9223372036854775807 as big, x'beef' as bytes, 9e999 as inf"
  expect(await database.runQuery(sql, 'public', signal)).toEqual({
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
  ['select count(*) from (select distinct team from users)', 'public', 4],
  ['select sum(signups) from daily_signups', 'analytics', 391],
] as const)('%s in %s is allowed', async (sql, schema, value) => {
  const database = await createService()
  expect(await database.runQuery(sql, schema, signal)).toMatchObject({ rows: [[value]] })
})

test.each([
  ['select name from sqlite_schema', 'query_refused'],
  ['select 1 from sqlite_schema', 'query_refused'],
  ['select count(*) from public.sqlite_master', 'query_refused'],
  ["select * from pragma_table_info('products')", 'query_refused'],
  ['select count(*) from pragma_database_list', 'query_refused'],
  ['select * from dbstat', 'query_refused'],
  ["select * from json_each('[1]')", 'query_refused'],
  ["select load_extension('x')", 'query_refused'],
  ['select zeroblob(1000000000)', 'query_refused'],
  ['select sqlite_version()', 'query_refused'],
  ['select * from notes', 'query_failed'],
  ['select * from main.notes', 'query_failed'],
  ["select p.name from (select 'x' as name) p natural join notes", 'query_failed'],
  ['select * from documents', 'query_failed'],
  ['select * from analytics.daily_orders', 'query_failed'],
  ["select readfile('/etc/passwd')", 'query_failed'],
  ["select printf('%.*c', 900000000, 'x')", 'query_failed'],
  ['selec 1', 'query_refused'],
  ['select', 'query_failed'],
])('%s ends in %s', async (sql, refused) => {
  const database = await createService()
  expect(await database.runQuery(sql, 'public', signal)).toMatchObject({ refused })
})

test('a refusal names the table and the ones that are allowed', async () => {
  const database = await createService()
  expect(await database.runQuery('select * from sqlite_schema', 'analytics', signal)).toEqual({
    refused: 'query_refused',
    details: {
      reason: 'The table sqlite_master is not one of the schema "analytics": daily_orders, daily_signups.',
    },
  })
})

test('rows above the limit are left out, and that is said', async () => {
  const database = await createService({ maxRows: 3 })
  const four = await database.runQuery('select id from products limit 4', 'public', signal)
  expect(four).toMatchObject({ rows: [[1], [2], [3]], truncated: true })
  const three = await database.runQuery('select id from products limit 3', 'public', signal)
  expect(three).toMatchObject({ truncated: false })
})

test('rows above the byte limit are left out, and that is said', async () => {
  const database = await createService({ maxBytes: 25 })
  const outcome = await database.runQuery("select '0123456789' from products", 'public', signal)
  expect(outcome).toMatchObject({ rows: [['0123456789']], truncated: true })
})

test('a statement without end is stopped at its deadline, and the next one runs', async () => {
  const database = await createService({ timeoutMs: 150 }, { maxProcesses: 1 })
  expect(await database.runQuery(endless, 'public', signal)).toEqual({
    refused: 'query_timeout',
    details: { timeout_ms: 150 },
  })
  const patient = await createService({}, { maxProcesses: 1 })
  expect(await patient.runQuery('select 1', 'public', signal)).toMatchObject({ rows: [[1]] })
})

test('a caller who cancels gets the reason back, and the place is free again', async () => {
  const database = await createService({}, { maxProcesses: 1, maxWaiting: 0 })
  const abort = new AbortController()
  const running = database.runQuery(endless, 'public', abort.signal)
  abort.abort(new Error('cancelled'))
  await expect(running).rejects.toThrow('cancelled')
  expect(await database.runQuery('select 1', 'public', signal)).toMatchObject({ rows: [[1]] })
})

test('queries wait for a place in their order, and too many are refused', async () => {
  const database = await createService({}, { maxProcesses: 1, maxWaiting: 1 })
  const asked = ['select 1', 'select 2', 'select 3'].map((sql) => database.runQuery(sql, 'public', signal))
  expect(await Promise.all(asked)).toMatchObject([
    { rows: [[1]] },
    { rows: [[2]] },
    { refused: 'queries_busy', details: { retry_after_ms: 2_000 } },
  ])
})

test('a caller who cancels while waiting leaves the line', async () => {
  const database = await createService({}, { maxProcesses: 1, maxWaiting: 1 })
  const abort = new AbortController()
  const first = database.runQuery('select 1', 'public', signal)
  const waiting = database.runQuery('select 2', 'public', abort.signal)
  abort.abort(new Error('cancelled'))
  await expect(waiting).rejects.toThrow('cancelled')
  const third = database.runQuery('select 3', 'public', signal)
  expect(await Promise.all([first, third])).toMatchObject([{ rows: [[1]] }, { rows: [[3]] }])
})
