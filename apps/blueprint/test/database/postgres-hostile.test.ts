import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createDatabaseService, type DatabaseService } from '../../src/database/database.service.ts'
import { createPostgresQueryRunner } from '../../src/database/postgres-query-runner.adapter.ts'
import { createShopReader } from '../../src/database/shop.adapter.ts'
import { openPostgresStorage } from '../../src/storage/open-postgres.ts'
import type { PostgresStorage } from '../../src/storage/storage.ts'
import { createDatabaseOfSamples, hasPostgres, queryPostgres } from '../_drivers.ts'

const { signal } = new AbortController()

type Row = [sql: string, refused: 'query_refused' | 'query_failed', reason: string]

const onlyOne = 'Only one statement is allowed.'
const onlySelect = 'Only SELECT, or WITH followed by SELECT, is allowed.'
const onlySelectInside = 'Only SELECT is allowed, also inside WITH.'
const notInPublic = 'is not one of the schema "public": products, orders, customers, users, signups.'

const several: Row[] = [
  ['select 1; drop table orders', 'query_refused', onlyOne],
  ['select 1;;; select 2', 'query_refused', onlyOne],
  ['select 1 /* ; */; -- ;\n delete from orders', 'query_refused', onlyOne],
  ['commit; drop table orders', 'query_refused', onlyOne],
  ['select $$;$$; drop table orders', 'query_refused', onlyOne],
  ["select E'\\''; drop table orders --'", 'query_refused', onlyOne],
  ["select U&'\\0027'; drop table orders --'", 'query_refused', onlyOne],
  ['select 1 /* /* */; drop table orders', 'query_failed', 'unterminated /* comment'],
  ["select '\\'; drop table orders; --'", 'query_refused', onlyOne],
  ['select 1) as q; drop table orders; --', 'query_failed', 'syntax error'],
  ['select 1) as q limit 0; select * from (select 1', 'query_failed', 'syntax error'],
  ['', 'query_refused', 'The statement is empty.'],
  ['-- nothing', 'query_refused', 'The statement is empty.'],
  ['select 1\0; drop table orders', 'query_refused', 'The statement holds a NUL character.'],
]

const writing: Row[] = [
  ['drop table orders', 'query_refused', onlySelect],
  ['insert into orders default values returning *', 'query_refused', onlySelect],
  ["copy orders to program 'id'", 'query_refused', onlySelect],
  ["copy (select * from orders) to '/tmp/x'", 'query_refused', onlySelect],
  ['do $$ begin delete from orders; end $$', 'query_refused', onlySelect],
  ['explain analyze delete from orders', 'query_refused', onlySelect],
  ['set role postgres', 'query_refused', onlySelect],
  ['reset all', 'query_refused', onlySelect],
  ['begin', 'query_refused', onlySelect],
  ['prepare x as delete from orders', 'query_refused', onlySelect],
  ['execute x', 'query_refused', onlySelect],
  ['declare c cursor with hold for select 1', 'query_refused', onlySelect],
  ['call x()', 'query_refused', onlySelect],
  ['notify x', 'query_refused', onlySelect],
  ['lock table orders', 'query_refused', onlySelect],
  ['vacuum', 'query_refused', onlySelect],
  ['with x as (delete from orders returning *) select * from x', 'query_refused', onlySelectInside],
  ['with x as (insert into orders default values returning 1) select 1', 'query_refused', onlySelectInside],
  ['with x as (update orders set status = 1 returning *) table x', 'query_refused', onlySelectInside],
  ['select (with x as (delete from orders returning 1) select 1 from x)', 'query_refused', onlySelectInside],
  ['with x as (select 1) delete from orders', 'query_refused', onlySelect],
  ['select * into stolen from orders', 'query_refused', 'SELECT INTO is not allowed'],
  ['select 1 union select 2 into stolen', 'query_refused', 'SELECT INTO is not allowed'],
  ['(select * into temp stolen from orders) union select 1', 'query_refused', 'SELECT INTO is not allowed'],
  ['select * from orders for update', 'query_refused', 'FOR UPDATE and its like are not allowed'],
  ['select * from (select * from orders for share) x', 'query_refused', 'FOR UPDATE and its like'],
  ['create table stolen as select * from orders', 'query_refused', onlySelect],
  ['explain select 1', 'query_refused', onlySelect],
  ['prepare x as select 1', 'query_refused', onlySelect],
  ['deallocate all', 'query_refused', onlySelect],
  ['show data_directory', 'query_refused', onlySelect],
  ["load '/tmp/x'", 'query_refused', onlySelect],
  ['merge into orders using products on true when matched then delete', 'query_refused', onlySelect],
  ['with x as (table orders for no key update) select 1', 'query_refused', 'FOR UPDATE and its like'],
  ['select 1 where exists (select from orders for key share nowait)', 'query_refused', 'FOR UPDATE'],
  [
    'select * from orders order by id fetch first 1 rows with ties for update',
    'query_refused',
    'FOR UPDATE and its like',
  ],
]

const elsewhere: Row[] = [
  ['select * from notes', 'query_refused', `The table notes ${notInPublic}`],
  ['select * from blueprint.notes', 'query_refused', `The table blueprint.notes ${notInPublic}`],
  ['select * from "blueprint"."notes"', 'query_refused', notInPublic],
  ['select * from analytics.daily_orders', 'query_refused', notInPublic],
  ['select * from daily_orders', 'query_refused', notInPublic],
  ['select * from postgres.blueprint.notes', 'query_refused', notInPublic],
  ['select * from other.public.orders', 'query_refused', 'The table other.public.orders is not'],
  ['select * from pg_catalog.pg_authid', 'query_refused', notInPublic],
  ['select * from pg_user', 'query_refused', notInPublic],
  ['select * from pg_stat_activity', 'query_refused', notInPublic],
  ['select * from information_schema.tables', 'query_refused', notInPublic],
  ['table blueprint.purchases', 'query_refused', notInPublic],
  ['select 1 where exists (select 1 from blueprint.notes)', 'query_refused', notInPublic],
  ['select * from orders join lateral (select * from notes) n on true', 'query_refused', notInPublic],
  ['select 1 union all select 2 from notes', 'query_refused', notInPublic],
  ['with o as (select * from notes) select 1', 'query_refused', notInPublic],
  ['select * from (with notes as (select 1) select 1) x, notes', 'query_refused', notInPublic],
  ['with notes as (select * from notes) select * from notes', 'query_refused', notInPublic],
  ['with pg_user as (select 1) select * from pg_user', 'query_refused', 'must not begin with "pg_"'],
  ["select 'notes'::regclass", 'query_refused', 'The type regclass is not allowed.'],
  ['select 10::regrole', 'query_refused', 'The type regrole is not allowed.'],
  ['select null::blueprint.notes', 'query_refused', 'The type blueprint.notes is not allowed.'],
  ['select current_user', 'query_refused', 'Nothing may be asked about the connection.'],
  ['select session_user, current_schema', 'query_refused', 'Nothing may be asked about the connection.'],
]

const functions: Row[] = [
  "pg_read_file('/etc/passwd')",
  "pg_ls_dir('/')",
  "lo_import('/etc/passwd')",
  "lo_export(1, '/tmp/x')",
  'lo_get(1)',
  "dblink('dbname=postgres', 'select 1')",
  'pg_sleep(600)',
  "set_config('role', 'postgres', false)",
  "current_setting('data_directory')",
  'pg_cancel_backend(1)',
  'pg_terminate_backend(1)',
  'pg_advisory_lock(1)',
  "pg_notify('a', 'b')",
  'pg_reload_conf()',
  "nextval('blueprint.tickets_number_seq')",
  "setval('blueprint.tickets_number_seq', 1)",
  'txid_current()',
  "query_to_xml('select * from blueprint.notes', true, true, '')",
  "table_to_xml('blueprint.notes', true, true, '')",
  'pg_switch_wal()',
  "pg_logical_emit_message(false, 'a', 'b')",
  'version()',
  'inet_server_addr()',
  "has_table_privilege('pg_authid', 'select')",
  'current_database()',
  "repeat('x', 1000000000)",
  "lpad('x', 1000000000)",
  "format('%1000000000s', 'x')",
  'public.anything()',
  "pg_catalog.pg_read_file('x')",
  "ts_stat('select body from blueprint.documents')",
].map((call) => [`select ${call}`, 'query_refused', `The function ${call.split('(')[0]} is not allowed.`])

/** `(x).name` and `x.name` call a function of that name where there is no such column. */
const behindParentheses: Row[] = [
  "('/etc/passwd'::text).pg_read_file",
  '(1.5::float8).pg_sleep',
  '(4242::int8).pg_advisory_lock',
  "('data_directory'::text).current_setting",
  "('select to_tsvector(set_config(''role'', ''none'', true))'::text).ts_stat",
  '("x").pg_typeof from (select 1) as x',
  '(x.a).pg_sleep from (select 1.5 as a) as x',
  '(row(1, 2)).f1',
  '((select 1.5)).pg_sleep',
  '(array[1.5])[1].pg_sleep',
  '(array[1.5]).pg_typeof[1]',
  '(case when true then 1.5 end).pg_sleep',
  "(cast('/' as text)).pg_ls_dir",
  '(1.5 operator(pg_catalog.+) 1).pg_sleep',
  '(coalesce(1.5, 2)).pg_sleep',
  '(\'x\' collate "C").pg_read_file',
  '(sum(price_cents) over ()).pg_typeof from products',
  '(current_date).pg_typeof',
  'U&"x" from (select 1) as x where (x).pg_typeof is not null',
  '(U&"x").U&"pg\\005ftypeof" from (select 1) as x',
  'array[(1.5).pg_sleep]',
  'sum(id) filter (where (1.5).pg_sleep is null) from orders',
  '1 from orders group by grouping sets (((1.5).pg_sleep), ())',
  '1 from orders having (1.5).pg_sleep is null',
  '1 from orders order by (1.5).pg_sleep',
  '1 limit ((1.5).pg_sleep is null)::int',
  'rank() over (order by (1.5).pg_sleep) from orders',
  'rank() over w from orders window w as (partition by (1.5).pg_sleep)',
  "json_build_object('a', (1.5).pg_sleep)",
  '* from orders o join lateral (select (o.id::int8).pg_advisory_lock) as x on true',
  '* from orders o join products p on (p.id::int8).pg_advisory_lock is null',
  '* from (values ((1.5).pg_sleep)) as x',
  "* from unnest(array['/']) as x(a), unnest((x.a).pg_ls_dir)",
  '1 union all select (1.5).pg_sleep',
]
  .map((rest) => `select ${rest}`)
  .concat([
    'values ((1.5).pg_sleep)',
    'with a as (select (1.5).pg_sleep) select 1',
    'with recursive a(n) as (select 1 union all select ((n::int8).pg_advisory_lock is null)::int from a) select 1',
  ])
  .map((sql) => [sql, 'query_refused', 'A name behind parentheses or brackets'])

const behindNames: Row[] = [
  ['select x.pg_sleep from unnest(array[1.5::float8]) as x', 'pg_sleep'],
  ['select unnest.pg_sleep from unnest(array[1.5::float8])', 'pg_sleep'],
  ['select pg_sleep.pg_sleep from unnest(array[1.5::float8]) as pg_sleep(a)', 'pg_sleep'],
  ['select g.pg_advisory_lock from generate_series(1::int8, 9) as g', 'pg_advisory_lock'],
  ["select x.pg_read_file from rows from (unnest(array['/etc/passwd'])) as x", 'pg_read_file'],
  ["select x.PG_LS_DIR from unnest(array['/']) as x", 'pg_ls_dir'],
  ['select x.U&"\\0070g_ls_dir" from unnest(array[\'/\']) as x', 'pg_ls_dir'],
  ['select x.pg_sleep from unnest(array[1.5]) as x, (select 1 as pg_sleep) as y', 'pg_sleep'],
  ["select (select x.ts_stat) from unnest(array['select 1']) as x", 'ts_stat'],
  ["select 1 from unnest(array['x']) as x order by x.current_setting", 'current_setting'],
  ["select 1 from unnest(array['x']) as x group by rollup (x.current_setting)", 'current_setting'],
  ['select 1 from orders join unnest(array[1.5::float8]) as x on x.pg_sleep is null', 'pg_sleep'],
  ["with a as (select x.pg_ls_dir from unnest(array['/']) as x) select 1", 'pg_ls_dir'],
  ["select x.regclass from unnest(array['pg_authid']) as x", 'regclass'],
  ['select o.pg_typeof from orders as o', 'pg_typeof'],
  ['select orders.record_out from orders', 'record_out'],
  ['select public.orders.pg_column_size from orders', 'pg_column_size'],
  ['select postgres.public.orders.hash_record from orders', 'hash_record'],
].map(([sql = '', name]) => [sql, 'query_refused', `The name ${name} may not stand behind a dot`])

const forms: Row[] = [
  ['select $1', 'query_refused', 'Parameters such as $1 are not allowed'],
  ['select 1 operator(public.+) 2', 'query_refused', 'The operator public.+ is not allowed.'],
  ['select 1 operator(pg_catalog.public.+) 2', 'query_refused', 'The operator pg_catalog.public.+ is not'],
  [
    'select 1 = any (select 2) or 1 operator(public.=) any (select 2)',
    'query_refused',
    'The operator public.=',
  ],
  ['select 1 from orders order by id using operator(public.<)', 'query_refused', 'The operator public.<'],
  ['select pg_catalog.public.length(1)', 'query_refused', 'The function pg_catalog.public.length'],
  ["select 'x' collate public.ours", 'query_refused', 'The collation public.ours is not allowed.'],
  ["select 'x'::pg_catalog.public.text", 'query_refused', 'The type pg_catalog.public.text is not allowed.'],
  ["select cast('x' as public.ours)", 'query_refused', 'The type public.ours is not allowed.'],
  ['select (1).int4::oid', 'query_refused', 'A name behind parentheses'],
  ['select id::orders.id%type from orders', 'query_refused', 'The type orders.id is not allowed.'],
  ['select * from unnest(array[1]) as x(a regclass)', 'query_refused', '(coldeflist)'],
  ['select * from rows from (unnest(array[1]) as (a regclass))', 'query_refused', '(ColumnDef)'],
  ["select * from json_table('[]', '$' columns (a int path '$'))", 'query_refused', 'JsonTable'],
  ["select * from xmltable('/a' passing '<a/>' columns b text)", 'query_refused', 'RangeTableFunc'],
  ["select json_value('{}', '$.a' default (1.5).pg_sleep on empty)", 'query_refused', 'JsonFuncExpr'],
  ["select json_objectagg('a': pg_sleep(1))", 'query_refused', 'JsonObjectAgg'],
  ['select default', 'query_refused', 'SetToDefault'],
  ['select * from orders tablesample public.ours(pg_sleep(1))', 'query_refused', 'RangeTableSample'],
  ['select * from orders tablesample system (1)', 'query_refused', 'RangeTableSample'],
  ['select xmlparse(document $$<a/>$$)', 'query_refused', 'XmlExpr'],
  ['select * from rows from (pg_ls_dir($$/$$)) x', 'query_refused', 'The function pg_ls_dir'],
  ['select 1 from orders order by pg_sleep(1)', 'query_refused', 'The function pg_sleep'],
  ['select count(*) filter (where pg_sleep(1) is null) from orders', 'query_refused', 'pg_sleep'],
  ['select 1 limit (select count(*) from notes)', 'query_refused', notInPublic],
  ['values (pg_sleep(1))', 'query_refused', 'The function pg_sleep'],
  [`select 1${' + 1'.repeat(2_400)}`, 'query_refused', 'nested too deeply'],
  [`select ${'not '.repeat(2_400)}true`, 'query_refused', 'nested too deeply'],
  [`${'select * from ('.repeat(300)}select 1${') x'.repeat(300)}`, 'query_refused', 'nested too deeply'],
  [`${'with a as ('.repeat(300)}select 1${') select 1'.repeat(300)}`, 'query_refused', 'nested too deeply'],
  [`select array${'['.repeat(1_000)}1${']'.repeat(1_000)}`, 'query_refused', 'nested too deeply'],
  ['selec 1', 'query_failed', 'syntax error'],
]

const harmless: Array<[sql: string, row: unknown[]]> = [
  [
    "select ';', '--', '/*', $$;'$$, 'it''s', E'\\'' -- ; drop table orders",
    [';', '--', '/*', ";'", "it's", "'"],
  ],
  ['select 1 /* /* */ ; drop table orders -- */;;', [1]],
  [`select ${'('.repeat(4_900)}1${')'.repeat(4_900)}`, [1]],
  ['select', []],
  ['values (1, null)', [1, null]],
  ['select "notes" from (select 1) as "notes"("notes")', [1]],
  ['with notes as (select 1) select * from notes', [1]],
  ['with orders as (select id from orders where id = 3) select * from orders', [3]],
  ['with recursive a as (select 1 as n union all select n + 1 from a where n < 9) select max(n) from a', [9]],
  ['select count(*) from only "orders" o join public.products p on p.id = o.product_id', [240]],
  ['select \'ünï\' as "cölumn" from orders limit 1', ['ünï']],
  ['select (select count(*) from orders) - count(*) from (table orders) x', [0]],
  [
    "select extract(year from date '2026-03-14'), substring('abc' from 2 for 1), trim(' x ')",
    [2026, 'b', 'x'],
  ],
  ["select 'a%' like 'a!%' escape '!', null is distinct from 1, 2 between 1 and 3", [true, true, true]],
  ["select (date_trunc('month', timestamp '2026-03-14 10:00'))::date", ['2026-03-01']],
  [
    "select interval '1 day 2 hours', timestamptz '2026-03-14 10:00+02'",
    ['P1DT2H', '2026-03-14 08:00:00+00'],
  ],
  ['select rank() over w from orders window w as (order by id) limit 1', [1]],
  ['select (array[1, 2])[2], (array[1, 2, 3])[2:3]', [2, '{2,3}']],
  ['select o.id, g.n from orders o, generate_series(7, 9) as g(n) order by o.id, g.n limit 1', [1, 7]],
  ['select (x).* from (select 1 as a, 2 as b) as x', [1, 2]],
  ['select x.key, x.value from json_each_text(\'{"a": 1}\') as x', ['a', '1']],
  ['select x.sum, x.date, x.name from (select sum(4), 2, 3) as x(sum, date, name)', [4, 2, 3]],
  ['select localtime(0) is null, make_date(year => 2026, month => 1, day => 2)', [false, '2026-01-02']],
  ['select id from orders order by id fetch first 1 rows with ties', [1]],
]

describe.skipIf(!hasPostgres)('on Postgres', () => {
  let storage: PostgresStorage
  let database: DatabaseService
  let url: string
  let before: unknown

  beforeAll(async () => {
    url = await createDatabaseOfSamples()
    before = await describeDatabase(url)
    storage = await openPostgresStorage(url)
    const runner = createPostgresQueryRunner({ pool: storage.readOnlyPool })
    database = createDatabaseService({ reader: createShopReader(storage), runner })
  })

  afterAll(() => storage?.close())

  const cases = [
    ...several,
    ...writing,
    ...elsewhere,
    ...functions,
    ...behindParentheses,
    ...behindNames,
    ...forms,
  ].map(([sql, refused, reason]) => ({
    name: sql.slice(0, 100).replace('\0', ''),
    sql,
    refused,
    reason,
  }))

  test.each(cases)('$refused: $name', async ({ sql, refused, reason }) => {
    expect(await database.runQuery(sql, 'public', signal)).toMatchObject({
      refused,
      details: { reason: expect.stringContaining(reason) },
    })
  })

  test.each(harmless.map(([sql, row]) => ({ name: sql.slice(0, 100), sql, row })))(
    'answered: $name',
    async ({ sql, row }) => {
      expect(await database.runQuery(sql, 'public', signal)).toMatchObject({ rows: [row] })
    },
  )

  test('nothing in the database has changed', async () => {
    expect(await describeDatabase(url)).toEqual(before)
  })
})

/** Every table, function and role, and how many rows were ever written or removed. */
function describeDatabase(url: string): Promise<unknown> {
  return queryPostgres(
    url,
    `select (select jsonb_agg(jsonb_build_array(oid, relname) order by oid) from pg_class
        where relnamespace not in ('pg_toast'::regnamespace)) as tables,
      (select jsonb_agg(oid order by oid) from pg_proc) as functions,
      (select count(*) from public.orders) as orders,
      (select count(*) from pg_prepared_statements) as prepared`,
  )
}
