import type { Server } from 'plinth'
import type { TestClient } from 'plinth/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { connectTasks, createTaskServer } from './_tasks.ts'

interface Started {
  readonly job_id: string
  readonly status: string
}

function connectOlder(server: Server, options: Parameters<typeof connectTasks>[1] = {}): TestClient {
  return connectTasks(server, { capabilities: {}, revision: '2025-11-25', ...options })
}

async function start(client: TestClient, name: string): Promise<Started> {
  return (await client.callTool(name)).structuredContent as Started
}

const contract = { name: 'report', description: 'Reports.', effect: 'read', task: 'always' } as const

test('a client that knows no tasks gets the id of a job, and its result from the tool for it', async () => {
  const server = createTaskServer()
  server.tool({ ...contract, output: z.object({ rows: z.number() }) }, async () => ({ rows: 7 }))
  const client = connectOlder(server)
  const { job_id, status } = await start(client, 'report')
  expect(status).toBe('working')
  const result = await client.callTool('check_job_status', { job_id, wait_seconds: 10 })
  expect(result.structuredContent).toEqual({ rows: 7 })
  expect(result._meta).toMatchObject({ 'plinth/job': { job_id, status: 'completed' } })
})

test('a tool that answers with a job promises no other result to clients that know no tasks', async () => {
  const server = createTaskServer()
  server.tool({ ...contract, output: z.object({ rows: z.number() }) }, () => ({ rows: 7 }))
  const list = async (client: TestClient) => (await client.call('tools/list'))['tools'] as { name: string }[]
  const [older] = await list(connectOlder(server))
  expect(older).not.toHaveProperty('outputSchema')
  const [newer] = await list(connectTasks(server))
  expect(newer).toHaveProperty('outputSchema')
})

test('the tools for jobs are there only where a tool needs them', async () => {
  const names = async (server: Server) => {
    const { tools } = await connectTasks(server).call('tools/list')
    return (tools as { name: string }[]).map(({ name }) => name)
  }
  const without = createTaskServer()
  without.tool({ ...contract, task: 'allowed' }, () => 'done')
  expect(await names(without)).toEqual(['report'])
  const server = createTaskServer()
  server.tool(contract, () => 'done')
  expect(await names(server)).toEqual(['report', 'check_job_status', 'cancel_job'])
})

test('a client that knows no tasks waits for an allowed one, and hears of its progress', async () => {
  const server = createTaskServer()
  server.tool({ ...contract, task: 'allowed' }, async (_input, call) => {
    call.progress(1, 2)
    return 'done'
  })
  const client = connectOlder(server)
  const params = { name: 'report', arguments: {}, _meta: { progressToken: 'p' } }
  expect(await client.call('tools/call', params)).toMatchObject({ content: [{ text: 'done' }] })
  expect(client.notifications).toMatchObject([{ method: 'notifications/progress' }])
})

test('a client that waits for a job hears of its progress', async () => {
  const server = createTaskServer()
  const { promise, resolve } = Promise.withResolvers<string>()
  server.tool(contract, (_input, call) => {
    call.progress(1, 2, 'Half way.')
    return promise
  })
  const client = connectOlder(server)
  const { job_id } = await start(client, 'report')
  const params = { name: 'check_job_status', arguments: { job_id, wait_seconds: 10 } }
  const pending = client.call('tools/call', { ...params, _meta: { progressToken: 'p' } })
  while (client.notifications.length === 0) await new Promise((next) => setTimeout(next, 5))
  resolve('done')
  expect(await pending).toMatchObject({ content: [{ text: 'done' }] })
  expect(client.notifications[0]?.params).toMatchObject({ progress: 1, total: 2, message: 'Half way.' })
})

test('a job can be cancelled by its id, and one that is not known is an error of the tool', async () => {
  const server = createTaskServer()
  server.tool(contract, () => new Promise(() => undefined))
  const client = connectOlder(server)
  const { job_id } = await start(client, 'report')
  const cancelled = await client.callTool('cancel_job', { job_id })
  expect(cancelled.structuredContent).toMatchObject({ job_id, status: 'cancelled' })
  const unknown = await client.callTool('check_job_status', { job_id: 'x' })
  expect(unknown).toMatchObject({ isError: true, structuredContent: { error: 'job_unknown' } })
})

test('a job of a client that knows no tasks cannot ask, and says so', async () => {
  const server = createTaskServer()
  server.tool(contract, async (_input, call) => {
    await call.ask('sure', { message: 'Sure?', schema: z.object({}) })
    return 'done'
  })
  const client = connectOlder(server, { capabilities: { elicitation: {} } })
  const { job_id } = await start(client, 'report')
  const result = await client.callTool('check_job_status', { job_id, wait_seconds: 10 })
  expect(result).toMatchObject({ isError: true })
})

test('a handler that starts its job itself asks such a client first, over its link', async () => {
  const server = createTaskServer()
  const task = { mode: 'always', start: 'by_handler' } as const
  server.tool({ ...contract, task }, async (_input, call) => {
    const { content } = await call.ask('name', { message: 'Name?', schema: z.object({ name: z.string() }) })
    await call.startTask()
    return `Hello, ${content?.name}!`
  })
  const client = connectOlder(server, {
    capabilities: { elicitation: {} },
    answers: () => ({ action: 'accept', content: { name: 'Ann' } }),
  })
  const { job_id } = await start(client, 'report')
  const result = await client.callTool('check_job_status', { job_id, wait_seconds: 10 })
  expect(result.content).toMatchObject([{ text: 'Hello, Ann!' }])
})
