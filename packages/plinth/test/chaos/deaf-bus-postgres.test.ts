import { Pool } from 'pg'
import { createPostgresStores } from 'plinth/postgres'
import { afterAll, afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { createSpace } from '../contracts/driver.ts'
import { openPostgres } from '../contracts/services.ts'
import { openProxy } from './proxy.ts'

/** How often a bus asks whether anybody is there, in milliseconds. */
const heartbeatMs = 15_000

const service = await openPostgres()
const admin = new Pool({ connectionString: service?.url, max: 1 })

afterAll(async () => {
  await admin.end()
  await service?.close()
})
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

const beat = () => void vi.advanceTimersByTime(heartbeatMs)

/** A bus that listens by way of a proxy, and what it hears. */
async function listen() {
  const url = new URL(service?.url ?? '')
  const proxy = await openProxy(Number(url.port) || 5432)
  url.host = `127.0.0.1:${proxy.port}`
  const schema = createSpace()
  const options = { application_name: schema, connectionTimeoutMillis: 1_000 }
  const pool = new Pool({ connectionString: url.href, ...options })
  const { bus } = createPostgresStores(pool, { schema, timeoutMs: 1_000 })
  onTestFinished(async () => {
    await bus.close()
    proxy.close()
    await pool.end()
  })
  const said: string[] = []
  await bus.subscribe('news', { message: (text) => said.push(text), missed: () => said.push('missed') })
  /** Tells it from elsewhere, by a connection that is well. */
  const tell = (channel: string, text: string) =>
    createPostgresStores(admin, { schema }).bus.publish(channel, text)
  return { bus, said, tell, proxy, pool, schema }
}

interface Hearing {
  readonly pid: number
  readonly query: string
}

/** The connections of a bus as the other end sees them, with what each was asked last. */
async function listHearing(schema: string): Promise<readonly Hearing[]> {
  const text = `SELECT pid, query FROM pg_stat_activity WHERE application_name = $1 AND state = 'idle'`
  return (await admin.query<Hearing>(text, [schema])).rows
}

describe.skipIf(service === undefined)('a bus over Postgres', () => {
  test('whose connection nobody answers any more takes another, and says that it missed something', async () => {
    const { said, tell, proxy } = await listen()
    proxy.forget()
    await tell('news', 'lost')
    beat()
    await expect.poll(() => said).toEqual(['missed'])
    await tell('news', 'hello')
    await expect.poll(() => said).toEqual(['missed', 'hello'])
  })

  test('whose next connections nobody answers either tries until somebody does', async () => {
    const { said, tell, proxy, pool } = await listen()
    const connect = vi.spyOn(pool, 'connect')
    proxy.blackHole()
    beat()
    await expect.poll(() => connect.mock.calls.length).toBeGreaterThan(1)
    expect(said).toEqual([])
    proxy.forget()
    await expect.poll(() => said).toEqual(['missed'])
    await tell('news', 'hello')
    await expect.poll(() => said).toEqual(['missed', 'hello'])
  })

  test('that was asked for more on a connection that is dead hears it on the next', async () => {
    const { bus, said, tell, proxy } = await listen()
    proxy.forget()
    const sports = { message: (text: string) => void said.push(text) }
    await expect(bus.subscribe('sports', sports)).rejects.toThrow('did not answer within 1000 ms')
    beat()
    await expect.poll(() => said).toEqual(['missed'])
    await bus.subscribe('sports', sports)
    await tell('sports', 'goal')
    await tell('news', 'hello')
    await expect.poll(() => said).toEqual(['missed', 'goal', 'hello'])
  })

  test('that is answered keeps its connection, and has missed nothing', async () => {
    const { said, tell, schema } = await listen()
    const [hearing] = await listHearing(schema)
    for (const text of ['one', 'two']) {
      beat()
      await expect.poll(() => listHearing(schema)).toEqual([{ pid: hearing?.pid, query: 'SELECT 1' }])
      await tell('news', text)
    }
    await expect.poll(() => said).toEqual(['one', 'two'])
  })
})
