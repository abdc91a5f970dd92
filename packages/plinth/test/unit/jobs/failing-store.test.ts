import { createMemoryJobStore } from 'plinth/jobs'
import { expect, test } from 'vitest'
import { MemoryBus } from '../../../src/storage/memory-bus.ts'
import { MemoryDocumentStore } from '../../../src/storage/memory-document.ts'
import { createFarStore, createTimed, listen, type Matches, work } from './_far-store.ts'
import { connectTasks, createTaskServer, startTask, waitFor } from './_tasks.ts'

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

test('a call that may be repeated says so while its store fails', async () => {
  const store = createFarStore({ fails: (method) => method === 'enqueue' || method === 'get' })
  const server = createTaskServer({ jobs: { store } })
  server.tool({ ...work, effect: 'read' }, () => 'done')
  const result = await connectTasks(server).callTool('work')
  expect(result).toMatchObject({ structuredContent: { error: 'store_unavailable', retry: true } })
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
