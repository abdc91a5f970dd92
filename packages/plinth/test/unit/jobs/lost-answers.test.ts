import { setTimeout as sleep } from 'node:timers/promises'
import type { TaskPolicy } from 'plinth'
import { createMemoryJobStore, type NewJob } from 'plinth/jobs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createFarStore, createTimed, isFirst, listen, type Matches, work } from './_far-store.ts'
import { connectTasks, createTaskServer, startTask, waitFor } from './_tasks.ts'

const operations = [
  ...(['enqueue', 'get', 'claim', 'renew', 'checkpoint'] as const),
  ...(['suspend', 'answer', 'release', 'finish'] as const),
]
const policies: readonly TaskPolicy[] = [
  { mode: 'allowed' },
  { mode: 'allowed', retry: { attempts: 3, backoffMs: 0 } },
]

/** Asks again where the server says that this helps. */
async function insist<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      const { data } = error as { data?: { retry?: boolean } }
      if (data?.retry !== true) throw error
    }
  }
}

test.for(operations.flatMap((operation) => [['fails', operation] as const, ['loses', operation] as const]))(
  'a write takes effect once and comes to its end where its store first %s "%s"',
  async ([how, operation]) => {
    for (const task of policies) {
      let elapse = (): void => undefined
      let hasHappened = false
      const happens: Matches = (...about) => {
        if (!isFirst(operation)(...about)) return false
        hasHappened = true
        if (operation === 'claim') elapse()
        return true
      }
      const timed = createTimed({ [how]: happens })
      elapse = timed.elapse
      let [effects, runs] = [0, 0]
      const errors = { busy: { message: 'Busy.', retry: true } } as const
      timed.server.tool({ ...work, errors, task }, async (_input, call) => {
        await call.once('pay', () => ++effects)
        call.progress(1, 2)
        while (operation === 'renew' && !hasHappened) await sleep(5)
        const { action } = await call.ask('sure', { message: 'Sure?', schema: z.object({}) })
        if (task.retry !== undefined && ++runs === 1) throw call.fail('busy')
        return action
      })
      const client = connectTasks(timed.server)
      const { taskId } = await startTask(client, 'work')
      await insist(() => waitFor(client, taskId, 'input_required'))
      const inputResponses = { sure: { action: 'decline' } }
      await insist(() => client.call('tasks/update', { taskId, inputResponses }))
      const { result } = await insist(() => waitFor(client, taskId, 'completed'))
      expect(result?.content).toMatchObject([{ text: 'decline' }])
      expect(effects).toBe(1)
      expect(hasHappened).toBe(operation !== 'release' || task.retry !== undefined)
    }
  },
)

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

const isFirstOfTwo: Matches = (...about) => isFirst('enqueue')(...about) || isFirst('get')(...about)

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

test.for(['fails', 'loses'] as const)(
  'dead letters are found and run again by a store that first %s',
  async (how) => {
    const isOne: Matches = (method, count) => ['listDead', 'revive'].includes(method) && count === 1
    const { server } = createTimed({ [how]: isOne })
    let runs = 0
    const task = { mode: 'allowed', retry: { attempts: 1 } } as const
    server.tool({ ...work, task }, () => {
      if (++runs === 1) throw new Error('Not now.')
      return 'done'
    })
    const client = connectTasks(server)
    const { taskId } = await startTask(client, 'work')
    await waitFor(client, taskId, 'completed')
    await expect(server.jobs.listDead()).rejects.toThrow()
    expect(await server.jobs.listDead()).toMatchObject([{ id: taskId }])
    await expect(server.jobs.revive(taskId)).rejects.toThrow()
    expect(await server.jobs.revive(taskId)).toBe(how === 'fails')
    await expect.poll(() => runs, { timeout: 15_000 }).toBe(2)
  },
)

test.for(['fails', 'loses'] as const)(
  'a repeat is told to ask again where looking for its task first %s',
  async (how) => {
    const { server } = createTimed({ [how]: isFirst('findByKey') })
    const task = { mode: 'allowed', start: 'by_handler' } as const
    server.tool({ ...work, idempotency: 'key', task }, async (_input, call) => {
      await call.startTask()
      return new Promise<string>(() => undefined)
    })
    const client = connectTasks(server)
    const params = { name: 'work', arguments: {}, _meta: { 'plinth/idempotencyKey': 'k1' } }
    const answers = []
    for (let calls = 0; calls < 3; calls++) answers.push(await client.call('tools/call', params))
    const [failed, ...others] = answers.toSorted(
      (one, other) => Number('taskId' in one) - Number('taskId' in other),
    )
    expect(failed).toMatchObject({ structuredContent: { error: 'store_unavailable', retry: true } })
    expect(others[0]?.['taskId']).toBeTypeOf('string')
    expect(others[0]?.['taskId']).toBe(others[1]?.['taskId'])
  },
)

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
