import type { Client } from '@modelcontextprotocol/client'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { openRedis } from '../../../packages/plinth/test/contracts/services.ts'
import { openStores } from '../src/stores.ts'
import { callTool, connect, type Outcome } from './_connect.ts'
import {
  createDatabaseOfSamples,
  createEmptyDatabase,
  createReader,
  hasPostgres,
  queryPostgres,
} from './_drivers.ts'
import { type Program, startProgram } from './_program.ts'
import { createTemporaryDir } from './_temporary.ts'

const redis = await openRedis()

afterAll(() => redis?.close())

/** Two replicas that start at the same moment, each with a directory of its own, and a client of each. */
async function startTwo(env: Record<string, string>) {
  const programs = await Promise.all([start(env), start(env)])
  const clients = await Promise.all(programs.map(({ url }) => connect(url)))
  const [one, other] = clients.map(
    (client) =>
      (name: string, args: Record<string, unknown> = {}): Promise<Outcome> =>
        callTool(client, name, args),
  )
  const [oneClient, otherClient] = clients
  if (!one || !other || !oneClient || !otherClient) throw new Error()
  return { programs, one, other, clients: [oneClient, otherClient] as const }
}

async function start(env: Record<string, string>): Promise<Program> {
  const program = await startProgram(createTemporaryDir(), env)
  onTestFinished(() => void program.child.kill('SIGKILL'))
  return program
}

/** A note of one name, added with one key on both replicas: the second call must be found to be the first. */
async function addNoteTwice({ clients }: Awaited<ReturnType<typeof startTwo>>): Promise<unknown[]> {
  const _meta = { 'plinth/idempotencyKey': crypto.randomUUID() }
  const results: unknown[] = []
  for (const client of clients) {
    const params = { name: 'add_note', arguments: { name: 'twice', content: 'x' }, _meta }
    results.push((await client.callTool(params)).structuredContent)
  }
  return results
}

async function describeRunQuery(client: Client): Promise<string | undefined> {
  const { tools } = await client.listTools()
  return tools.find(({ name }) => name === 'run_query')?.description
}

describe.skipIf(!hasPostgres)('two replicas on one Postgres that was empty', () => {
  test('have one set of tables and sample data, and answer for each other', async () => {
    const DATABASE_URL = await createEmptyDatabase()
    const replicas = await startTwo({ DATABASE_URL })
    const { one, other, programs } = replicas
    for (const call of [one, other]) {
      expect(await call('query_database', { table: 'products', limit: 1 })).toMatchObject({
        rows: [{ id: 1 }],
      })
      expect(await call('query_users', { min_signups: 31 })).toMatchObject({ users: [{ signups: 31 }] })
      expect(await call('search_documents', { query: 'retention', max_results: 1 })).toMatchObject({
        results: [{ title: 'Data retention policy' }],
      })
      expect(await call('lookup_customer', { id: '3' })).toMatchObject({ id: '3' })
      expect(await call('debug_config')).toMatchObject({
        settings: expect.arrayContaining([
          { key: 'storage', value: 'postgres' },
          { key: 'shared_state', value: 'postgres' },
        ]),
      })
    }
    expect(await one('add_note', { name: 'here', content: 'there' })).toMatchObject({ isError: false })
    expect(await other('get_note', { name: 'here' })).toMatchObject({ content: 'there' })
    const indexed = await other('index_document', { text: 'Zebra stripes', title: 'Zebra' })
    expect(await one('search_documents', { query: 'stripes' })).toMatchObject({
      results: [{ url: indexed['url'] }],
    })
    const { ticket } = (await one('create_ticket', { title: 'Printer', body: '' })) as unknown as {
      ticket: object
    }
    expect(await other('list_tickets')).toMatchObject({ tickets: [{ title: 'Printer' }] })
    expect(ticket).toMatchObject({ title: 'Printer' })
    const purchase = { amount: 5, idempotency_key: 'k' }
    const bought = await Promise.all([one, other, one, other].map((call) => call('buy_credits', purchase)))
    expect(new Set(bought.map(({ receipt }) => receipt).filter(Boolean)).size).toBe(1)
    expect(await one('get_balance')).toMatchObject({ balance: 5, purchases: 1 })
    const [first, second] = await addNoteTwice(replicas)
    expect(first).toMatchObject({ name: 'twice' })
    expect(second).toEqual(first)
    expect(await describeRunQuery(replicas.clients[0])).toBeUndefined()
    const { prompts } = await replicas.clients[0].listPrompts()
    expect(prompts.map(({ name }) => name)).not.toContain('signup_audit')
    for (const program of programs) {
      expect(program.stderr()).toContain('run_query is not offered: ')
      expect(await program.stop()).toBe(0)
    }
  })

  test('where Postgres goes away, nothing crashes, and it works again once Postgres is back', async () => {
    const DATABASE_URL = await createDatabaseOfSamples()
    const { role, url: DATABASE_QUERY_URL } = await createReader(DATABASE_URL)
    const program = await start({ DATABASE_URL, DATABASE_QUERY_URL })
    const client = await connect(program.url)
    expect(program.stderr()).toContain(`run_query runs as \\"${role}\\", which can only read the shop.`)
    expect(await describeRunQuery(client)).toContain('The dialect is PostgreSQL.')
    const count = 'select (select count(*) from orders) as orders, (select count(*) from users) as users'
    const query = () => callTool(client, 'run_query', { sql: count }).catch(() => undefined)
    expect(await query()).toMatchObject({ rows: [[240, 24]] })
    await callTool(client, 'add_note', { name: 'n', content: 'c' })
    await queryPostgres(
      DATABASE_URL,
      `select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid()`,
    )
    await expect
      .poll(() => callTool(client, 'get_note', { name: 'n' }).catch(() => undefined), { timeout: 15_000 })
      .toMatchObject({ content: 'c' })
    // Seldom: calls that are equal are refused after twenty.
    await expect.poll(query, { interval: 1_000 }).toMatchObject({ rows: [[240, 24]] })
    expect(program.child.exitCode).toBeNull()
  })
})

test.skipIf(redis === undefined)('two replicas with one Redis remember keys together', async () => {
  const replicas = await startTwo({ REDIS_URL: redis?.url ?? '' })
  expect(await describeRunQuery(replicas.clients[0])).toContain('The dialect is SQLite.')
  const [first, second] = await addNoteTwice(replicas)
  expect(first).toMatchObject({ name: 'twice' })
  expect(second).toEqual(first)
  expect(await replicas.other('get_note', { name: 'twice' })).toMatchObject({ error: 'note_not_found' })
  expect(await replicas.one('debug_config')).toMatchObject({
    settings: expect.arrayContaining([{ key: 'shared_state', value: 'redis' }]),
  })
  const said = replicas.programs.map((program) => program.stderr()).join('')
  expect(said).toContain('Another process on this Redis keeps its data elsewhere')
  for (const program of replicas.programs) expect(await program.stop()).toBe(0)
})

test.skipIf(redis === undefined)(
  'only who shares a Redis and its database with other data is told so, while both are there',
  async () => {
    const open = async (dataId: string, database = 3) => {
      const redisUrl = Object.assign(new URL(redis?.url ?? ''), { pathname: `/${database}` }).href
      const stores = await openStores({ redisUrl, dataDir: createTemporaryDir() }, dataId)
      onTestFinished(() => stores.close())
      return stores
    }
    const one = await open('one')
    expect(one.notices).toEqual([])
    expect((await open('one')).notices).toEqual([])
    expect((await open('other', 4)).notices).toEqual([])
    const other = await open('other')
    expect(other.notices).toMatchObject([{ level: 'warn', message: expect.stringContaining('DATABASE_URL') }])
  },
)
