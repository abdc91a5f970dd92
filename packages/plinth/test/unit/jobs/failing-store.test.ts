import { setTimeout as sleep } from 'node:timers/promises'
import { createMemoryJobStore, type JobStore } from 'plinth/jobs'
import { expect, test } from 'vitest'
import { connectTasks, createTaskServer, startTask, waitFor } from './_tasks.ts'

const work = { name: 'work', description: 'Works.', effect: 'write', task: 'allowed' } as const

/** A store that is far away: every request takes a while, and some of them fail. */
function createFarStore(fails: (method: keyof JobStore, count: number) => boolean): JobStore {
  const store = createMemoryJobStore()
  const counts = new Map<keyof JobStore, number>()
  return new Proxy(store, {
    get(target, name: keyof JobStore) {
      return async (...values: unknown[]) => {
        const count = (counts.get(name) ?? 0) + 1
        counts.set(name, count)
        const sent = structuredClone(values)
        await sleep(count % 3 === 0 ? 1 : 5)
        if (fails(name, count)) throw new Error('The store is gone.')
        return (target[name] as (...given: unknown[]) => unknown).apply(target, sent)
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
