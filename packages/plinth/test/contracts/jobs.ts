import { afterEach, describe, expect, test } from 'vitest'
import type { JobRecord, JobStore, NewJob } from '../../src/jobs/job.ts'

/** A store under test, on a clock the test turns. */
export interface OpenedJobs {
  readonly store: JobStore
  /** The same jobs as another process sees them, where processes can share them. */
  readonly other?: JobStore
  /** Has time go by in the service too, for what it times by itself. */
  elapse?(ms: number): Promise<void>
  close?(): void | Promise<void>
}

/** What a store under test is to keep at most. */
export interface JobLimits {
  readonly now: () => number
  readonly maxJobs?: number
  readonly maxJobsPerTenant?: number
}

type Open = (limits: JobLimits) => OpenedJobs | Promise<OpenedJobs>

// Long enough for what a service times by itself to seem standing still: only the test has time go by.
const secondMs = 1_000
const claimOf = { queue: 'shop', names: ['report'], leaseMs: 100 * secondMs }

function createJob(id: string, options: Partial<NewJob> = {}): NewJob {
  const about = { queue: 'shop', name: 'report', owner: 'ann', tenant: 'acme', payload: '{}' }
  return { id, ...about, maxAttempts: 3, ttlMs: 10_000 * secondMs, resultTtlMs: 1_000 * secondMs, ...options }
}

function toQuestion(message: string) {
  return { method: 'elicitation/create', params: { message } }
}

/** What every job store must do, whatever it keeps its jobs in. */
export function testJobStore(name: string, open: Open): void {
  describe(name, () => {
    const bench = createBench(open)
    afterEach(bench.close)
    testClaims(bench)
    testTurns(bench)
    testQuestions(bench)
    testEnds(bench)
    testExpiry(bench)
    testBounds(bench)
    testSharing(bench)
  })
}

interface Bench {
  open(limits?: Partial<JobLimits>): Promise<JobStore>
  /** As `open`, for two processes that share the jobs. */
  openTwo(): Promise<readonly [JobStore, JobStore]>
  wait(seconds: number): Promise<void>
  /** Seconds since the store was opened, of a time in milliseconds. */
  since(time: number | undefined): number
  readonly close: () => Promise<void>
}

function createBench(open: Open): Bench {
  let start = 0
  let time = 0
  let opened: OpenedJobs | undefined
  const openIt = async (limits: Partial<JobLimits> = {}) => {
    start = Date.now()
    time = start
    opened = await open({ now: () => time, ...limits })
    return opened
  }
  return {
    open: async (limits) => (await openIt(limits)).store,
    async openTwo() {
      const { store, other } = await openIt()
      return [store, other ?? store]
    },
    async wait(seconds) {
      time += seconds * secondMs
      await opened?.elapse?.(seconds * secondMs)
    },
    since: (at = Number.NaN) => (at - start) / secondMs,
    async close() {
      await opened?.close?.()
      opened = undefined
    },
  }
}

async function claim(store: JobStore): Promise<JobRecord> {
  const record = await store.claim(claimOf)
  if (record === undefined) throw new Error('No job is due.')
  return record
}

function testClaims({ open, wait, since }: Bench): void {
  test('a job that was kept is found as it was made', async () => {
    const store = await open()
    const about = { payload: '{"grüße":"🌍\\u0000"}', done: { step: 1, list: [], n: 1e21 }, priority: 3 }
    const odd = { tenant: 'größe:{}\0', owner: 'ann|\0', key: 'k:1 {} \n' }
    const kept = await store.enqueue(createJob('a', { ...about, ...odd, answers: { name: { none: null } } }))
    expect(kept).toMatchObject({
      ...{ id: 'a', status: 'working', queue: 'shop', name: 'report', isDead: false, inputs: {} },
      ...{ ...about, ...odd, answers: { name: { none: null } }, attempts: 0, maxAttempts: 3 },
    })
    expect([kept.createdAt, kept.updatedAt, kept.expiresAt].map(since)).toEqual([0, 0, 10_000])
    expect(await store.get('a')).toEqual(kept)
    expect(await store.get('b')).toBeUndefined()
  })

  test('a job is claimed once, until its lease is over', async () => {
    const store = await open()
    await store.enqueue(createJob('a'))
    const first = await claim(store)
    expect(first).toMatchObject({ id: 'a', attempts: 1 })
    expect(await store.claim(claimOf)).toBeUndefined()
    await wait(100)
    const second = await claim(store)
    expect(second).toMatchObject({ id: 'a', attempts: 2 })
    expect(second.fence).toBeGreaterThan(first.fence)
  })

  test('a renewed claim lasts another lease, and carries progress', async () => {
    const store = await open()
    await store.enqueue(createJob('a'))
    const { fence } = await claim(store)
    await wait(90)
    const progress = { done: 1, total: 2, message: 'Half way.' }
    expect(await store.renew('a', fence, { leaseMs: claimOf.leaseMs, progress })).toMatchObject({ progress })
    await wait(90)
    expect(await store.claim(claimOf)).toBeUndefined()
    const record = await store.get('a')
    expect(record).toMatchObject({ message: 'Half way.', progress })
    expect(since(record?.updatedAt)).toBe(90)
  })

  test('whoever lost a claim changes nothing', async () => {
    const store = await open()
    await store.enqueue(createJob('a'))
    const { fence } = await claim(store)
    await wait(100)
    await claim(store)
    const before = await store.get('a')
    expect(await store.renew('a', fence, { leaseMs: claimOf.leaseMs })).toBeUndefined()
    expect(await store.checkpoint('a', fence, { step: 1 })).toBe(false)
    expect(await store.finish('a', fence, { status: 'completed', outcome: '{}' })).toBeUndefined()
    expect(await store.suspend('a', fence, new Map([['name', toQuestion('Who?')]]))).toBeUndefined()
    expect(await store.release('a', fence, { delayMs: 0, counts: true })).toBe(false)
    const { claimableAt: _, ...after } = (await store.get('a')) ?? {}
    expect(before).toMatchObject(after)
  })

  test('what was checkpointed is there for the next run', async () => {
    const store = await open()
    await store.enqueue(createJob('a'))
    const { fence } = await claim(store)
    expect(await store.checkpoint('a', fence, { charge: 'c1' })).toBe(true)
    await wait(100)
    expect(await claim(store)).toMatchObject({ done: { charge: 'c1' } })
  })

  test('a job that was given back runs again when it is due, with its attempt counted or not', async () => {
    const store = await open()
    await store.enqueue(createJob('a'))
    const first = await claim(store)
    expect(await store.release('a', first.fence, { delayMs: 50 * secondMs, counts: true })).toBe(true)
    expect(await store.claim(claimOf)).toBeUndefined()
    await wait(50)
    const second = await claim(store)
    expect(second.attempts).toBe(2)
    await store.release('a', second.fence, { delayMs: 0, counts: false })
    expect((await claim(store)).attempts).toBe(2)
  })

  test('a delayed job is not due before its time', async () => {
    const store = await open()
    await store.enqueue(createJob('a', { delayMs: 500 * secondMs }))
    await wait(499)
    expect(await store.claim(claimOf)).toBeUndefined()
    await wait(1)
    expect(await claim(store)).toMatchObject({ id: 'a' })
  })
}

function testTurns({ open }: Bench): void {
  async function claimAll(store: JobStore): Promise<string[]> {
    const ids: string[] = []
    for (;;) {
      const record = await store.claim(claimOf)
      if (record === undefined) return ids
      ids.push(record.id)
    }
  }

  test('tenants take turns, however many jobs one of them has', async () => {
    const store = await open()
    for (const id of ['a1', 'a2', 'a3', 'a4']) await store.enqueue(createJob(id, { tenant: 'acme' }))
    for (const id of ['b1', 'b2']) await store.enqueue(createJob(id, { tenant: 'beta' }))
    await store.enqueue(createJob('c1', { tenant: 'coop' }))
    expect(await claimAll(store)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4'])
  })

  test('greater priority comes first, and within one the older job', async () => {
    const store = await open()
    await store.enqueue(createJob('low', { priority: -1 }))
    await store.enqueue(createJob('old'))
    await store.enqueue(createJob('young'))
    await store.enqueue(createJob('high', { priority: 5 }))
    expect(await claimAll(store)).toEqual(['high', 'old', 'young', 'low'])
  })

  test('a claim takes only jobs of its queue and of the names it knows', async () => {
    const store = await open()
    await store.enqueue(createJob('other-queue', { queue: 'bank' }))
    await store.enqueue(createJob('other-name', { name: 'invoice' }))
    expect(await claimAll(store)).toEqual([])
    expect(await store.claim({ ...claimOf, names: ['invoice'] })).toMatchObject({ id: 'other-name' })
  })
}

function testQuestions({ open, wait }: Bench): void {
  const questions = new Map([
    ['name', toQuestion('Who?')],
    ['color', toQuestion('Which?')],
  ])
  const ann = { action: 'accept', content: { name: 'Ann' } }

  async function openSuspended(open_: Bench['open']): Promise<JobStore> {
    const store = await open_()
    await store.enqueue(createJob('a'))
    const { fence } = await claim(store)
    await store.suspend('a', fence, questions)
    return store
  }

  test('a suspended job waits without a claim until its last question is answered', async () => {
    const store = await openSuspended(open)
    expect(await store.get('a')).toMatchObject({ status: 'input_required' })
    expect(await store.claim(claimOf)).toBeUndefined()
    expect(await store.answer('a', { name: ann })).toMatchObject({ status: 'input_required' })
    expect(await store.answer('a', { color: { action: 'decline' } })).toMatchObject({ status: 'working' })
    const answers = { name: ann, color: { action: 'decline' } }
    expect(await claim(store)).toMatchObject({ answers, attempts: 1 })
  })

  test('answers that nobody asked for, and second ones, are ignored', async () => {
    const store = await openSuspended(open)
    await store.answer('a', { name: ann, age: ann })
    await store.answer('a', { name: { action: 'cancel' } })
    expect((await store.get('a'))?.inputs).toEqual({
      name: { key: 'name', request: toQuestion('Who?'), answer: ann },
      color: { key: 'color', request: toQuestion('Which?') },
    })
  })

  test('a question that is asked again gets a key of its own', async () => {
    const store = await openSuspended(open)
    await store.answer('a', { name: ann, color: ann })
    const { fence } = await claim(store)
    const again = await store.suspend('a', fence, new Map([['color', toQuestion('Which, then?')]]))
    expect(Object.keys(again?.inputs ?? {})).toEqual(['name', 'color', 'color-2'])
    await store.answer('a', { color: { action: 'cancel' }, 'color-2': { action: 'decline' } })
    expect(await claim(store)).toMatchObject({ answers: { name: ann, color: { action: 'decline' } } })
  })

  test('a suspended job whose time is over has failed, and is no dead letter', async () => {
    const store = await openSuspended(open)
    await wait(10_000)
    expect(await store.get('a')).toMatchObject({ status: 'failed', isDead: false })
    expect(await store.answer('a', { name: ann, color: ann })).toMatchObject({ status: 'failed' })
    expect(await store.claim(claimOf)).toBeUndefined()
    expect((await store.sweep({ limit: 10 })).expired).toMatchObject([{ id: 'a', status: 'failed' }])
    expect(await store.answer('a', { name: ann, color: ann })).toMatchObject({ status: 'failed' })
    expect(await store.claim(claimOf)).toBeUndefined()
    expect(await store.listDead({ queue: 'shop', limit: 10 })).toEqual([])
  })

  test('a suspended job can be cancelled', async () => {
    const store = await openSuspended(open)
    expect(await store.cancel('a')).toMatchObject({ status: 'cancelled' })
    expect(await store.answer('a', { name: ann, color: ann })).toMatchObject({ status: 'cancelled' })
  })
}

function testEnds({ open, wait }: Bench): void {
  test('a finished job keeps its outcome, is not claimed again, and goes after its time', async () => {
    const store = await open()
    await store.enqueue(createJob('a', { ttlMs: 500 * secondMs }))
    const { fence } = await claim(store)
    await wait(50)
    await store.finish('a', fence, { status: 'completed', outcome: '{"x":1}' })
    await wait(999)
    expect(await store.get('a')).toMatchObject({ status: 'completed', outcome: '{"x":1}' })
    expect(await store.claim(claimOf)).toBeUndefined()
    await wait(1)
    expect(await store.get('a')).toBeUndefined()
  })

  test('a cancelled job takes the claim away; one that has ended stays as it is', async () => {
    const store = await open()
    await store.enqueue(createJob('a'))
    const { fence } = await claim(store)
    expect(await store.cancel('a')).toMatchObject({ status: 'cancelled' })
    expect(await store.finish('a', fence, { status: 'completed', outcome: '{}' })).toBeUndefined()
    await store.enqueue(createJob('b'))
    const other = await claim(store)
    await store.finish('b', other.fence, { status: 'completed', outcome: '{}' })
    expect(await store.cancel('b')).toMatchObject({ status: 'completed' })
    expect(await store.cancel('c')).toBeUndefined()
    await store.enqueue(createJob('d'))
    expect(await store.cancel('d')).toMatchObject({ status: 'cancelled' })
    expect(await store.claim(claimOf)).toBeUndefined()
  })

  test('dead letters are listed, and one that is revived runs again with all its attempts', async () => {
    const store = await open()
    await store.enqueue(createJob('a'))
    await store.enqueue(createJob('b'))
    for (const isDead of [true, false]) {
      const { id, fence } = await claim(store)
      await store.finish(id, fence, { status: 'failed', outcome: '{}', isDead })
    }
    const listed = await store.listDead({ queue: 'shop', limit: 10 })
    expect(listed.map(({ id }) => id)).toEqual(['a'])
    expect(await store.count({ queue: 'shop' })).toEqual({ due: 0, dead: 1 })
    expect(await store.revive('b')).toBeUndefined()
    expect(await store.revive('a')).toMatchObject({ status: 'working', attempts: 0, isDead: false })
    expect(await claim(store)).toMatchObject({ id: 'a', attempts: 1 })
    expect(await store.listDead({ queue: 'shop', limit: 10 })).toEqual([])
  })
}

function testExpiry({ open, openTwo, wait, since }: Bench): void {
  const brief = { ttlMs: 50 * secondMs }

  test('a job that did not end in its time has failed, whether somebody swept or not', async () => {
    const store = await open()
    await store.enqueue(createJob('a', brief))
    await wait(60)
    const found = await store.get('a')
    expect(found).toMatchObject({ status: 'failed', isDead: true, claimableAt: undefined })
    expect(JSON.parse(String(found?.outcome))).toMatchObject({ data: { error: 'expired', retry: false } })
    expect([found?.updatedAt, found?.expiresAt].map(since)).toEqual([50, 1_050])
    expect(await store.claim(claimOf)).toBeUndefined()
    expect(await store.cancel('a')).toMatchObject({ status: 'failed' })
    const swept = await store.sweep({ limit: 10 })
    expect(swept).toMatchObject({ expired: [{ id: 'a', status: 'failed' }], removed: 0 })
    const after = await store.get('a')
    expect(after).toMatchObject({ status: 'failed', message: found?.message, outcome: found?.outcome })
    expect([after?.updatedAt, after?.expiresAt].map(since)).toEqual([50, 1_050])
    expect(await store.claim(claimOf)).toBeUndefined()
  })

  test('whoever runs a job whose time is over is told, and ends it no more', async () => {
    const store = await open()
    await store.enqueue(createJob('a', brief))
    const { fence } = await claim(store)
    await wait(50)
    expect(await store.renew('a', fence, { leaseMs: claimOf.leaseMs })).toBeUndefined()
    expect(await store.checkpoint('a', fence, { step: 1 })).toBe(false)
    expect(await store.release('a', fence, { delayMs: 0, counts: true })).toBe(false)
    expect((await store.sweep({ limit: 10 })).expired).toMatchObject([{ id: 'a' }])
    expect(await store.finish('a', fence, { status: 'completed', outcome: '{}' })).toBeUndefined()
    expect(await store.get('a')).toMatchObject({ status: 'failed', attempts: 1 })
  })

  test('of however many that sweep at once, one tells of a job that expired', async () => {
    const [one, two] = await openTwo()
    const ids = ['a', 'b', 'c', 'd', 'e']
    for (const id of ids) await one.enqueue(createJob(id, brief))
    await claim(two)
    await wait(50)
    const sweeps = await Promise.all([one, two, one, two].map(async (store) => store.sweep({ limit: 3 })))
    const expired = sweeps.flatMap((sweep) => sweep.expired)
    expired.push(...(await one.sweep({ limit: 10 })).expired)
    expect(expired.map(({ id }) => id).sort()).toEqual(ids)
    const dead = await two.listDead({ queue: 'shop', limit: 10 })
    expect(dead.map(({ id }) => id).sort()).toEqual(ids)
    expect(await one.count({ queue: 'shop' })).toEqual({ due: 0, dead: 5 })
  })

  test('a sweep does no more than it may, and removes what was kept for long enough', async () => {
    const store = await open()
    for (const id of ['a', 'b', 'c']) await store.enqueue(createJob(id, brief))
    await store.enqueue(createJob('kept'))
    await wait(50)
    const sweep = async () => {
      const { expired, removed } = await store.sweep({ limit: 2 })
      return [expired.length, removed]
    }
    expect([await sweep(), await sweep(), await sweep()]).toEqual([
      [2, 0],
      [1, 0],
      [0, 0],
    ])
    await wait(1_000)
    expect(await store.get('a')).toBeUndefined()
    expect([await sweep(), await sweep(), await sweep()]).toEqual([
      [0, 2],
      [0, 1],
      [0, 0],
    ])
    expect(await store.count({ queue: 'shop' })).toEqual({ due: 1, dead: 0 })
    expect(await store.get('kept')).toMatchObject({ status: 'working' })
  })

  test('what is over is neither listed nor counted, whether somebody swept or not', async () => {
    const store = await open()
    const end = { status: 'failed', outcome: '{}', isDead: true } as const
    for (const id of ['a', 'b', 'c', 'd']) {
      if (id === 'd') await wait(1_000)
      await store.enqueue(createJob(id, brief))
      await store.finish(id, (await claim(store)).fence, end)
    }
    const listDead = async () => (await store.listDead({ queue: 'shop', limit: 2 })).map(({ id }) => id)
    expect(await listDead()).toEqual(['d'])
    await store.enqueue(createJob('long', { resultTtlMs: 1 }))
    await store.finish('long', (await claim(store)).fence, end)
    await store.enqueue(createJob('due', brief))
    expect(await store.count({ queue: 'shop' })).toEqual({ due: 1, dead: 2 })
    await wait(60)
    expect(await store.count({ queue: 'shop' })).toEqual({ due: 0, dead: 2 })
    expect(await listDead()).toEqual(['d', 'long'])
    await store.sweep({ limit: 10 })
    expect(await store.count({ queue: 'shop' })).toEqual({ due: 0, dead: 3 })
  })

  test('an end that nobody saw while no process was there is kept from then on', async () => {
    const store = await open()
    await store.enqueue(createJob('a', brief))
    await wait(9_000)
    expect(await store.get('a')).toMatchObject({ status: 'failed' })
    expect(await store.sweep({ limit: 10 })).toMatchObject({ expired: [{ id: 'a' }], removed: 0 })
    await wait(999)
    expect(await store.get('a')).toMatchObject({ status: 'failed' })
    await wait(1)
    expect(await store.get('a')).toBeUndefined()
  })

  test('a job that expired can be revived, whatever state it expired in', async () => {
    const store = await open()
    for (const id of ['a', 'b', 'c']) await store.enqueue(createJob(id, brief))
    await store.enqueue(createJob('d', { ...brief, delayMs: 5_000 * secondMs }))
    const { id, fence } = await claim(store)
    await store.release(id, fence, { delayMs: 0, counts: true })
    await claim(store)
    await wait(50)
    expect(await store.claim(claimOf)).toBeUndefined()
    await store.sweep({ limit: 10 })
    for (const one of ['a', 'b', 'c', 'd']) {
      expect(await store.revive(one)).toMatchObject({ id: one, status: 'working', attempts: 0 })
    }
    const claims = [await claim(store), await claim(store), await claim(store), await claim(store)]
    expect(claims.map((record) => record.id).sort()).toEqual(['a', 'b', 'c', 'd'])
    expect(await store.sweep({ limit: 10 })).toEqual({ expired: [], removed: 0 })
  })
}

function testBounds({ open, wait }: Bench): void {
  test('jobs with one key are one job, until it is gone', async () => {
    const store = await open()
    await store.enqueue(createJob('a', { key: 'k', ttlMs: 100 * secondMs }))
    expect(await store.enqueue(createJob('b', { key: 'k' }))).toMatchObject({ id: 'a' })
    expect(await store.enqueue(createJob('c', { key: 'k', queue: 'bank' }))).toMatchObject({ id: 'c' })
    await wait(100)
    expect(await store.enqueue(createJob('d', { key: 'k' }))).toMatchObject({ id: 'a', status: 'failed' })
    await store.sweep({ limit: 10 })
    await wait(1_000)
    expect(await store.enqueue(createJob('e', { key: 'k' }))).toMatchObject({ id: 'e', status: 'working' })
  })

  test('a job is found by its key, in its queue and under its name, until it is gone', async () => {
    const store = await open()
    const known = { queue: 'shop', name: 'report', key: 'k' }
    expect(await store.findByKey(known)).toBeUndefined()
    await store.enqueue(createJob('a', { key: 'k', ttlMs: 100 * secondMs }))
    expect(await store.findByKey(known)).toEqual(await store.get('a'))
    expect(await store.findByKey({ ...known, key: 'l' })).toBeUndefined()
    expect(await store.findByKey({ ...known, queue: 'bank' })).toBeUndefined()
    expect(await store.findByKey({ ...known, name: 'invoice' })).toBeUndefined()
    const { fence } = await claim(store)
    await store.suspend('a', fence, new Map([['name', toQuestion('Who?')]]))
    expect(await store.findByKey(known)).toMatchObject({ id: 'a', status: 'input_required' })
    await wait(100)
    expect(await store.findByKey(known)).toMatchObject({ id: 'a', status: 'failed' })
    await store.sweep({ limit: 10 })
    await wait(1_000)
    expect(await store.findByKey(known)).toBeUndefined()
  })

  test('a job that is sent again is the one that is there already', async () => {
    const store = await open()
    await store.enqueue(createJob('a'))
    await store.checkpoint('a', (await claim(store)).fence, { step: 1 })
    const again = async () => store.enqueue(createJob('a', { delayMs: 1 }))
    expect(await again().catch(() => undefined)).toSatisfy(
      (record) => record === undefined || record.id === 'a',
    )
    expect(await store.get('a')).toMatchObject({ attempts: 1, done: { step: 1 } })
    expect(await store.claim(claimOf)).toBeUndefined()
  })

  test('a full store takes no more, and throws away nothing that was promised', async () => {
    const store = await open({ maxJobs: 2 })
    await store.enqueue(createJob('a', { ttlMs: 100 * secondMs }))
    await store.enqueue(createJob('b'))
    const refused = async () =>
      expect((async () => store.enqueue(createJob('c')))()).rejects.toThrow('no room')
    await refused()
    await wait(100)
    await refused()
    await store.sweep({ limit: 10 })
    await refused()
    await wait(1_000)
    expect(await store.enqueue(createJob('c'))).toMatchObject({ id: 'c' })
  })

  test('one tenant cannot fill the store for the others', async () => {
    const store = await open({ maxJobs: 4, maxJobsPerTenant: 1 })
    await store.enqueue(createJob('a', { tenant: 'acme' }))
    const refused = (async () => store.enqueue(createJob('b', { tenant: 'acme' })))()
    await expect(refused).rejects.toThrow('no room')
    expect(await store.enqueue(createJob('c', { tenant: 'beta' }))).toMatchObject({ id: 'c' })
  })
}

function testSharing({ open, openTwo }: Bench): void {
  const numbers = Array.from({ length: 20 }, (_, index) => index)

  test('however many claim at once, each job is claimed once', async () => {
    const stores = await openTwo()
    for (const n of numbers) await stores[0].enqueue(createJob(`j${n}`, { tenant: `t${n % 3}` }))
    const claims = await Promise.all([...numbers, ...numbers].map(async (n) => stores[n % 2]?.claim(claimOf)))
    const ids = claims.flatMap((record) => record?.id ?? [])
    while (ids.length < numbers.length) ids.push((await claim(stores[1])).id)
    expect(new Set(ids).size).toBe(numbers.length)
    expect(await stores[0].claim(claimOf)).toBeUndefined()
  })

  test('however many make the job of one key at once, it is one job', async () => {
    const stores = await openTwo()
    const made = numbers.map(async (n) => stores[n % 2]?.enqueue(createJob(`j${n}`, { key: 'k' })))
    const ids = (await Promise.all(made)).map((record) => record?.id)
    expect(new Set(ids).size).toBe(1)
    await claim(stores[0])
    expect(await stores[1].claim(claimOf)).toBeUndefined()
  })

  test('answers that come at once are all kept', async () => {
    const [one, two] = await openTwo()
    await one.enqueue(createJob('a'))
    const { fence } = await claim(two)
    const keys = numbers.map((n) => `q${n}`)
    await two.suspend('a', fence, new Map(keys.map((key) => [key, toQuestion(key)])))
    const yes = { action: 'accept', content: {} }
    await Promise.all(keys.map(async (key, n) => (n % 2 === 0 ? one : two).answer('a', { [key]: yes })))
    const { answers } = await claim(one)
    expect(Object.keys(answers).sort()).toEqual([...keys].sort())
  })

  test('what a run keeps at once with its progress is all kept', async () => {
    const store = await open()
    await store.enqueue(createJob('a'))
    const { fence } = await claim(store)
    const keep = async () => {
      for (const step of numbers) await store.checkpoint('a', fence, { step })
    }
    const renew = async () => {
      for (const done of numbers) {
        await store.renew('a', fence, { leaseMs: claimOf.leaseMs, progress: { done } })
      }
    }
    await Promise.all([keep(), renew()])
    expect(await store.get('a')).toMatchObject({ done: { step: 19 }, progress: { done: 19 } })
  })
}
