import { setTimeout as sleep } from 'node:timers/promises'
import { createMemoryJobStore, type JobStore, type NewJob } from 'plinth/jobs'
import { expect, test } from 'vitest'
import { connectTasks, createTaskServer, startTask, waitFor } from './_tasks.ts'

const work = { name: 'work', description: 'Works.', effect: 'write', task: 'allowed' } as const

/** How a request fails: before anything was done, or after it, on the way back. */
type Fails = boolean | 'before' | 'after'

/** A store that is far away: every request takes a while, and some of them fail. */
function createFarStore(
  fails: (method: keyof JobStore, count: number) => Fails,
  store: JobStore = createMemoryJobStore(),
): JobStore {
  const counts = new Map<keyof JobStore, number>()
  return new Proxy(store, {
    get(target, name: keyof JobStore) {
      return async (...values: unknown[]) => {
        const count = (counts.get(name) ?? 0) + 1
        counts.set(name, count)
        const sent = structuredClone(values)
        await sleep(count % 3 === 0 ? 1 : 5)
        const how = fails(name, count)
        if (how === true || how === 'before') throw new Error('The store is gone.')
        const answer = (target[name] as (...given: unknown[]) => unknown).apply(target, sent)
        if (how === 'after') throw new Error('The answer of the store is lost.')
        return answer
      }
    },
  })
}

test('the end of a job is written once its store is back', async () => {
  const store = createFarStore((method, count) => method === 'finish' && count <= 3)
  const server = createTaskServer({ jobs: { store } })
  let runs = 0
  server.tool(work, () => `run ${++runs}`)
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'work')
  expect((await waitFor(client, taskId, 'completed')).result?.content).toMatchObject([{ text: 'run 1' }])
})

test('what was done is kept before the job goes on, also while its store fails', async () => {
  const store = createFarStore((method, count) => method === 'checkpoint' && count <= 2)
  const server = createTaskServer({ jobs: { store } })
  const seen: unknown[] = []
  server.tool(work, async (_input, call) => {
    await call.once('step', () => 'taken')
    seen.push((await store.get(String(call.request.id)))?.done)
    return 'done'
  })
  const client = connectTasks(server)
  await waitFor(client, (await startTask(client, 'work')).taskId, 'completed')
  expect(seen).toEqual([{ step: 'taken' }])
})

test('steps that are done at once are all kept', async () => {
  const store = createFarStore(() => false)
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
  expect(Object.keys(done as object).sort()).toEqual(names.toSorted())
})

test('whoever asks for a task while its store fails is told to ask again', async () => {
  const store = createFarStore((method, count) => method !== 'enqueue' && count === 1)
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
  const server = createTaskServer({
    jobs: { store: createFarStore((method, count) => method === 'enqueue' && count === 1 && 'after') },
  })
  let runs = 0
  server.tool(work, () => `run ${++runs}`)
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'work')
  expect((await waitFor(client, taskId, 'completed')).result?.content).toMatchObject([{ text: 'run 1' }])
  expect(runs).toBe(1)
})

test.for(['before', 'after'] as const)(
  'a write of which nobody knows whether it was kept is not to be repeated, and is taken back (failed %s it was done)',
  async (how) => {
    const kept: NewJob[] = []
    const store = createMemoryJobStore()
    const enqueue = store.enqueue.bind(store)
    store.enqueue = (job) => {
      kept.push(job)
      return enqueue(job)
    }
    const fails = (method: string, count: number) => {
      return (method === 'enqueue' && count === 1 && how) || (method === 'get' && count === 1)
    }
    const maker = createTaskServer({ jobs: { store: createFarStore(fails, store), maxRunning: 0 } })
    maker.tool(work, () => 'never')
    const result = await connectTasks(maker).callTool('work')
    expect(result).toMatchObject({
      isError: true,
      structuredContent: { error: 'outcome_unknown', retry: false },
    })
    const cancelled = async () => kept[0] && (await store.get(kept[0].id))?.status
    await expect.poll(cancelled, { timeout: 15_000 }).toBe('cancelled')
    expect(await store.count({ queue: 'test' })).toEqual({ due: 0, dead: 0 })
  },
)

test('a call that may be repeated says so while its store fails', async () => {
  const fails = (method: string) => method === 'enqueue' || method === 'get'
  const server = createTaskServer({ jobs: { store: createFarStore(fails) } })
  server.tool({ ...work, effect: 'read' }, () => 'done')
  const result = await connectTasks(server).callTool('work')
  expect(result).toMatchObject({ structuredContent: { error: 'store_unavailable', retry: true } })
})

test('a job that was claimed while its server stopped is given back', async () => {
  const store = createFarStore(() => false)
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
