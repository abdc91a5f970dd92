import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { context, trace } from '@opentelemetry/api'
import { Redis } from 'ioredis'
import pg from 'pg'
import { createServer, serveHttp } from 'plinth'
import { createOtlpTracer } from 'plinth/otel'
import { createPostgresStores } from 'plinth/postgres'
import { createRedisStores } from 'plinth/redis'
import { createSqliteStores } from 'plinth/sqlite'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { openPostgres, openRedis } from '../../contracts/services.ts'
import { startCollector } from '../telemetry/_collector.ts'

const [postgres, redis] = await Promise.all([openPostgres(), openRedis()])
afterAll(() => Promise.all([postgres?.close(), redis?.close()]))

const traceId = 'a1'.repeat(16)
const spanId = 'b2'.repeat(8)

interface Driver {
  readonly system: string
  /** Undefined where the service is not here. */
  open(): Promise<ReturnType<typeof createSqliteStores> | undefined>
  /** The statement that takes from a limit. */
  readonly counter: string
  /** The statement that keeps a result. */
  readonly kept: string
  /** What stands in place of parameters. */
  readonly placeholder: RegExp
}

const drivers: readonly Driver[] = [
  {
    system: 'sqlite',
    async open() {
      const folder = mkdtempSync(join(tmpdir(), 'plinth-traced-'))
      const stores = createSqliteStores(join(folder, 'stores.db'))
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
      onTestFinished(() => stores.close())
      return stores
    },
    counter: 'INSERT counters',
    kept: 'INSERT cache',
    placeholder: /VALUES \(:key, :owner, :text/,
  },
  {
    system: 'postgresql',
    async open() {
      if (postgres === undefined) return undefined
      const pool = new pg.Pool({ connectionString: postgres.url, max: 2 })
      const schema = `plinth_traced_${process.pid}`
      const stores = createPostgresStores(pool, { schema })
      await stores.prepare()
      onTestFinished(async () => {
        await stores.close()
        await pool.query(`DROP SCHEMA ${schema} CASCADE`)
        await pool.end()
      })
      return stores
    },
    counter: `SELECT plinth_traced_${process.pid}.counters`,
    kept: `INSERT plinth_traced_${process.pid}.cache`,
    placeholder: /SELECT \$2, \$3, now \+ \$4/,
  },
  {
    system: 'redis',
    async open() {
      if (redis === undefined) return undefined
      const client = new Redis(redis.url)
      const stores = createRedisStores(client, { prefix: `plinth-traced-${process.pid}` })
      onTestFinished(async () => {
        await stores.close()
        client.disconnect()
      })
      return stores
    },
    counter: 'EVALSHA counter',
    kept: 'EVALSHA cache',
    placeholder: /^EVALSHA \? \? \?$/,
  },
]

test.each(drivers)(
  'each statement of the $system stores is part of the trace of its call',
  async (driver) => {
    const stores = await driver.open()
    if (stores === undefined) return
    const collector = await startCollector()
    const url = `${collector.url}/v1/traces`
    const server = createServer({
      name: 'test',
      version: '1.0.0',
      log: () => undefined,
      tracer: createOtlpTracer({ serviceName: 'test', url, env: {} }),
      stores,
      rate: { limit: 100, windowMs: 1_000 },
    })
    onTestFinished(() => {
      trace.disable()
      context.disable()
    })
    const input = { type: 'object', properties: { city: { type: 'string' } } } as const
    const contract = { name: 'weather', description: 'Tells.', effect: 'read', input } as const
    server.tool({ ...contract, cache: { ttlMs: 60_000 } }, () => 'canary result')
    const service = await serveHttp(server, { port: 0 })
    expect(await ask(service.url, { traceparent: `00-${traceId}-${spanId}-01` })).toContain('canary result')
    // What is kept is kept beside the answer.
    await expect.poll(() => ask(service.url)).toContain('"plinth/cached":true')
    await service.close()
    const call = collector.spans.find(({ parentSpanId }) => parentSpanId === spanId)
    expect(call).toMatchObject({ traceId, name: 'tools/call weather' })
    const all = collector.spans.filter(({ kind }) => kind === 'CLIENT')
    const statements = all.filter((span) => span.traceId === traceId)
    expect(all.every(({ parentSpanId }) => parentSpanId !== '')).toBe(true)
    const names = statements.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining([driver.counter, driver.kept]))
    for (const statement of statements) {
      expect(statement).toMatchObject({
        traceId,
        parentSpanId: call?.spanId,
        attributes: { 'db.system.name': driver.system },
      })
    }
    const kept = statements.find(({ name }) => name === driver.kept)
    expect(kept?.attributes['db.query.text']).toMatch(driver.placeholder)
    expect(collector.text()).not.toMatch(/canary (?:city|result)/)
  },
)

async function ask(url: string, headers: Record<string, string> = {}): Promise<string> {
  const params = { name: 'weather', arguments: { city: 'canary city' } }
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  })
  return response.text()
}
