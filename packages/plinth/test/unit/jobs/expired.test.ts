import type { LogRecord } from 'plinth'
import { createMemoryJobStore, type NewJob } from 'plinth/jobs'
import { createMetrics } from 'plinth/telemetry'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { connectTasks, createTaskServer, getTask, startTask } from './_tasks.ts'

const work = { name: 'work', description: 'Works.', effect: 'write', task: 'allowed' } as const

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

test('a task that never had its turn fails when its time is over, and all are told', async () => {
  let time = Date.now()
  const lines: LogRecord[] = []
  const store = createMemoryJobStore({ now: () => time })
  const log = (line: LogRecord) => void lines.push(line)
  const server = createTaskServer({ log, jobs: { store, maxRunning: 0, ttlMs: 1_000 } })
  server.tool(work, () => 'never')
  const metrics = createMetrics()
  server.measure(metrics)
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'work')
  await startTask(client, 'work')
  void client.call('subscriptions/listen', { notifications: { taskIds: [taskId] } }).catch(() => undefined)
  await expect.poll(() => client.notifications.length).toBeGreaterThan(1)
  time += 1_000
  const failed = { status: 'failed', error: { data: { error: 'expired', retry: false } } }
  expect(await getTask(client, taskId)).toMatchObject(failed)
  vi.advanceTimersByTime(60_000)
  await expect.poll(() => client.notifications.at(-1)?.params).toMatchObject({ taskId, ...failed })
  const dead = await server.jobs.listDead()
  expect(dead.map(({ name, status }) => [name, status])).toEqual([
    ['work', 'failed'],
    ['work', 'failed'],
  ])
  expect(lines).toEqual([
    {
      level: 'warn',
      message: 'Jobs did not end in their time, and have failed.',
      count: 2,
      jobs: dead.map(({ id }) => ({ id, queue: 'test', name: 'work' })),
    },
  ])
  expect(metrics.toText()).toContain('\nplinth_jobs_expired_total 2\n')
})

test('a server that starts ends what expired while there was none, of others without telling its own clients', async () => {
  let time = Date.now()
  const store = createMemoryJobStore({ now: () => time })
  const about = { name: 'work', owner: 'ann', tenant: 'acme', payload: '{}', maxAttempts: 1 }
  const job: NewJob = { id: 'a', queue: 'other', ...about, ttlMs: 1_000, resultTtlMs: 1_000 }
  await store.enqueue(job)
  time += 1_000_000
  const server = createTaskServer({ jobs: { store } })
  server.tool(work, () => 'never')
  await server.prepare()
  await expect.poll(() => store.listDead({ queue: 'other', limit: 1 })).toMatchObject([{ id: 'a' }])
  expect(server.jobs.expired).toBe(1)
})

test('a store that fails while it is swept is asked again a minute later', async () => {
  const lines: LogRecord[] = []
  const store = createMemoryJobStore()
  const sweep = store.sweep.bind(store)
  let sweeps = 0
  store.sweep = (options) => {
    if (++sweeps === 1) throw new Error('The store is gone.')
    return sweep(options)
  }
  const server = createTaskServer({ log: (line: LogRecord) => void lines.push(line), jobs: { store } })
  server.tool(work, () => 'never')
  await server.prepare()
  await expect
    .poll(() => lines)
    .toMatchObject([{ message: 'Jobs whose time is over could not be looked for.' }])
  vi.advanceTimersByTime(60_000)
  await expect.poll(() => sweeps).toBe(2)
})
