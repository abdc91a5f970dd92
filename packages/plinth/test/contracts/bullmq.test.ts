import { Queue } from 'bullmq'
import { Redis } from 'ioredis'
import { type BullmqJobOptions, createBullmqJobStore } from 'plinth/bullmq'
import type { JobRecord, JobStore, NewJob } from 'plinth/jobs'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { startOwnRedis } from '../chaos/own-services.ts'
import { openProxy } from '../chaos/proxy.ts'
import { createSpace, tryTo, until } from './driver.ts'
import { findFreePort, openRedis, openSilentPort } from './services.ts'

const service = await openRedis()
const url = service?.url ?? ''
const claimOf = { queue: 'shop', names: ['report'], leaseMs: 60_000 }

afterAll(() => service?.close())

function createJob(id: string, options: Partial<NewJob> = {}): NewJob {
  const about = { queue: 'shop', name: 'report', owner: 'ann', tenant: 'acme', payload: '{}' }
  return { id, ...about, maxAttempts: 3, ttlMs: 600_000, resultTtlMs: 60_000, ...options }
}

async function claim(store: JobStore): Promise<JobRecord> {
  const record = await store.claim(claimOf)
  if (record === undefined) throw new Error('No job is due.')
  return record
}

function open(options: Partial<BullmqJobOptions> = {}) {
  const prefix = createSpace()
  const client = new Redis(url)
  const store = createBullmqJobStore({ connection: client, prefix, log: () => undefined, ...options })
  const queue = new Queue('shop/report', { connection: client, prefix: `{${prefix}}` })
  onTestFinished(async () => {
    await Promise.all([store.close(), queue.close()])
    const keys = await client.keys(`{${prefix}}:*`)
    if (keys.length > 0) await client.unlink(keys)
    client.disconnect()
  })
  return { store, queue, client, prefix }
}

describe.skipIf(service === undefined)('BullMQ', () => {
  test('jobs are jobs of BullMQ, in its own states, and dead letters are its failed ones', async () => {
    const { store, queue } = open()
    for (const id of ['waits', 'runs', 'done', 'dead', 'asks', 'later', 'cancelled']) {
      await store.enqueue(createJob(id, id === 'later' ? { delayMs: 60_000 } : {}))
    }
    await store.cancel('cancelled')
    const claims = new Map<string, JobRecord>()
    for (let count = 0; count < 5; count++) {
      const record = await claim(store)
      claims.set(record.id, record)
    }
    const fenceOf = (id: string) => claims.get(id)?.fence ?? 0
    await store.release('waits', fenceOf('waits'), { delayMs: 0, counts: true })
    await store.finish('done', fenceOf('done'), { status: 'completed', outcome: '{}' })
    await store.finish('dead', fenceOf('dead'), {
      status: 'failed',
      outcome: '{}',
      isDead: true,
      message: 'No.',
    })
    await store.suspend('asks', fenceOf('asks'), new Map([['name', { method: 'elicitation/create' }]]))
    const states = ['waits', 'runs', 'done', 'dead', 'asks', 'later', 'cancelled'].map(async (id) => {
      return [id, await (await queue.getJob(`j.${id}`))?.getState()]
    })
    expect(Object.fromEntries(await Promise.all(states))).toEqual({
      waits: 'delayed',
      runs: 'active',
      done: 'completed',
      dead: 'failed',
      asks: 'delayed',
      later: 'delayed',
      cancelled: 'completed',
    })
    expect((await queue.getJob('j.dead'))?.failedReason).toBe('No.')
  })

  test('a queue that was paused in BullMQ gives no jobs, until it is resumed', async () => {
    const { store, queue } = open()
    await store.enqueue(createJob('a'))
    await queue.pause()
    expect(await store.claim(claimOf)).toBeUndefined()
    await queue.resume()
    expect(await claim(store)).toMatchObject({ id: 'a' })
  })

  test('a job that waits for its client is not begun, whoever moves it in BullMQ', async () => {
    const { store, queue } = open()
    await store.enqueue(createJob('a'))
    const { fence } = await claim(store)
    await store.suspend('a', fence, new Map([['name', { method: 'elicitation/create' }]]))
    await (await queue.getJob('j.a'))?.promote()
    expect(await store.claim(claimOf)).toBeUndefined()
    await (await queue.getJob('j.a'))?.promote()
    expect(await store.answer('a', { name: { action: 'decline' } })).toMatchObject({ status: 'working' })
    expect(await claim(store)).toMatchObject({ id: 'a', attempts: 1 })
    expect(await store.claim(claimOf)).toBeUndefined()
  })

  test('every key has one place in a cluster, and of a job whose time is over nothing is left', async () => {
    let time = Date.now()
    const { store, client, prefix } = open({ maxJobs: 1, now: () => time })
    await store.enqueue(createJob('a', { key: 'k' }))
    const { fence } = await claim(store)
    await store.finish('a', fence, { status: 'completed', outcome: '{}' })
    time += 1_000_000
    await store.enqueue(createJob('b'))
    time += 1_000_000
    await store.sweep({ limit: 10 })
    time += 1_000_000
    await store.enqueue(createJob('c'))
    const keys = await client.keys(`*${prefix}*`)
    expect(keys.filter((key) => !key.startsWith(`{${prefix}}:`))).toEqual([])
    const left = keys
      .map((key) => key.slice(prefix.length + 3))
      .filter((key) => !key.startsWith('shop/report:'))
    expect(left.sort()).toEqual(['expiry', 'fence', 'places', 'queues:shop', 'tenants', 'turns:shop'])
    const jobs = keys.filter((key) => key.includes('shop/report:j.'))
    expect(jobs).toEqual([`{${prefix}}:shop/report:j.c`])
    expect(await client.hgetall(`{${prefix}}:tenants`)).toEqual({ acme: '1' })
  })

  test('a claim whose answer was lost lasts no longer than its lease', async () => {
    const { store, client, prefix } = open()
    await store.enqueue(createJob('a'))
    Object.assign(client, { 'plinth:hold': () => Promise.reject(new Error('The answer was lost.')) })
    const claimed = store.claim({ ...claimOf, leaseMs: 5_000 })
    await expect(claimed).rejects.toThrow('The answer was lost.')
    const leftMs = await client.pttl(`{${prefix}}:shop/report:j.a:lock`)
    expect([leftMs > 0, leftMs <= 5_000]).toEqual([true, true])
  })

  test('turns of tenants whose jobs wait no longer are forgotten, also where a tool is gone', async () => {
    const { store, client, prefix } = open()
    let jobs = 0
    const countTurns = () => client.hlen(`{${prefix}}:turns:shop`)
    const cancelAll = async (count: number) => {
      const ids = Array.from({ length: count }, () => `job-${++jobs}`)
      for (const id of ids) await store.enqueue(createJob(id, { tenant: `tenant-${id}` }))
      await store.claim(claimOf)
      for (const id of ids) await store.cancel(id)
    }
    await store.enqueue(createJob('old', { name: 'removed_tool' }))
    await store.cancel('old')
    await cancelAll(10)
    expect(await countTurns()).toBeGreaterThan(0)
    await store.claim(claimOf)
    expect(await countTurns()).toBe(0)
    // Somebody always waits.
    for (let round = 0; round < 4; round++) {
      await store.enqueue(createJob(`waits-${round}`, { priority: -1 }))
      await cancelAll(300)
    }
    expect(await countTurns()).toBeLessThan(1_000)
  })

  test('a process whose clock is ahead starts no job before its time', async () => {
    // BullMQ asks the clock of the process; the store that of Redis, which is an hour behind here.
    const { store } = open({ now: () => Date.now() - 3_600_000 })
    await store.enqueue(createJob('later', { delayMs: 60_000 }))
    await store.enqueue(createJob('now'))
    expect(await claim(store)).toMatchObject({ id: 'now' })
    expect(await store.claim(claimOf)).toBeUndefined()
    expect(await store.get('later')).toMatchObject({ status: 'working', attempts: 0 })
  })

  test('a Redis that is set up to lose jobs is warned of', async () => {
    const own = await startOwnRedis()
    if (own === undefined) return
    onTestFinished(() => own.remove())
    const admin = new Redis(own.toUrl(own.port))
    await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
    await admin.config('SET', 'appendonly', 'no')
    const lines: string[] = []
    const log = ({ message }: { message: string }) => void lines.push(message)
    const store = createBullmqJobStore({ connection: own.toUrl(own.port), log })
    await until(() => lines.length === 2)
    expect(lines).toEqual([
      'Redis may throw jobs away: "maxmemory-policy" is "allkeys-lru". Set it to "noeviction".',
      'Redis forgets the last jobs when it is restarted. Set "appendonly" to "yes" to keep them.',
    ])
    await store.close()
    admin.disconnect()
  })

  test('a connection to a URL that nobody answers any more is replaced', async () => {
    const proxy = await openProxy(Number(new URL(url).port || 6379))
    const connection = `redis://127.0.0.1:${proxy.port}`
    const store = createBullmqJobStore({
      connection,
      prefix: createSpace(),
      timeoutMs: 500,
      log: () => undefined,
    })
    onTestFinished(async () => {
      await store.close()
      proxy.close()
    })
    await expect.poll(() => tryTo(() => store.enqueue(createJob('a')))).toMatchObject({ id: 'a' })
    proxy.forget()
    await expect.poll(() => tryTo(() => store.get('a'))).toMatchObject({ id: 'a' })
  })
})

test('a Redis that is down, or does not answer, rejects with an error that names it', async () => {
  const silent = await openSilentPort()
  onTestFinished(() => silent.close())
  for (const port of [await findFreePort(), silent.port]) {
    const connection = `redis://127.0.0.1:${port}`
    const store = createBullmqJobStore({ connection, timeoutMs: 100, log: () => undefined })
    const asked = [
      store.enqueue(createJob('a')),
      store.get('a'),
      store.claim(claimOf),
      store.renew('a', 1, { leaseMs: 1_000 }),
      store.finish('a', 1, { status: 'completed', outcome: '{}' }),
      store.cancel('a'),
      store.listDead({ queue: 'shop', limit: 1 }),
    ]
    for (const settled of await Promise.allSettled(asked)) {
      expect(settled).toMatchObject({ status: 'rejected', reason: { name: 'StoreError', service: 'Redis' } })
    }
    await store.close()
  }
})

test('a prefix that makes no sense is refused', () => {
  expect(() => createBullmqJobStore({ connection: url, prefix: '{a}' })).toThrow('"prefix" must be letters')
})
