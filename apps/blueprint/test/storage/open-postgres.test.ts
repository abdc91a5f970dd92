import { describe, expect, onTestFinished, test } from 'vitest'
import { findFreePort } from '../../../../packages/plinth/test/contracts/services.ts'
import { openPostgresStorage } from '../../src/storage/open-postgres.ts'
import type { PostgresStorage } from '../../src/storage/storage.ts'
import { createDatabaseOfSamples, createEmptyDatabase, hasPostgres, queryPostgres } from '../_drivers.ts'
import { openTemporarySqlite } from '../_temporary.ts'

const note = { content: 'c', created_at: '2026-01-01', updated_at: '2026-01-01' }

async function open(url: string): Promise<PostgresStorage> {
  const storage = await openPostgresStorage(url)
  onTestFinished(() => storage.close())
  return storage
}

function replace(url: string, parts: Partial<Pick<URL, 'port' | 'pathname' | 'password'>>): string {
  return Object.assign(new URL(url), parts).href
}

describe.skipIf(!hasPostgres)('on Postgres', () => {
  test('several that start at once on an empty database make one set of tables and of sample data', async () => {
    const url = await createEmptyDatabase()
    const storages = await Promise.all([open(url), open(url), open(url), open(url)])
    for (const { db } of storages) {
      expect(await db.selectFrom('public.orders').selectAll().execute()).toHaveLength(240)
    }
  })

  test('sample data is the same as on SQLite', async () => {
    const { db } = await open(await createDatabaseOfSamples())
    const sqlite = await openTemporarySqlite()
    for (const table of ['public.products', 'public.orders', 'analytics.daily_orders'] as const) {
      const rows = await db.selectFrom(table).selectAll().orderBy(sqlKey(table)).execute()
      expect(rows).toEqual(await sqlite.db.selectFrom(table).selectAll().orderBy(sqlKey(table)).execute())
    }
  })

  test('a second start keeps what was written and seeds nothing again', async () => {
    const url = await createDatabaseOfSamples()
    const first = await open(url)
    await first.db
      .insertInto('notes')
      .values({ tenant: 'a', name: 'n', ...note })
      .execute()
    await first.db.deleteFrom('public.signups').execute()
    await first.close()
    const second = await open(url)
    expect(await second.db.selectFrom('notes').select('name').execute()).toEqual([{ name: 'n' }])
    expect(await second.db.selectFrom('public.signups').selectAll().execute()).toEqual([])
  })

  test('a database that has such tables already is left as it is', async () => {
    const url = await createEmptyDatabase()
    await queryPostgres(url, `create table public.users (theirs text); insert into public.users values ('x')`)
    await expect(openPostgresStorage(url)).rejects.toThrow(
      /"DATABASE_URL" cannot be used, .*: it has tables of these names that belong to something else.* \(42P07\)/,
    )
    expect(await queryPostgres(url, 'select * from public.users')).toEqual([{ theirs: 'x' }])
    expect(await queryPostgres(url, `select 1 from pg_tables where tablename = 'notes'`)).toEqual([])
  })

  test('the read-only handle cannot write', async () => {
    const { readOnlyDb } = await open(await createDatabaseOfSamples())
    for (const table of ['notes', 'public.orders'] as const) {
      await expect(readOnlyDb.deleteFrom(table).execute()).rejects.toThrow('read-only transaction')
    }
  })

  test('nothing that a tenant owns is in a schema in which SQL may be run', async () => {
    const url = await createDatabaseOfSamples()
    const owned = `select table_schema as schema from information_schema.columns where column_name = 'tenant'`
    expect(new Set((await queryPostgres(url, owned)).map(({ schema }) => schema))).toEqual(
      new Set(['blueprint']),
    )
  })

  test('where it cannot be used, the variable, the place and the fix are named, and no password', async () => {
    const url = replace(await createEmptyDatabase(), { password: 's3cret' })
    const port = String(await findFreePort())
    const failures = [
      [replace(url, { port }), `127.0.0.1:${port}`, 'nothing listens there. Start Postgres, or correct'],
      [replace(url, { pathname: '/nowhere' }), '/nowhere', 'there is no such database. Create it'],
    ] as const
    for (const [wrong, place, reason] of failures) {
      const failure = await openPostgresStorage(wrong).catch((error: Error) => error.message)
      expect(failure).toContain('"DATABASE_URL" cannot be used, at ')
      expect(failure).toContain(place)
      expect(failure).toContain(reason)
      expect(failure).not.toContain('s3cret')
    }
  })

  test('a database of another encoding is refused', async () => {
    const url = await createEmptyDatabase(`encoding 'SQL_ASCII' lc_collate 'C' lc_ctype 'C'`)
    await expect(openPostgresStorage(url)).rejects.toMatchObject({
      cause: { message: 'The database must be encoded in UTF8, and is in SQL_ASCII.' },
    })
  })

  test('a document of more words than the index holds is found by its first ones', async () => {
    const { db, searchDocuments } = await open(await createDatabaseOfSamples())
    const words = Array.from({ length: 180_000 }, (_, index) => (index + 1_000_000).toString(36))
    await db
      .insertInto('documents')
      .values({ tenant: 'a', url: 'u', title: 't', body: words.join(' '), category: null, indexed_at: '' })
      .execute()
    const query = { kind: 'term', words: [words[0] ?? ''] } as const
    expect(
      await searchDocuments({ tenant: 'a', query: { ...query, words: [...query.words] }, limit: 1 }),
    ).toMatchObject([{ url: 'u' }])
  })
})

function sqlKey(table: 'public.products' | 'public.orders' | 'analytics.daily_orders') {
  return table === 'analytics.daily_orders' ? 'day' : 'id'
}
