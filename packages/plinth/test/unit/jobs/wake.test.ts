import { createMemoryJobStore, type JobOptions } from 'plinth/jobs'
import { expect, test } from 'vitest'
import { MemoryBus } from '../../../src/storage/memory-bus.ts'
import { MemoryDocumentStore } from '../../../src/storage/memory-document.ts'
import { connectTasks, createTaskServer, startTask, waitFor } from './_tasks.ts'

// Nobody looks by itself within the time of a test.
const pollMs = 3_600_000

function createPair(maxRunning: readonly [number, number], options: JobOptions = {}) {
  const store = createMemoryJobStore()
  const stores = { bus: new MemoryBus(), documents: new MemoryDocumentStore({ now: Date.now }) }
  const jobs = { store, pollMs, ...options }
  return maxRunning.map((count) => createTaskServer({ stores, jobs: { ...jobs, maxRunning: count } }))
}

const work = { name: 'work', description: 'Works.', effect: 'read', task: 'allowed' } as const

test('a process that makes a job it cannot run itself wakes the others', async () => {
  const [maker, runner] = createPair([0, 1])
  if (maker === undefined || runner === undefined) return expect.fail()
  for (const server of [maker, runner]) server.tool(work, () => 'done')
  await Promise.all([maker.prepare(), runner.prepare()])
  const client = connectTasks(maker)
  await waitFor(client, (await startTask(client, 'work')).taskId, 'completed')
})

test('a process that has no room for what it made wakes the others', async () => {
  const [full, other] = createPair([1, 1])
  if (full === undefined || other === undefined) return expect.fail()
  const ran: string[] = []
  full.tool(work, () => {
    ran.push('full')
    return new Promise(() => undefined)
  })
  other.tool(work, () => {
    ran.push('other')
    return 'done'
  })
  const client = connectTasks(full)
  await full.prepare()
  const started = [await startTask(client, 'work'), await startTask(client, 'work')]
  await expect.poll(() => ran).toEqual(['full'])
  await other.prepare()
  await waitFor(client, started[1]?.taskId ?? '', 'completed')
  await waitFor(client, (await startTask(client, 'work')).taskId, 'completed')
  expect(ran).toEqual(['full', 'other', 'other'])
})

test('a process that runs a job hears at once that another one cancelled it', async () => {
  const [maker, runner] = createPair([0, 1], { leaseMs: 3_600_000 })
  if (maker === undefined || runner === undefined) return expect.fail()
  maker.tool(work, () => 'never')
  const begun = Promise.withResolvers<void>()
  const aborted = Promise.withResolvers<unknown>()
  runner.tool(work, (_input, call) => {
    call.signal.addEventListener('abort', () => aborted.resolve(call.signal.reason))
    begun.resolve()
    return new Promise(() => undefined)
  })
  await Promise.all([maker.prepare(), runner.prepare()])
  const client = connectTasks(maker)
  const { taskId } = await startTask(client, 'work')
  await begun.promise
  await client.call('tasks/cancel', { taskId })
  expect(await aborted.promise).toMatchObject({ message: 'The job was cancelled.' })
  await expect.poll(() => runner.jobs.running, { timeout: 15_000 }).toBe(0)
})
