import { execFile, execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { readSettings } from 'plinth/config'
import { createTestClient } from 'plinth/testing'
import { beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { toConfig } from '../../src/config.ts'
import { createDataDir } from '../../src/data-dir.ts'
import { createBlueprint } from '../../src/server.ts'
import { settings } from '../../src/settings.ts'
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

/** How large a file of this process may get: what a full disk is to a program, for whoever may not mount one. */
function limitFiles(size: string): void {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${size}:`])
}

describe.skipIf(process.platform !== 'linux')('on a full disk', () => {
  beforeAll(() => {
    const ignore = () => {}
    process.on('SIGXFSZ', ignore)
    return () => void process.off('SIGXFSZ', ignore)
  })

  test('a call is told that nothing was written, the log names the file, and with room again its key is good', async () => {
    onTestFinished(() => limitFiles('unlimited'))
    const logged = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    onTestFinished(() => logged.mockRestore())
    const dataDir = createTemporaryDir()
    const found = await readSettings(settings, {
      argv: [],
      env: { PLINTH_DATA_DIR: dataDir, JOB_MAX_RUNNING: '0' },
    })
    const blueprint = await createBlueprint(toConfig(found, dataDir))
    onTestFinished(() => blueprint.close())
    const client = createTestClient(blueprint.server)
    const add = (number: number, meta = {}) => {
      const note = { name: `note-${number}`, content: 'x'.repeat(9_000) }
      return client.call('tools/call', { name: 'add_note', arguments: note, _meta: meta })
    }
    const keyed = { 'plinth/idempotencyKey': 'k' }
    limitFiles('450000')
    let notes = 1
    while ((await add(notes))['isError'] !== true) notes += 1
    expect(await add(notes, keyed)).toMatchObject({
      structuredContent: { error: 'storage_full', retry: true, retry_after_ms: 10_000 },
    })
    await expect
      .poll(() => logged.mock.calls.join(''))
      .toContain(JSON.stringify(`("${join(dataDir, 'blueprint.db')}"). Make room on its disk.`).slice(1, -1))
    limitFiles('unlimited')
    expect(await add(notes, keyed)).toMatchObject({ structuredContent: { name: `note-${notes}` } })
    expect(await client.callTool('list_notes', { limit: 100 })).toMatchObject({
      structuredContent: { notes: { length: notes } },
    })
  })

  test.each(['0', '20000', '120000'])(
    'a start that has room for %s bytes names the directory',
    async (size) => {
      onTestFinished(() => limitFiles('unlimited'))
      const dataDir = createTemporaryDir()
      limitFiles(size)
      await expect(openSqliteStorage(dataDir)).rejects.toThrow(
        `"PLINTH_DATA_DIR" cannot be used, at ${dataDir}: nothing can be written. Make room`,
      )
    },
  )
})
