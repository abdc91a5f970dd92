import { type LogRecord, workerHandler } from 'plinth'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { callWith, connect, createQuietServer, settleAll, toFailure } from './keyed.ts'

const contract = { name: 'work', description: 'Works.', effect: 'read' } as const

test('a call that takes too long is answered, its signal aborts, and what it does later is dropped', async () => {
  const server = createQuietServer()
  let reason: unknown
  let finish = (_value: string) => {}
  server.tool({ ...contract, timeoutMs: 15 }, (_input, call) => {
    call.signal.addEventListener('abort', () => {
      reason = call.signal.reason
    })
    return new Promise<string>((resolve) => {
      finish = resolve
    })
  })
  const client = connect(server)
  const result = await client.callTool('work')
  expect(toFailure(result)).toMatchObject({ error: 'timeout', retry: true, timeout_ms: 15 })
  expect(reason).toBeInstanceOf(Error)
  finish('too late')
  expect(toFailure(await client.callTool('work'))).toMatchObject({ error: 'timeout' })
})

test('progress keeps a call going for a client that asked for it, up to the longest time', async () => {
  const server = createQuietServer({ maxTimeoutMs: 400 })
  server.tool({ ...contract, timeoutMs: 40 }, async (_input, call) => {
    for (let step = 1; step <= 4; step++) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      call.progress(step, 4)
    }
    return 'done'
  })
  const client = connect(server)
  expect(await callWith(client, { tool: 'work', meta: { progressToken: 'p' } })).toMatchObject({
    content: [{ text: 'done' }],
  })
  expect(toFailure(await client.callTool('work'))).toMatchObject({ error: 'timeout' })
})

test('progress does not keep a call going for ever', async () => {
  const server = createQuietServer({ maxTimeoutMs: 80 })
  server.tool({ ...contract, timeoutMs: 40 }, async (_input, call) => {
    for (let step = 1; !call.signal.aborted; step++) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      call.progress(step)
    }
    return 'done'
  })
  const result = await callWith(connect(server), { tool: 'work', meta: { progressToken: 'p' } })
  expect(toFailure(result)).toMatchObject({ error: 'timeout' })
})

test('a handler that blocks the event loop is named in the log and counted', async () => {
  const records: LogRecord[] = []
  const server = createQuietServer({ blockedAfterMs: 20, log: (record) => void records.push(record) })
  server.tool(contract, () => {
    const until = performance.now() + 30
    while (performance.now() < until);
    return 'done'
  })
  await connect(server).callTool('work')
  expect(records).toContainEqual(
    expect.objectContaining({ message: 'A handler blocked the event loop.', component: 'work' }),
  )
  expect(server.scope.context.blocked.count).toBe(1)
})

test('a handler in a worker thread answers, fails and is stopped like any other', async () => {
  const server = createQuietServer()
  const input = z.object({ n: z.int(), mode: z.enum(['square', 'throw', 'spin']) })
  const module = new URL('../../fixtures/worker-module.ts', import.meta.url)
  const handler = workerHandler<z.infer<typeof input>, { square: number }>(module, { maxWorkers: 1 })
  server.tool({ ...contract, input, timeoutMs: 1_500 }, handler)
  const client = connect(server)
  expect(await client.callTool('work', { n: 7, mode: 'square' })).toMatchObject({
    structuredContent: { square: 49 },
  })
  expect(toFailure(await client.callTool('work', { n: 7, mode: 'throw' }))).toMatchObject({
    error: 'internal',
  })
  expect(toFailure(await client.callTool('work', { n: 7, mode: 'spin' }))).toMatchObject({ error: 'timeout' })
  expect(await client.callTool('work', { n: 8, mode: 'square' })).toMatchObject({
    structuredContent: { square: 64 },
  })
})

test('completions and lists that never come end after the time of the server', async () => {
  const server = createQuietServer({ timeoutMs: 15 })
  const never = () => new Promise<never>(() => undefined)
  const input = z.object({ topic: z.string() })
  server.prompt({ name: 'plan', input, complete: { topic: never } }, () => 'Plan.')
  server.resource({ uri: 'notes://{name}', name: 'note' }, () => 'Note.', never)
  const client = connect(server)
  const ref = { type: 'ref/prompt', name: 'plan' }
  const argument = { name: 'topic', value: '' }
  await expect(client.call('completion/complete', { ref, argument })).rejects.toThrow('took too long')
  await expect(client.call('resources/list')).rejects.toThrow('took too long')
})

test('the deadline stands still until the last of several questions is answered', async () => {
  const server = createQuietServer({ timeoutMs: 20 })
  server.tool(contract, async (_input, call) => {
    const roots = call.ask('roots', { roots: true })
    const form = call.ask('form', { message: 'Well?', schema: z.object({ name: z.string() }) })
    call.progress(1)
    return JSON.stringify(await Promise.all([roots, form]))
  })
  const answers = async ({ method }: { method: string }) => {
    if (method === 'roots/list') return { roots: [] }
    await new Promise((resolve) => setTimeout(resolve, 45))
    return { action: 'accept', content: { name: 'Ada' } }
  }
  const client = connect(server, { revision: '2025-11-25', answers })
  const result = await callWith(client, { tool: 'work', meta: { progressToken: 'p' } })
  expect(result).toMatchObject({ content: [{ text: expect.stringContaining('Ada') as string }] })
})

test('a call that is taken back while it waits for its turn never starts', async () => {
  const server = createQuietServer()
  const started: string[] = []
  let finish = (_value: string) => {}
  const input = z.object({ name: z.string() })
  server.tool({ ...contract, input, concurrency: { limit: 1 } }, ({ name }) => {
    started.push(name)
    return new Promise<string>((resolve) => {
      finish = resolve
    })
  })
  const client = connect(server)
  const first = client.callTool('work', { name: 'first' })
  await settleAll()
  const abort = new AbortController()
  const second = client.callTool('work', { name: 'second' }, { signal: abort.signal })
  await settleAll()
  abort.abort()
  finish('done')
  await Promise.allSettled([first, second])
  await settleAll()
  expect(started).toEqual(['first'])
})
