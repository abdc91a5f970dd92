import type { Pool } from 'pg'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { openQueryRunner } from '../../src/database/open-query-runner.ts'
import { openPostgresStorage } from '../../src/storage/open-postgres.ts'
import { createDatabaseOfSamples, hasPostgres, queryPostgres } from '../_drivers.ts'

const { signal } = new AbortController()
const limits = { maxRows: 10, maxBytes: 10_000, timeoutMs: 5_000 }

/** Roles belong to the whole server, so they carry the number of this process. */
const [reader, writer, mighty] = ['reader', 'writer', 'mighty'].map((role) => `test_${role}_${process.pid}`)

describe.skipIf(!hasPostgres)('on Postgres', () => {
  let url: string

  beforeAll(async () => {
    url = await createDatabaseOfSamples()
    await queryPostgres(
      url,
      `revoke create on schema public from public;
      create role ${reader}; create role ${writer}; create role ${mighty} superuser;
      grant usage on schema public, analytics to ${reader}, ${writer};
      grant select on all tables in schema public, analytics to ${reader}, ${writer};
      grant insert on public.orders to ${writer};
      grant usage on schema blueprint to ${writer}; grant select on blueprint.notes to ${writer}`,
    )
  })

  afterAll(() =>
    queryPostgres(
      url,
      `drop owned by ${reader}, ${writer}, ${mighty}; drop role ${reader}, ${writer}, ${mighty}`,
    ),
  )

  async function open(role?: string): Promise<Awaited<ReturnType<typeof openQueryRunner>> & { pool: Pool }> {
    const storage = await openPostgresStorage(url)
    onTestFinished(() => storage.close())
    return { ...(await openQueryRunner(storage, role)), pool: storage.readOnlyPool }
  }

  test('a role that can only read is used for statements alone, and said to be so', async () => {
    const { runner, notice, pool } = await open(reader)
    expect(notice).toEqual({
      level: 'info',
      message: `run_query runs as "${reader}", which can only read the shop.`,
    })
    const count = { sql: 'select count(*) from orders', schema: 'public', limits } as const
    expect(await runner.run(count, signal)).toMatchObject({ rows: [[240]] })
    await queryPostgres(url, `revoke select on public.users from ${reader}`)
    expect(await runner.run({ ...count, sql: 'select count(*) from users' }, signal)).toMatchObject({
      refused: 'query_failed',
      details: { reason: 'permission denied for table users' },
    })
    await queryPostgres(url, `grant select on public.users to ${reader}`)
    const { rows } = await pool.query<{ is_own: boolean }>('select current_user = session_user as is_own')
    expect(rows).toEqual([{ is_own: true }])
  })

  test('a role that can do more is said to', async () => {
    const { notice } = await open(writer)
    expect(notice).toMatchObject({ level: 'warn' })
    expect(notice?.message).toMatch(/which may write to the shop, may read what tenants own\. Name a role/)
  })

  test('without a role, what the user of the connection may do is said', async () => {
    const { notice } = await open()
    expect(notice).toMatchObject({
      level: 'warn',
      message: expect.stringContaining('may read what tenants own'),
    })
  })

  test.each([
    ['test_nobody', /"DATABASE_QUERY_ROLE" cannot be used: role "test_nobody" does not exist/],
    [mighty, /"DATABASE_QUERY_ROLE" must be a role that can only read, and "test_mighty_\d+" is a superuser/],
    ['pg_monitor', /Grant "pg_monitor" USAGE on the schemas and SELECT on public.products, /],
  ])('%s is refused at the start', async (role, message) => {
    await expect(open(role)).rejects.toThrow(message)
  })
})
