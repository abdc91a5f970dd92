import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { createDataDir } from '../../src/data-dir.ts'
import { openSqliteStorage } from '../../src/storage/open-sqlite.ts'
import { createTemporaryDir, openTemporarySqlite } from '../_temporary.ts'

const note = { content: 'c', created_at: '2026-01-01', updated_at: '2026-01-01' }

test('the first start creates the directory, the files and the sample data', async () => {
  const directory = join(createTemporaryDir(), 'deep/data')
  createDataDir(directory)
  const { db } = await openTemporarySqlite(directory)
  expect(readdirSync(directory)).toEqual(expect.arrayContaining(['analytics.db', 'blueprint.db', 'shop.db']))
  const first = await db.selectFrom('public.products').selectAll().orderBy('id').executeTakeFirst()
  expect(first).toEqual({ id: 1, name: 'Oak desk', category: 'furniture', price_cents: 42_900, stock: 17 })
})

test('sample data is the same in every database', async () => {
  const one = await openTemporarySqlite()
  const other = await openTemporarySqlite()
  for (const table of ['public.orders', 'public.signups', 'analytics.daily_signups'] as const) {
    const rows = await one.db.selectFrom(table).selectAll().execute()
    expect(rows.length).toBeGreaterThan(100)
    expect(await other.db.selectFrom(table).selectAll().execute()).toEqual(rows)
  }
})

test('the roll-ups add up to the rows they come from', async () => {
  const { db } = await openTemporarySqlite()
  const orders = db.selectFrom('public.orders').where('status', '!=', 'cancelled')
  const real = await orders.select(({ fn }) => fn.sum('total_cents').as('sum')).executeTakeFirstOrThrow()
  const rolledUp = db
    .selectFrom('analytics.daily_orders')
    .select(({ fn }) => fn.sum('revenue_cents').as('sum'))
  expect(await rolledUp.executeTakeFirstOrThrow()).toEqual(real)
})

test('a second start keeps what was written and seeds nothing again', async () => {
  const directory = createTemporaryDir()
  const first = await openSqliteStorage(directory)
  await first.db
    .insertInto('notes')
    .values({ tenant: 'a', name: 'n', ...note })
    .execute()
  await first.db.deleteFrom('public.signups').execute()
  await first.close()
  const second = await openTemporarySqlite(directory)
  expect(await second.db.selectFrom('notes').select('name').execute()).toEqual([{ name: 'n' }])
  expect(await second.db.selectFrom('public.signups').selectAll().execute()).toEqual([])
})

test('two processes may start on one directory at the same time', async () => {
  const directory = createTemporaryDir()
  const module = JSON.stringify(new URL('../../src/storage/open-sqlite.ts', import.meta.url).href)
  const script = `const { openSqliteStorage } = await import(${module})
    await (await openSqliteStorage(process.argv[1])).close()`
  const start = (): Promise<unknown> =>
    promisify(execFile)(process.execPath, [
      '--conditions=plinth-source',
      '--input-type=module',
      '-e',
      script,
      directory,
    ])
  await Promise.all([start(), start()])
  const { db } = await openTemporarySqlite(directory)
  expect(await db.selectFrom('public.users').selectAll().execute()).toHaveLength(24)
})

test('every file is in WAL mode and foreign keys are enforced', async () => {
  const { db } = await openTemporarySqlite()
  for (const schema of ['main', 'public', 'analytics']) {
    const { rows } = await sql`pragma ${sql.raw(schema)}.journal_mode`.execute(db)
    expect(rows).toEqual([{ journal_mode: 'wal' }])
  }
  const orphan = { id: 9_999, user_id: 9_999, source: 's', signed_up_on: '2026-01-01' }
  await expect(db.insertInto('public.signups').values(orphan).execute()).rejects.toThrow('FOREIGN KEY')
})

test('the read-only handle cannot write to any file', async () => {
  const { readOnlyDb } = await openTemporarySqlite()
  for (const table of ['notes', 'public.orders', 'analytics.daily_orders'] as const) {
    await expect(readOnlyDb.deleteFrom(table).execute()).rejects.toThrow('readonly')
  }
})

test('a transaction that throws leaves nothing behind and lets others in', async () => {
  const { db } = await openTemporarySqlite()
  const failing = db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('notes')
      .values({ tenant: 'a', name: 'n', ...note })
      .execute()
    throw new Error('no')
  })
  const waiting = db.selectFrom('notes').selectAll().execute()
  await expect(failing).rejects.toThrow('no')
  expect(await waiting).toEqual([])
})

test('nothing that a tenant owns is in a file in which SQL may be run', async () => {
  const { db } = await openTemporarySqlite()
  for (const schema of ['public', 'analytics']) {
    const { rows } = await sql<{ name: string }>`
      select c.name from ${sql.raw(schema)}.sqlite_schema t, pragma_table_info(t.name, ${schema}) c`.execute(
      db,
    )
    expect(rows.map(({ name }) => name)).not.toContain('tenant')
    expect(rows.length).toBeGreaterThan(3)
  }
})
