import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import {
  type OpenQueryRunner,
  openQueryRunner,
  type QueryAccess,
} from '../../src/database/open-query-runner.ts'
import { openPostgresStorage } from '../../src/storage/open-postgres.ts'
import type { PostgresStorage } from '../../src/storage/storage.ts'
import {
  createDatabaseOfSamples,
  createReader,
  createRole,
  hasPostgres,
  queryPostgres,
  toUrlOf,
} from '../_drivers.ts'

const { signal } = new AbortController()
const limits = { maxRows: 10, maxBytes: 10_000, timeoutMs: 5_000 }

describe.skipIf(!hasPostgres)('on Postgres', () => {
  let url: string
  let storage: PostgresStorage

  beforeAll(async () => {
    url = await createDatabaseOfSamples()
    storage = await openPostgresStorage(url)
    return () => storage.close()
  })

  async function open(access: QueryAccess = {}): Promise<OpenQueryRunner> {
    const opened = await openQueryRunner(storage, access)
    onTestFinished(() => opened.close())
    return opened
  }

  function count({ runner }: OpenQueryRunner, table: string): Promise<unknown> | undefined {
    return runner?.run({ sql: `select count(*) from ${table}`, schema: 'public', limits }, signal)
  }

  test('a login of its own has the statements, and is said to be able to read the shop alone', async () => {
    const reader = await createReader(url)
    const opened = await open({ queryUrl: reader.url })
    expect(opened.notices).toContainEqual({
      level: 'info',
      message: `run_query runs as "${reader.role}", which can only read the shop.`,
    })
    expect(await count(opened, 'orders')).toMatchObject({ rows: [[240]] })
    const listLogins = () =>
      queryPostgres(url, `select from pg_stat_activity where usename = '${reader.role}'`)
    expect(await listLogins()).toHaveLength(1)
    await opened.close()
    await expect.poll(listLogins).toHaveLength(0)
  })

  test('where no limit can be set for what statements put aside on disk and none stands, it is said', async () => {
    const reader = await createReader(url)
    const { notices } = await open({ queryUrl: reader.url })
    expect(notices.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        message: expect.stringContaining(
          `because "${reader.role}" may not set temp_file_limit. As a superuser: alter role "${reader.role}" set`,
        ),
      },
    ])
    await queryPostgres(url, `alter role ${reader.role} set temp_file_limit = '64kB'`)
    const limited = await open({ queryUrl: reader.url })
    expect(limited.notices.filter(({ level }) => level === 'warn')).toEqual([])
  })

  test('a role is assumed for statements alone, and whose connection it is, is said too', async () => {
    const { role } = await createReader(url)
    const opened = await open({ queryRole: role })
    expect(opened.notices).toContainEqual({
      level: 'info',
      message: expect.stringMatching(
        `^run_query runs as "${role}", which can only read the shop, on connections of "\\w+"\\. A login of its own`,
      ),
    })
    expect(await count(opened, 'orders')).toMatchObject({ rows: [[240]] })
    await queryPostgres(url, `revoke select on public.users from ${role}`)
    expect(await count(opened, 'users')).toMatchObject({
      refused: 'query_failed',
      details: { reason: 'permission denied for table users' },
    })
    const { rows } = await storage.readOnlyPool.query('select current_user = session_user as is_own')
    expect(rows).toEqual([{ is_own: true }])
  })

  test('without either no statement is run, and what to set is said', async () => {
    const { runner, notices } = await open()
    expect(runner).toBeUndefined()
    expect(notices).toEqual([
      {
        level: 'warn',
        message: expect.stringMatching(
          /^run_query is not offered: it would run as "\w+", which .+\. Set DATABASE_QUERY_URL to a login/,
        ),
      },
    ])
  })

  test.each([
    ['may act as a superuser', 'alter role READER superuser'],
    [
      'may act as a superuser',
      'grant OTHER to READER; alter role OTHER superuser; alter role READER noinherit',
    ],
    ['may pass by row security', 'alter role READER bypassrls'],
    ['may create roles', 'alter role READER createrole'],
    ['may create databases', 'alter role READER createdb'],
    ['may replicate the server', 'alter role READER replication'],
    ['is a member of pg_monitor and pg_read', 'grant pg_read_server_files, pg_monitor to READER'],
    ['may call functions', 'grant execute on function pg_read_file(text) to READER'],
    ['owns tables', 'create table blueprint.other (); alter table blueprint.other owner to READER'],
    [
      'may create schemas',
      'do $$ begin execute format($a$grant create on database %I to READER$a$, current_database()); end $$',
    ],
    ['may create tables', 'grant create on schema analytics to READER'],
    ['may write to tables', 'grant insert on public.orders to READER'],
    ['may write to tables', 'grant update (total_cents) on public.orders to READER'],
    [
      'may also read blueprint.notes, blueprint.tickets',
      'grant usage on schema blueprint to READER; grant select on blueprint.notes, blueprint.tickets to READER',
    ],
    [
      'may also read blueprint.purchases',
      'grant usage on schema blueprint to OTHER; grant select (amount) on blueprint.purchases to OTHER; grant OTHER to READER',
    ],
  ])('who %s is refused at the start, by login and by role: %s', async (power, grants) => {
    const reader = await createReader(url)
    const other = await createRole('')
    await queryPostgres(url, grants.replaceAll('READER', reader.role).replaceAll('OTHER', other))
    const mightDo = (setting: string): string =>
      `"${setting}" must name one who can only read the shop, and "${reader.role}" ${power}`
    await expect(open({ queryUrl: reader.url })).rejects.toThrow(mightDo('DATABASE_QUERY_URL'))
    await expect(open({ queryRole: reader.role })).rejects.toThrow(mightDo('DATABASE_QUERY_ROLE'))
  })

  test('who cannot read the shop is refused at the start, and so is who is not there', async () => {
    const role = await createRole("login password 'reader'")
    const missing = `Grant "${role}" USAGE on the schemas and SELECT on public.products, `
    await expect(open({ queryRole: role })).rejects.toThrow(missing)
    await expect(open({ queryUrl: toUrlOf(url, role) })).rejects.toThrow(missing)
    await expect(open({ queryRole: 'nobody' })).rejects.toThrow(
      '"DATABASE_QUERY_ROLE" cannot be used: role "nobody" does not exist',
    )
    const nobody = open({ queryUrl: toUrlOf(url, 'nobody') })
    await expect(nobody).rejects.toThrow(
      /^"DATABASE_QUERY_URL" cannot be used, at \S+: (this user is not let in|user and password do not fit)/,
    )
  })
})
