import { ProtocolError, ToolError } from 'plinth'
import { createMemoryJobStore } from 'plinth/jobs'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { connectTasks, createTaskServer, getTask, startTask, type Task, tasks, waitFor } from './_tasks.ts'

const slow = { description: 'Takes its time.', effect: 'read', task: 'allowed' } as const

test('a call becomes a task that can be read at once, and ends in the result of the call', async () => {
  const server = createTaskServer()
  const contract = { ...slow, name: 'add', input: z.object({ a: z.number(), b: z.number().default(2) }) }
  server.tool({ ...contract, output: z.object({ sum: z.number() }) }, async ({ a, b }) => ({ sum: a + b }))
  const client = connectTasks(server)
  const created = await startTask(client, 'add', { arguments: { a: 1 } })
  expect(created).toMatchObject({ resultType: 'task', status: 'working', pollIntervalMs: 1_000 })
  expect(created).not.toHaveProperty('result')
  expect(await getTask(client, created.taskId)).toMatchObject({ resultType: 'complete' })
  const { result } = await waitFor(client, created.taskId, 'completed')
  expect(result).toMatchObject({ structuredContent: { sum: 3 }, resultType: 'complete' })
})

test('arguments that are not valid are refused before there is a task', async () => {
  const server = createTaskServer()
  server.tool({ ...slow, name: 'add', input: z.object({ a: z.number() }) }, () => 'never')
  const result = await connectTasks(server).callTool('add', { a: 'x' })
  expect(result).toMatchObject({ isError: true, structuredContent: { error: 'input_invalid' } })
})

test('the extension is offered only where a tool runs as a task, and only on revisions that have extensions', async () => {
  const without = connectTasks(createTaskServer())
  expect((await without.call('server/discover'))['capabilities']).not.toHaveProperty('extensions')
  await expect(without.call('tasks/get', { taskId: 'x' })).rejects.toMatchObject({ code: -32601 })
  const server = createTaskServer()
  server.tool({ ...slow, name: 'wait' }, () => 'done')
  const { capabilities } = await connectTasks(server).call('server/discover')
  expect(capabilities).toMatchObject({ extensions: { [tasks]: {} } })
  const older = connectTasks(server, { revision: '2025-11-25' })
  await expect(older.call('tasks/get', { taskId: 'x' })).rejects.toMatchObject({ code: -32601 })
})

test('a request that does not declare the extension gets a plain result, and no way to tasks', async () => {
  const server = createTaskServer()
  server.tool({ ...slow, name: 'wait' }, () => 'done')
  const client = connectTasks(server, { capabilities: {} })
  expect(await client.callTool('wait')).toMatchObject({ resultType: 'complete', content: [{ text: 'done' }] })
  for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
    await expect(client.call(method, { taskId: 'x', inputResponses: {} })).rejects.toMatchObject({
      code: -32021,
      data: { requiredCapabilities: { extensions: { [tasks]: {} } } },
    })
  }
})

test('a tool that is always a task is refused to a client that knows none', async () => {
  const server = createTaskServer()
  server.tool({ ...slow, name: 'wait', task: 'always' }, () => 'done')
  const call = connectTasks(server, { capabilities: {} }).callTool('wait')
  await expect(call).rejects.toMatchObject({ code: -32021 })
})

test('an error of the tool completes its task, an error of the protocol fails it', async () => {
  const server = createTaskServer()
  server.tool({ ...slow, name: 'tool' }, () => {
    throw new ToolError('No such city.')
  })
  server.tool({ ...slow, name: 'protocol' }, () => {
    throw new ProtocolError('params_invalid', { message: 'Not like this.' })
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'tool')
  expect((await waitFor(client, taskId, 'completed')).result).toMatchObject({
    isError: true,
    content: [{ text: 'No such city.' }],
  })
  const other = await startTask(client, 'protocol')
  const failed = await waitFor(client, other.taskId, 'failed')
  expect(failed).toMatchObject({ error: { code: -32602, message: 'Not like this.' } })
  expect(failed).toMatchObject({ statusMessage: 'Not like this.' })
  expect(failed).not.toHaveProperty('result')
})

test('a cancelled task stops its handler; cancelling again changes nothing', async () => {
  const server = createTaskServer()
  const { promise, resolve } = Promise.withResolvers<void>()
  server.tool({ ...slow, name: 'wait' }, (_input, call) => {
    call.signal.addEventListener('abort', () => resolve())
    return new Promise(() => undefined)
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'wait')
  await waitFor(client, taskId, 'working')
  await new Promise((next) => setTimeout(next, 20))
  const { _meta, ...acknowledged } = await client.call('tasks/cancel', { taskId })
  expect(acknowledged).toEqual({ resultType: 'complete' })
  await promise
  expect(await getTask(client, taskId)).toMatchObject({ status: 'cancelled' })
  await client.call('tasks/cancel', { taskId })
  expect(await getTask(client, taskId)).toMatchObject({ status: 'cancelled' })
})

test('unknown and expired tasks are unknown to every method', async () => {
  let time = 1_000
  const server = createTaskServer({ now: () => time, jobs: { ttlMs: 100, resultTtlMs: 100 } })
  server.tool({ ...slow, name: 'wait' }, () => 'done')
  const client = connectTasks(server)
  const { taskId, ttlMs } = await startTask(client, 'wait')
  expect(ttlMs).toBe(100)
  await waitFor(client, taskId, 'completed')
  time += 99
  expect(await getTask(client, taskId)).toMatchObject({ status: 'completed' })
  time += 1
  for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
    const call = client.call(method, { taskId, inputResponses: {} })
    await expect(call).rejects.toMatchObject({ code: -32602 })
  }
})

test('questions of a task are all shown at once, and the task goes on once the last is answered', async () => {
  const server = createTaskServer()
  const schema = z.object({ name: z.string() })
  server.tool({ ...slow, name: 'ask' }, async (_input, call) => {
    const [one, two] = await Promise.all([
      call.ask('one', { message: 'One?', schema }),
      call.ask('two', { message: 'Two?', schema }),
    ])
    return `${one.content?.name} ${two.content?.name}`
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'ask')
  const asking = await waitFor(client, taskId, 'input_required')
  expect(Object.keys(asking.inputRequests ?? {})).toEqual(['one', 'two'])
  const answer = (name: string) => ({ action: 'accept', content: { name } })
  await client.call('tasks/update', { taskId, inputResponses: { one: answer('Ann'), three: answer('Eve') } })
  expect(Object.keys((await getTask(client, taskId)).inputRequests ?? {})).toEqual(['two'])
  await client.call('tasks/update', { taskId, inputResponses: { one: answer('Eve'), two: answer('Bob') } })
  const { result } = await waitFor(client, taskId, 'completed')
  expect(result?.content).toMatchObject([{ text: 'Ann Bob' }])
})

test('an answer that does not fit is asked for again under a key of its own', async () => {
  const server = createTaskServer()
  const schema = z.object({ age: z.number().int() })
  server.tool({ ...slow, name: 'ask' }, async (_input, call) => {
    const { content } = await call.ask('age', { message: 'Age?', schema })
    return `${content?.age} years`
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'ask')
  await waitFor(client, taskId, 'input_required')
  const answer = (age: unknown) => ({ action: 'accept', content: { age } })
  await client.call('tasks/update', { taskId, inputResponses: { age: answer('old') } })
  const again = await waitFor(client, taskId, 'input_required')
  expect(Object.keys(again.inputRequests ?? {})).toEqual(['age-2'])
  await client.call('tasks/update', { taskId, inputResponses: { 'age-2': answer(7) } })
  expect((await waitFor(client, taskId, 'completed')).result?.content).toMatchObject([{ text: '7 years' }])
})

test('a step in "once" is not repeated when a task goes on after its question', async () => {
  const server = createTaskServer()
  let steps = 0
  server.tool({ ...slow, name: 'ask', effect: 'write' }, async (_input, call) => {
    const step = await call.once('step', () => ++steps)
    const { action } = await call.ask('sure', { message: 'Sure?', schema: z.object({}) })
    return `${step} ${action}`
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'ask')
  await waitFor(client, taskId, 'input_required')
  await client.call('tasks/update', { taskId, inputResponses: { sure: { action: 'decline' } } })
  const { result } = await waitFor(client, taskId, 'completed')
  expect(result?.content).toMatchObject([{ text: '1 decline' }])
  expect(steps).toBe(1)
})

test('a handler that starts its task itself may ask first, and keeps answers and steps', async () => {
  const server = createTaskServer()
  const ran: string[] = []
  const policy = { mode: 'always', start: 'by_handler' } as const
  server.tool({ ...slow, name: 'greet', effect: 'write', task: policy }, async (_input, call) => {
    const { content } = await call.ask('name', { message: 'Name?', schema: z.object({ name: z.string() }) })
    await call.once('charge', () => void ran.push('charge'))
    await call.startTask()
    ran.push('work')
    return `Hello, ${content?.name}!`
  })
  const client = connectTasks(server, {
    answers: () => ({ action: 'accept', content: { name: 'Ann' } }),
  })
  const created = await startTask(client, 'greet')
  expect(created).toMatchObject({ resultType: 'task' })
  const { result } = await waitFor(client, created.taskId, 'completed')
  expect(result?.content).toMatchObject([{ text: 'Hello, Ann!' }])
  expect(ran).toEqual(['charge', 'work'])
})

test('a handler that ends before it starts its task answers with its result', async () => {
  const server = createTaskServer()
  const policy = { mode: 'always', start: 'by_handler' } as const
  server.tool({ ...slow, name: 'quick', task: policy }, () => 'known already')
  const result = await connectTasks(server).callTool('quick')
  expect(result).toMatchObject({ resultType: 'complete', content: [{ text: 'known already' }] })
})

test('a stream tells of the tasks it asked for, each time all there is to know', async () => {
  const server = createTaskServer()
  server.tool({ ...slow, name: 'ask' }, async (_input, call) => {
    const { action } = await call.ask('sure', { message: 'Sure?', schema: z.object({}) })
    return action
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'ask')
  await waitFor(client, taskId, 'input_required')
  void client.call('subscriptions/listen', { notifications: { taskIds: [taskId, 'unknown'] } }).catch(() => 0)
  await client.call('tasks/get', { taskId })
  await client.call('tasks/update', { taskId, inputResponses: { sure: { action: 'decline' } } })
  await waitFor(client, taskId, 'completed')
  const [acknowledged, ...told] = client.notifications
  expect(acknowledged?.params['notifications']).toEqual({ taskIds: [taskId] })
  expect(told.map(({ method }) => method)).toEqual(Array(3).fill('notifications/tasks'))
  const states = told.map(({ params }) => params as unknown as Task)
  expect(states.map(({ status }) => status)).toEqual(['input_required', 'working', 'completed'])
  expect(states.at(-1)).toMatchObject({ taskId, result: { content: [{ text: 'decline' }] } })
})

test('listening to tasks needs the extension', async () => {
  const server = createTaskServer()
  server.tool({ ...slow, name: 'wait' }, () => 'done')
  const client = connectTasks(server, { capabilities: {} })
  const call = client.call('subscriptions/listen', { notifications: { taskIds: [] } })
  await expect(call).rejects.toMatchObject({ code: -32021 })
})

test('a server whose store is full says so instead of promising a task', async () => {
  const server = createTaskServer({ jobs: { store: createMemoryJobStore({ maxJobs: 1 }) } })
  server.tool({ ...slow, name: 'wait' }, () => 'done')
  const client = connectTasks(server)
  await startTask(client, 'wait')
  const result = await client.callTool('wait')
  expect(result).toMatchObject({ isError: true, structuredContent: { error: 'overloaded', retry: true } })
})

test('a task whose result is too large says so', async () => {
  const server = createTaskServer({ maxOutputBytes: 2_000 })
  server.tool({ ...slow, name: 'large' }, () => ({ text: 'x'.repeat(1_500) }))
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'large')
  const { result } = await waitFor(client, taskId, 'completed')
  expect(result).toMatchObject({ isError: true, structuredContent: { error: 'output_too_large' } })
})

test('a dry run is no task', async () => {
  const server = createTaskServer()
  server.tool({ ...slow, name: 'buy', effect: 'write', task: 'always', dryRun: true }, (_input, call) => {
    return call.dryRun ? 'would buy' : 'bought'
  })
  const client = connectTasks(server, { capabilities: {} })
  const result = await client.call('tools/call', {
    name: 'buy',
    arguments: {},
    _meta: { 'plinth/dryRun': true },
  })
  expect(result).toMatchObject({ content: [{ text: 'would buy' }] })
})

test.for([
  [{ task: { mode: 'sometimes' } }, 'task.mode'],
  [{ task: { mode: 'allowed', start: 'later' } }, 'task.start'],
  [{ task: { mode: 'allowed', retry: { attempts: 0 } } }, 'task.retry.attempts'],
] as const)('a contract with %j is refused by name', ([wrong, option]) => {
  const server = createTaskServer()
  expect(() => server.tool({ ...slow, name: 'x', ...(wrong as object) }, () => 'x')).toThrow(option)
})

test('a server refuses job options that make no sense', () => {
  expect(() => createTaskServer({ jobs: { leaseMs: -1 } })).toThrow('"jobs.leaseMs"')
})
