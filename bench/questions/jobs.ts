import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'pg'
import { createServer, type Server } from 'plinth'
import { createBullmqJobStore } from 'plinth/bullmq'
import {
  createMemoryJobStore,
  createPostgresJobStore,
  createSqliteJobStore,
  type JobStore,
} from 'plinth/jobs'
import { createTestClient } from 'plinth/testing'
import { openPostgres, openRedis } from '../../packages/plinth/test/contracts/services.ts'
import type { Bench, Question, Row } from '../bench.ts'
import { formatCount } from '../report.ts'
import { median } from '../statistics.ts'

/** Where jobs are kept, with what ends it. */
interface Place {
  readonly name: string
  open(): Promise<{ store: JobStore; close(): Promise<void> }>
}

/** Calls in flight while jobs are made, and jobs run at once. */
const width = 16

const name = 'bench_jobs'

function listPlaces(
  folder: string,
  urls: { redis: string | undefined; postgres: string | undefined },
): Place[] {
  const { redis, postgres } = urls
  const memory: Place = {
    name: 'memory',
    open: async () => ({ store: createMemoryJobStore({ maxJobs: 1_000_000 }), async close() {} }),
  }
  const sqlite: Place = {
    name: 'SQLite',
    async open() {
      const store = createSqliteJobStore({ path: join(folder, `${performance.now()}.sqlite`) })
      return { store, close: async () => store.close() }
    },
  }
  return [
    memory,
    sqlite,
    ...(redis === undefined ? [] : [{ name: 'BullMQ', open: () => openBullmq(redis) }]),
    ...(postgres === undefined ? [] : [{ name: 'Postgres', open: () => openPostgresJobs(postgres) }]),
  ]
}

async function openBullmq(url: string) {
  const prefix = `${name}_${process.pid}_${Math.round(performance.now())}`
  const store = createBullmqJobStore({ connection: url, prefix, log: () => undefined })
  const close = async () => {
    await store.close()
    await removeKeys(url, prefix)
  }
  return { store, close }
}

async function removeKeys(url: string, prefix: string): Promise<void> {
  const { Redis } = await import('ioredis')
  const client = new Redis(url)
  const keys = await client.keys(`{${prefix}}:*`)
  for (let at = 0; at < keys.length; at += 1_000) await client.unlink(keys.slice(at, at + 1_000))
  client.disconnect()
}

async function openPostgresJobs(url: string) {
  const pool = new Pool({ connectionString: url, max: width })
  const schema = `${name}_${process.pid}_${Math.round(performance.now())}`
  const store = createPostgresJobStore(pool, { schema })
  await store.prepare()
  const close = async () => {
    await pool.query(`DROP SCHEMA ${schema} CASCADE`)
    await pool.end()
  }
  return { store, close }
}

function createBenchServer(store: JobStore, maxRunning: number, onRun: () => void): Server {
  const jobs = { store, maxRunning }
  const server = createServer({ name, version: '1.0.0', log: () => undefined, jobs })
  server.tool({ name: 'add', description: 'Adds.', effect: 'read', task: 'allowed' }, () => {
    onRun()
    return 'done'
  })
  return server
}

/** Jobs made a second, and jobs run a second. */
async function measure(place: Place, count: number): Promise<{ made: number; run: number }> {
  const { store, close } = await place.open()
  const maker = createBenchServer(store, 0, () => undefined)
  const made = await time(count, () => makeJobs(maker, count))
  const { promise, resolve } = Promise.withResolvers<void>()
  let left = count
  const runner = createBenchServer(store, width, () => {
    if (--left === 0) resolve()
  })
  const run = await time(count, async () => {
    await runner.prepare()
    await promise
    // Whoever stops waits until the last ends are written.
    await runner.jobs.stop(60_000)
  })
  maker.close()
  runner.close()
  await close()
  return { made, run }
}

async function makeJobs(server: Server, count: number): Promise<void> {
  const capabilities = { extensions: { 'io.modelcontextprotocol/tasks': {} } }
  const client = createTestClient(server, { capabilities })
  let left = count
  const makeSome = async () => {
    while (left-- > 0) await client.call('tools/call', { name: 'add', arguments: {} })
  }
  await Promise.all(Array.from({ length: width }, makeSome))
  client.close()
}

async function time(count: number, run: () => Promise<void>): Promise<number> {
  const startedAt = performance.now()
  await run()
  return (count * 1_000) / (performance.now() - startedAt)
}

async function measureAll(place: Place, bench: Bench, count: number): Promise<Row[]> {
  const figures: { made: number; run: number }[] = []
  for (let round = 0; round < bench.rounds; round++) figures.push(await measure(place, count))
  const detail = `${formatCount(count)} jobs, ${width} at once, ${bench.rounds} rounds`
  const toRow = (label: string, rates: readonly number[]): Row => {
    return { label: `${label}, ${place.name}`, result: `${formatCount(median(rates))}/s`, detail }
  }
  return [
    toRow(
      'made',
      figures.map(({ made }) => made),
    ),
    toRow(
      'run',
      figures.map(({ run }) => run),
    ),
  ]
}

/** What it costs to have a call outlive its request, by where jobs are kept. */
export const jobs: Question = {
  name: 'jobs',
  title: 'jobs a second, made by calls and run to their end by one process, in each store',
  async ask(bench) {
    const folder = mkdtempSync(join(tmpdir(), 'plinth-bench-'))
    const [redis, postgres] = [await openRedis(), await openPostgres()]
    try {
      const rows: Row[] = []
      for (const place of listPlaces(folder, { redis: redis?.url, postgres: postgres?.url })) {
        rows.push(...(await measureAll(place, bench, bench.isShort ? 200 : 2_000)))
      }
      return rows
    } finally {
      await redis?.close()
      await postgres?.close()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
