import { constants, DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { createDatabaseService, type DatabaseService } from '../../src/database/database.service.ts'
import {
  assertAuthorized,
  assertReadOnly,
  createQueryAuthorizer,
  type Denied,
} from '../../src/database/query-authorizer.ts'
import { createShopReader } from '../../src/database/shop.adapter.ts'
import { openTemporarySqlite } from '../_temporary.ts'
import { createRunner } from './_runner.ts'

const { signal } = new AbortController()

async function createService(): Promise<DatabaseService> {
  const storage = await openTemporarySqlite()
  return createDatabaseService({ reader: createShopReader(storage), runner: createRunner(storage) })
}

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

const scope = { schema: 'public', tables: ['products'], objects: new Set<string>() } as const

function openShop(file: string, readOnly: boolean): DatabaseSync {
  const database = new DatabaseSync(':memory:', { readOnly })
  onTestFinished(() => database.close())
  database.prepare('attach database ? as public').run(file)
  return database
}

test('an authorizer that lets one kind of statement through is found out before anything is run', async () => {
  const { files } = await openTemporarySqlite()
  const database = openShop(files.public, true)
  const denied: Denied = {}
  const authorize = createQueryAuthorizer(scope, denied)
  database.setAuthorizer(authorize)
  expect(() => assertAuthorized(database, scope, denied)).not.toThrow()
  database.setAuthorizer((action, ...rest) =>
    action === constants.SQLITE_ATTACH ? constants.SQLITE_OK : authorize(action, ...rest),
  )
  expect(() => assertAuthorized(database, scope, denied)).toThrow("does not stop: attach ':memory:' as other")
  database.setAuthorizer(null)
  expect(() => assertAuthorized(database, scope, denied)).toThrow('does not stop: insert into')
})

test('a handle that can write is found out, and nothing was written', async () => {
  const { files } = await openTemporarySqlite()
  expect(() => assertReadOnly(openShop(files.public, true), scope)).not.toThrow()
  const writable = openShop(files.public, false)
  expect(() => assertReadOnly(writable, scope)).toThrow('can write')
  expect(writable.prepare("select * from public.sqlite_schema where name = 'probe'").all()).toEqual([])
})
