import { setTimeout as sleep } from 'node:timers/promises'
import { createMemoryJobStore, type JobStore, type NewJob } from 'plinth/jobs'
import type { TestClient } from 'plinth/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { MemoryBus } from '../../../src/storage/memory-bus.ts'
import { MemoryDocumentStore } from '../../../src/storage/memory-document.ts'
import { connectTasks, createTaskServer, startTask, waitFor } from './_tasks.ts'

const work = { name: 'work', description: 'Works.', effect: 'write', task: 'allowed' } as const

type Matches = (method: keyof JobStore, count: number) => boolean

interface FarStoreOptions {
  /** Which requests fail before anything is done, by how often their method was called. */
  readonly fails?: Matches
  /** Which requests are done, but their answers get lost, by how often their method had something to say. */
  readonly loses?: Matches
  readonly store?: JobStore
}

/** A store that is far away: every request takes a while, and some of them fail. */
function createFarStore({
  fails = () => false,
  loses = () => false,
  store = createMemoryJobStore(),
}: FarStoreOptions = {}): JobStore {
  const calls = createCounts()
  const answers = createCounts()
  return new Proxy(store, {
    get(target, name: keyof JobStore) {
      return async (...values: unknown[]) => {
        const count = calls(name)
        const sent = structuredClone(values)
        await sleep(count % 3 === 0 ? 1 : 5)
        if (fails(name, count)) throw new Error('The store is gone.')
        const answer = await (target[name] as (...given: unknown[]) => unknown).apply(target, sent)
        if (answer !== undefined && loses(name, answers(name))) throw new Error('The answer is lost.')
        return answer
      }
    },
  })
}

function createCounts(): (name: string) => number {
  const counts = new Map<string, number>()
  return (name) => {
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    return count
  }
}

const isFirst =
  (name: string): Matches =>
  (method, count) =>
    method === name && count === 1
const isFirstOfTwo: Matches = (...about) => isFirst('enqueue')(...about) || isFirst('get')(...about)

test('the end of a job is written once its store is back', async () => {
  const store = createFarStore({ fails: (method, count) => method === 'finish' && count <= 3 })
  const server = createTaskServer({ jobs: { store } })
  let runs = 0
  server.tool(work, () => `run ${++runs}`)
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'work')
  expect((await waitFor(client, taskId, 'completed')).result?.content).toMatchObject([{ text: 'run 1' }])
})

test('what was done is kept before the job goes on, also while its store fails', async () => {
  const store = createFarStore({ fails: (method, count) => method === 'checkpoint' && count <= 2 })
  const server = createTaskServer({ jobs: { store } })
  const seen: unknown[] = []
  server.tool(work, async (_input, call) => {
    await call.once('step', () => 'taken')
    seen.push((await store.get(String(call.request.id)))?.done)
    return 'done'
  })
  const client = connectTasks(server)
  await waitFor(client, (await startTask(client, 'work')).taskId, 'completed')
  expect(seen).toMatchObject([{ step: 'taken' }])
})

test('steps that are done at once are all kept', async () => {
  const store = createFarStore()
  const server = createTaskServer({ jobs: { store } })
  const names = Array.from({ length: 12 }, (_, n) => `step-${n}`)
  let done: unknown
  server.tool(work, async (_input, call) => {
    await Promise.all(names.map((name) => call.once(name, () => name)))
    done = (await store.get(String(call.request.id)))?.done
    return 'done'
  })
  const client = connectTasks(server)
  await waitFor(client, (await startTask(client, 'work')).taskId, 'completed')
  expect(Object.keys(done as object)).toEqual(expect.arrayContaining(names))
})

/** A server and its store, on a clock that the test turns. */
function createTimed(options: Pick<FarStoreOptions, 'fails' | 'loses'>) {
  let time = 0
  const now = () => time
  const store = createFarStore({ ...options, store: createMemoryJobStore({ now }) })
  const logged: string[] = []
  const log = ({ message }: { message: string }) => void logged.push(message)
  const server = createTaskServer({ now, log, jobs: { store, leaseMs: 60_000 } })
  return {
    server,
    store,
    logged,
    /** Has leases run out. */
    elapse: () => {
      time += 60_000
    },
  }
}

test('a write whose claim nobody heard of is run, and one that was begun is not', async () => {
  const { server, store, elapse } = createTimed({ loses: (method, count) => method === 'claim' && count < 4 })
  let begun = 0
  server.tool(work, () => {
    begun++
    return new Promise(() => undefined)
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'work')
  for (const attempts of [1, 2, 3, 4]) {
    await expect.poll(async () => (await store.get(taskId))?.attempts, { timeout: 15_000 }).toBe(attempts)
    if (attempts < 4) elapse()
  }
  await expect.poll(() => begun, { timeout: 15_000 }).toBe(1)
  elapse()
  const { error } = await waitFor(client, taskId, 'failed')
  expect(error).toMatchObject({ data: { error: 'stopped' } })
  expect(begun).toBe(1)
  expect(await server.jobs.listDead()).toMatchObject([{ id: taskId, attempts: 5 }])
})

test('a write that was begun before it asked its client goes on although a claim was lost since', async () => {
  const { server, elapse, store } = createTimed({
    loses: (method, count) => method === 'claim' && count === 2,
  })
  server.tool(work, async (_input, call) => {
    const { action } = await call.ask('sure', { message: 'Sure?', schema: z.object({}) })
    return action
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'work')
  await waitFor(client, taskId, 'input_required')
  await client.call('tasks/update', { taskId, inputResponses: { sure: { action: 'decline' } } })
  await expect.poll(async () => (await store.get(taskId))?.attempts, { timeout: 15_000 }).toBe(1)
  elapse()
  const { result } = await waitFor(client, taskId, 'completed')
  expect(result?.content).toMatchObject([{ text: 'decline' }])
})

test('a write is not begun before that is kept, if need be by a later run', async () => {
  let tries = 0
  const fails: Matches = (method) => method === 'checkpoint' && ++tries === 1
  const { server, store, elapse } = createTimed({ fails })
  const seen: unknown[] = []
  server.tool(work, async (_input, call) => {
    seen.push((await store.get(String(call.request.id)))?.done)
    return 'done'
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'work')
  await expect.poll(() => tries, { timeout: 15_000 }).toBe(1)
  elapse()
  await waitFor(client, taskId, 'completed')
  expect(seen).toEqual([{ 'plinth/begun': 0 }])
})

test('whoever asks for a task while its store fails is told to ask again', async () => {
  const store = createFarStore({ fails: (method, count) => method !== 'enqueue' && count === 1 })
  const server = createTaskServer({ jobs: { store, maxRunning: 0 } })
  server.tool(work, () => 'done')
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'work')
  const failure = { data: { error: 'store_unavailable', retry: true, retry_after_ms: 1_000 } }
  await expect(client.call('tasks/get', { taskId })).rejects.toMatchObject(failure)
  await expect(client.call('tasks/cancel', { taskId })).rejects.toMatchObject(failure)
  await client.call('tasks/cancel', { taskId })
  await waitFor(client, taskId, 'cancelled')
})

test('a call whose job was kept without a word is that job', async () => {
  const store = createFarStore({ loses: isFirst('enqueue') })
  const server = createTaskServer({ jobs: { store } })
  let runs = 0
  server.tool(work, () => `run ${++runs}`)
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'work')
  expect((await waitFor(client, taskId, 'completed')).result?.content).toMatchObject([{ text: 'run 1' }])
  expect(runs).toBe(1)
})

test.for([
  ['it was not', { fails: isFirstOfTwo }],
  ['it was', { loses: isFirst('enqueue'), fails: isFirst('get') }],
] as const)(
  'a write of which nobody knows whether it was kept is not to be repeated, and is taken back: %s',
  async ([, options]) => {
    const store = createMemoryJobStore()
    const sent: NewJob[] = []
    const enqueue = store.enqueue.bind(store)
    store.enqueue = (job) => {
      sent.push(job)
      return enqueue(job)
    }
    const server = createTaskServer({ jobs: { store: createFarStore({ ...options, store }), maxRunning: 0 } })
    server.tool(work, () => 'never')
    const result = await connectTasks(server).callTool('work')
    expect(result).toMatchObject({
      isError: true,
      structuredContent: { error: 'outcome_unknown', retry: false },
    })
    const findStatus = async () => sent[0] && (await store.get(sent[0].id))?.status
    await expect.poll(findStatus, { timeout: 15_000 }).toBe('cancelled')
    expect(await store.count({ queue: 'test' })).toEqual({ due: 0, dead: 0 })
  },
)

test('a call that may be repeated says so while its store fails', async () => {
  const store = createFarStore({ fails: (method) => method === 'enqueue' || method === 'get' })
  const server = createTaskServer({ jobs: { store } })
  server.tool({ ...work, effect: 'read' }, () => 'done')
  const result = await connectTasks(server).callTool('work')
  expect(result).toMatchObject({ structuredContent: { error: 'store_unavailable', retry: true } })
})

/** Has a client listen to a task; it is told of every change from then on. */
async function listen(client: TestClient, taskId: string): Promise<() => readonly unknown[]> {
  void client.call('subscriptions/listen', { notifications: { taskIds: [taskId] } }).catch(() => 0)
  await expect.poll(() => client.notifications, { timeout: 15_000 }).not.toEqual([])
  return () => client.notifications.slice(1).map(({ params }) => params['status'])
}

test('whoever listens hears of a question and of an end although the answers to both writes are lost', async () => {
  const loses: Matches = (method, count) => ['suspend', 'finish'].includes(method) && count === 1
  const { server, logged } = createTimed({ loses })
  const { promise, resolve } = Promise.withResolvers<void>()
  server.tool(work, async (_input, call) => {
    await promise
    return (await call.ask('sure', { message: 'Sure?', schema: z.object({}) })).action
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'work')
  const told = await listen(client, taskId)
  resolve()
  await expect.poll(told, { timeout: 15_000 }).toContain('input_required')
  await client.call('tasks/update', { taskId, inputResponses: { sure: { action: 'decline' } } })
  await expect.poll(told, { timeout: 15_000 }).toContain('completed')
  expect(logged).toEqual([])
})

test('whoever listens hears of an end that nobody could write down in time', async () => {
  let isDown = false
  const fails: Matches = (method) => isDown && ['finish', 'get'].includes(method)
  const loses: Matches = (method) => {
    if (method === 'finish') isDown = true
    return method === 'finish'
  }
  const { server, logged, elapse } = createTimed({ fails, loses })
  const { promise, resolve } = Promise.withResolvers<string>()
  server.tool({ ...work, effect: 'read' }, () => promise)
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'work')
  const told = await listen(client, taskId)
  resolve('done')
  await expect.poll(() => isDown, { timeout: 15_000 }).toBe(true)
  elapse()
  await expect.poll(() => logged, { timeout: 15_000 }).toContain('The end of a job could not be written.')
  isDown = false
  await expect.poll(told, { timeout: 15_000 }).toContain('completed')
})

test('a task of another process that cannot be read at first is told of later', async () => {
  const store = createMemoryJobStore()
  const stores = { bus: new MemoryBus(), documents: new MemoryDocumentStore({ now: Date.now }) }
  let failures = 0
  const fails: Matches = (method) => method === 'get' && failures > 0 && failures-- > 0
  const runner = createTaskServer({ stores, jobs: { store } })
  const listener = createTaskServer({
    stores,
    jobs: { store: createFarStore({ fails, store }), maxRunning: 0 },
  })
  const { promise, resolve } = Promise.withResolvers<string>()
  for (const server of [runner, listener]) server.tool(work, () => promise)
  await Promise.all([runner.prepare(), listener.prepare()])
  const client = connectTasks(listener)
  const { taskId } = await startTask(client, 'work')
  const told = await listen(client, taskId)
  failures = 3
  resolve('done')
  await expect.poll(told, { timeout: 15_000 }).toContain('completed')
  expect(failures).toBe(0)
})

test('a job that was cancelled without a word is stopped by whoever cancels it again', async () => {
  const { server } = createTimed({ loses: isFirst('cancel') })
  const begun = Promise.withResolvers<void>()
  const aborted = Promise.withResolvers<void>()
  server.tool(work, (_input, call) => {
    call.signal.addEventListener('abort', () => aborted.resolve())
    begun.resolve()
    return new Promise(() => undefined)
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'work')
  await begun.promise
  const told = await listen(client, taskId)
  const failure = { data: { error: 'store_unavailable', retry: true } }
  await expect(client.call('tasks/cancel', { taskId })).rejects.toMatchObject(failure)
  await client.call('tasks/cancel', { taskId })
  await aborted.promise
  await expect.poll(told, { timeout: 15_000 }).toContain('cancelled')
})

test('a job that was claimed while its server stopped is given back', async () => {
  const store = createFarStore()
  const maker = createTaskServer({ jobs: { store, maxRunning: 0 } })
  const stopping = createTaskServer({ jobs: { store, leaseMs: 60_000 } })
  const other = createTaskServer({ jobs: { store } })
  for (const server of [maker, stopping, other]) server.tool(work, () => 'done')
  const client = connectTasks(maker)
  const { taskId } = await startTask(client, 'work')
  stopping.jobs.start()
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  await stopping.jobs.stop(0)
  await other.prepare()
  await waitFor(client, taskId, 'completed')
})
