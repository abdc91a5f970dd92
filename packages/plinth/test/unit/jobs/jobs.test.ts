import { type Server, ToolError } from 'plinth'
import { createMemoryJobStore, createSqliteJobStore, type JobStore } from 'plinth/jobs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { MemoryDocumentStore } from '../../../src/storage/memory-document.ts'
import { connectTasks, createTaskServer, startTask, waitFor } from './_tasks.ts'

const retry = { attempts: 3, backoffMs: 1 }
const errors = { busy: { message: 'The shop is busy.', retry: true } } as const

test('a run that failed for a while is followed by another, as often as the contract allows', async () => {
  const server = createTaskServer()
  let runs = 0
  const contract = { name: 'ship', description: 'Ships.', effect: 'write', errors } as const
  server.tool({ ...contract, task: { mode: 'allowed', retry } }, (_input, call) => {
    if (++runs < 3) throw call.fail('busy')
    return `run ${runs}`
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'ship')
  const { result } = await waitFor(client, taskId, 'completed')
  expect(result?.content).toMatchObject([{ text: 'run 3' }])
})

test('a tool that writes is not run again unless its contract says so', async () => {
  const server = createTaskServer()
  let runs = 0
  const contract = { name: 'ship', description: 'Ships.', effect: 'write', errors } as const
  server.tool({ ...contract, task: 'allowed' }, (_input, call) => {
    runs++
    throw call.fail('busy')
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'ship')
  const { result } = await waitFor(client, taskId, 'completed')
  expect(result?.structuredContent).toMatchObject({ error: 'busy' })
  expect(runs).toBe(1)
  expect(await server.jobs.listDead()).toEqual([])
})

test('a job whose attempts are used up is a dead letter that can be run again', async () => {
  const server = createTaskServer()
  let isOpen = false
  const contract = { name: 'ship', description: 'Ships.', effect: 'write', errors } as const
  server.tool(
    { ...contract, task: { mode: 'allowed', retry: { attempts: 2, backoffMs: 1 } } },
    (_input, call) => {
      if (!isOpen) throw call.fail('busy')
      return 'shipped'
    },
  )
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'ship')
  expect((await waitFor(client, taskId, 'completed')).result).toMatchObject({ isError: true })
  expect(await server.jobs.listDead()).toMatchObject([{ id: taskId, attempts: 2 }])
  isOpen = true
  expect(await server.jobs.revive(taskId)).toBe(true)
  for (;;) {
    const { result } = await waitFor(client, taskId, 'completed')
    if (result?.isError !== true) break
  }
  expect(await server.jobs.listDead()).toEqual([])
})

test('an error the model can act on is no reason to try again', async () => {
  const server = createTaskServer()
  let runs = 0
  server.tool({ name: 'find', description: 'Finds.', effect: 'read', task: 'allowed' }, () => {
    runs++
    throw new ToolError('There is no such city.')
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'find')
  await waitFor(client, taskId, 'completed')
  expect(runs).toBe(1)
})

test('no more jobs run at once than the server may run', async () => {
  const server = createTaskServer({ jobs: { maxRunning: 2 } })
  let running = 0
  let most = 0
  server.tool({ name: 'work', description: 'Works.', effect: 'read', task: 'allowed' }, async () => {
    most = Math.max(most, ++running)
    await new Promise((resolve) => setTimeout(resolve, 2))
    running--
    return 'done'
  })
  const client = connectTasks(server)
  const started = await Promise.all(Array.from({ length: 8 }, () => startTask(client, 'work')))
  await Promise.all(started.map(({ taskId }) => waitFor(client, taskId, 'completed')))
  expect(most).toBe(2)
})

test('a job that waits for a slot of its tool runs later instead of failing', async () => {
  const server = createTaskServer()
  let runs = 0
  const concurrency = { limit: 1, queue: 1, queueTimeoutMs: 2 }
  const contract = { name: 'work', description: 'Works.', effect: 'write', concurrency } as const
  server.tool({ ...contract, task: 'allowed' }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    return `run ${++runs}`
  })
  const client = connectTasks(server)
  const started = await Promise.all([startTask(client, 'work'), startTask(client, 'work')])
  const ended = await Promise.all(started.map(({ taskId }) => waitFor(client, taskId, 'completed')))
  expect(ended.map(({ result }) => result?.isError)).toEqual([undefined, undefined])
  expect(runs).toBe(2)
})

test('two calls with one key are one job', async () => {
  const server = createTaskServer()
  let runs = 0
  const contract = { name: 'buy', description: 'Buys.', effect: 'write', idempotency: 'key' } as const
  server.tool({ ...contract, input: { type: 'object' }, task: 'allowed' }, () => `order ${++runs}`)
  const client = connectTasks(server)
  const params = { _meta: { 'plinth/idempotencyKey': 'k1' }, arguments: { n: 1 } }
  const first = await startTask(client, 'buy', params)
  await waitFor(client, first.taskId, 'completed')
  const second = await startTask(client, 'buy', params)
  expect(second).toMatchObject({ resultType: 'task', taskId: first.taskId, status: 'completed' })
  const other = await client.call('tools/call', { ...params, name: 'buy', arguments: { n: 2 } })
  expect(other).toMatchObject({ isError: true, structuredContent: { error: 'idempotency_conflict' } })
  const inline = connectTasks(server, { capabilities: {} })
  const replayed = await inline.call('tools/call', { ...params, name: 'buy' })
  expect(replayed).toMatchObject({ content: [{ text: 'order 1' }] })
  expect(runs).toBe(1)
})

/** A tool that becomes a task after its first step, and asks within it. */
function addDelivery(server: Server, begun: { steps: number; asked?: () => void }): void {
  const contract = { name: 'deliver', description: 'Delivers.', effect: 'write', idempotency: 'key' } as const
  const task = { mode: 'allowed', start: 'by_handler' } as const
  server.tool({ ...contract, input: { type: 'object' }, task }, async (_input, call) => {
    begun.steps++
    await call.startTask()
    const { action } = await call.ask('sure', { message: 'Sure?', schema: z.object({}) })
    begun.asked?.()
    return action === 'decline' ? new Promise<string>(() => undefined) : action
  })
}

const delivery = { _meta: { 'plinth/idempotencyKey': 'k1' }, arguments: { n: 1 } }

test('a repeat with the key of a call that its handler turned into a task is that task, however it stands', async () => {
  const server = createTaskServer()
  const begun = { steps: 0 }
  addDelivery(server, begun)
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'deliver', delivery)
  await waitFor(client, taskId, 'input_required')
  expect(await startTask(client, 'deliver', delivery)).toMatchObject({ taskId, status: 'input_required' })
  await client.call('tasks/update', { taskId, inputResponses: { sure: { action: 'decline' } } })
  await expect.poll(() => begun.steps, { timeout: 15_000 }).toBe(3)
  expect(await startTask(client, 'deliver', delivery)).toMatchObject({ taskId, status: 'working' })
  expect(begun.steps).toBe(3)
  const other = await client.call('tools/call', { ...delivery, name: 'deliver', arguments: { n: 2 } })
  expect(other).toMatchObject({ isError: true, structuredContent: { error: 'idempotency_conflict' } })
  await client.call('tasks/cancel', { taskId })
  expect(await startTask(client, 'deliver', delivery)).toMatchObject({ taskId, status: 'cancelled' })
})

test('a repeat that looked for a task a moment too early is that task all the same', async () => {
  const store = createMemoryJobStore()
  const stores = { documents: new MemoryDocumentStore({ now: Date.now }) }
  const first = createTaskServer({ stores, jobs: { store } })
  const looked = Promise.withResolvers<void>()
  const answered = Promise.withResolvers<void>()
  const slow: JobStore = Object.assign(Object.create(store) as JobStore, {
    async findByKey(known: { queue: string; name: string; key: string }) {
      const record = await store.findByKey(known)
      looked.resolve()
      await answered.promise
      return record
    },
  })
  const second = createTaskServer({ stores, jobs: { store: slow, maxRunning: 0 } })
  const begun = { steps: 0, asked: () => answered.resolve() }
  for (const server of [first, second]) addDelivery(server, begun)
  const repeat = startTask(connectTasks(second), 'deliver', delivery)
  await looked.promise
  const client = connectTasks(first)
  const { taskId } = await startTask(client, 'deliver', delivery)
  await waitFor(client, taskId, 'input_required')
  await client.call('tasks/update', { taskId, inputResponses: { sure: { action: 'decline' } } })
  expect(await repeat).toMatchObject({ taskId, status: 'working' })
})

test('a tool whose jobs would outlive their keys is refused', ({ onTestFinished }) => {
  const store = createSqliteJobStore({ path: ':memory:' })
  onTestFinished(() => store.close())
  const keyed = { name: 'buy', description: 'Buys.', effect: 'write', idempotency: 'key' } as const
  const durable = createTaskServer({ jobs: { store } })
  expect(() => durable.tool({ ...keyed, task: 'allowed' }, () => 'bought')).toThrow(
    /"buy".*"idempotency".*"stores.documents".*"jobs.store"/,
  )
  durable.tool(keyed, () => 'bought')
  const documents = new MemoryDocumentStore({ now: Date.now })
  const kept = createTaskServer({ jobs: { store }, stores: { documents } })
  kept.tool({ ...keyed, task: 'allowed' }, () => 'bought')
  const volatile = createTaskServer({ jobs: { store: createMemoryJobStore() } })
  volatile.tool({ ...keyed, task: 'allowed' }, () => 'bought')
})

test('progress of a job is part of its state', async () => {
  const server = createTaskServer({ now: () => 0, jobs: { leaseMs: 30 } })
  server.tool({ name: 'work', description: 'Works.', effect: 'read', task: 'allowed' }, (_input, call) => {
    call.progress(1, 2, 'Half way.')
    return new Promise(() => undefined)
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'work')
  for (;;) {
    const { statusMessage } = await waitFor(client, taskId, 'working')
    if (statusMessage === 'Half way.') break
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
})

test('a delayed job starts when it is due', async () => {
  let time = 0
  const server = createTaskServer({ now: () => time })
  let runs = 0
  const task = { mode: 'allowed', delayMs: 1_000 } as const
  server.tool({ name: 'later', description: 'Works later.', effect: 'read', task }, () => `run ${++runs}`)
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'later')
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(runs).toBe(0)
  time = 1_000
  await waitFor(client, taskId, 'completed')
})

test('a server that stops gives back what may run twice, and the next one ends it', async () => {
  const store = createMemoryJobStore()
  const contract = { name: 'work', description: 'Works.', effect: 'read', task: 'allowed' } as const
  const first = createTaskServer({ jobs: { store } })
  const begun = Promise.withResolvers<void>()
  first.tool(contract, () => {
    begun.resolve()
    return new Promise(() => undefined)
  })
  const { taskId } = await startTask(connectTasks(first), 'work')
  await begun.promise
  await first.jobs.stop(0)
  const second = createTaskServer({ jobs: { store } })
  second.tool(contract, () => 'done by the second')
  const { result } = await waitFor(connectTasks(second), taskId, 'completed')
  expect(result?.content).toMatchObject([{ text: 'done by the second' }])
})

test('a server that stops says so of what must not run twice', async () => {
  const server = createTaskServer()
  const begun = Promise.withResolvers<void>()
  server.tool({ name: 'work', description: 'Works.', effect: 'write', task: 'allowed' }, () => {
    begun.resolve()
    return new Promise(() => undefined)
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'work')
  await begun.promise
  await server.jobs.stop(0)
  const { error } = await waitFor(client, taskId, 'failed')
  expect(error).toMatchObject({ code: 50_302, data: { error: 'stopped', retry: false } })
})

test('a server that stops waits for jobs that end in time', async () => {
  const server = createTaskServer()
  const begun = Promise.withResolvers<void>()
  server.tool({ name: 'work', description: 'Works.', effect: 'write', task: 'allowed' }, async () => {
    begun.resolve()
    await new Promise((resolve) => setTimeout(resolve, 10))
    return 'done'
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'work')
  await begun.promise
  await server.jobs.stop(10_000)
  await waitFor(client, taskId, 'completed')
})

test('a job that says nothing for several leases stays with whoever runs it', async () => {
  let time = 0
  const now = () => time
  const memory = createMemoryJobStore({ now })
  let renewals = 0
  const renew: JobStore['renew'] = async (...asked) => {
    const record = await memory.renew(...asked)
    renewals++
    return record
  }
  const store = new Proxy(memory, {
    get: (target, name) => (name === 'renew' ? renew : Reflect.get(target, name)),
  })
  let runs = 0
  const { promise: end, resolve } = Promise.withResolvers<string>()
  const servers = [1, 2].map(() => {
    const server = createTaskServer({ now, jobs: { store, leaseMs: 30 } })
    server.tool({ name: 'work', description: 'Works.', effect: 'read', task: 'allowed' }, () => {
      runs++
      return end
    })
    return server
  })
  const client = connectTasks(servers[0] as Server)
  connectTasks(servers[1] as Server)
  const { taskId } = await startTask(client, 'work')
  await expect.poll(() => runs).toBe(1)
  // Five leases in all, and each step within one: whoever did not renew would have lost the job.
  for (let step = 0; step < 8; step++) {
    const before = renewals
    await expect.poll(() => renewals).toBeGreaterThan(before)
    time += 20
  }
  resolve('done')
  const { result } = await waitFor(client, taskId, 'completed')
  expect(result?.content).toMatchObject([{ text: 'done' }])
  expect(runs).toBe(1)
  expect((await memory.get(taskId))?.attempts).toBe(1)
})
