import { type CachePolicy, type Call, type Server, type ServerOptions, ToolError, toolResult } from 'plinth'
import { afterEach, expect, test, vi } from 'vitest'
import { MemoryCacheStore } from '../../../src/storage/memory-cache.ts'
import { callWith, connect, createQuietServer, postCall, serve, settleAll, toFailure } from './keyed.ts'

type Look = (input: { at?: string }, call: Call) => unknown

/** A server whose tool `look` is cached, with the calls its handler got. */
function createView(
  look: Look = () => ({ seen: true }),
  {
    policy = { ttlMs: 1_000 },
    timeoutMs = 60_000,
    ...options
  }: Partial<ServerOptions> & {
    policy?: CachePolicy
  } = {},
): { server: Server; calls: Call[] } {
  const calls: Call[] = []
  const server = createQuietServer(options)
  const input = { type: 'object', properties: { at: { type: 'string' }, of: { type: 'string' } } } as const
  server.tool(
    { name: 'look', description: 'Looks.', input, effect: 'read', cache: policy, timeoutMs },
    (args, call) => {
      calls.push(call as unknown as Call)
      return look(args as { at?: string }, call as unknown as Call)
    },
  )
  return { server, calls }
}

afterEach(() => void vi.useRealTimers())

test('a second call with the same arguments gets the first result, and it says so', async () => {
  const answer = toolResult({
    content: [{ type: 'text', text: 'Seen.' }],
    structuredContent: { at: 'sea' },
    _meta: { 'example.org/a': 1 },
  })
  const { server, calls } = createView(() => answer)
  const client = connect(server)
  const first = await client.callTool('look', { at: 'sea', of: 'x' })
  const second = await client.callTool('look', { of: 'x', at: 'sea' })
  expect(second).toEqual({ ...first, _meta: { ...first._meta, 'plinth/cached': true } })
  expect(calls).toHaveLength(1)
})

test('other arguments are another call', async () => {
  const { server, calls } = createView()
  const client = connect(server)
  await client.callTool('look', { at: 'sea' })
  await client.callTool('look', { at: 'land' })
  expect(calls).toHaveLength(2)
})

test('a result is too old when its time is over', async () => {
  let time = 0
  const { server, calls } = createView(undefined, { now: () => time })
  const client = connect(server)
  await client.callTool('look')
  time = 999
  await client.callTool('look')
  expect(calls).toHaveLength(1)
  time = 1_000
  await client.callTool('look')
  expect(calls).toHaveLength(2)
})

test.each([
  [false, 2],
  [true, 1],
])('with "public: %s" two principals make %i calls', async (isPublic, expected) => {
  const { server, calls } = createView(undefined, { policy: { ttlMs: 1_000, public: isPublic } })
  await connect(server).callTool('look')
  await postCall(await serve(server), { name: 'look' })
  expect(calls).toHaveLength(expected)
})

test('failures are not kept', async () => {
  const { server, calls } = createView(({ at }) => {
    if (at === 'throw') throw new ToolError('No.')
    return toolResult({ isError: true, content: [{ type: 'text', text: 'No.' }] })
  })
  const client = connect(server)
  for (const at of ['throw', 'throw', 'return', 'return']) await client.callTool('look', { at })
  expect(calls).toHaveLength(4)
})

test('a result is not kept when its client was asked or told of progress', async () => {
  const { server, calls } = createView(async ({ at }, call) => {
    if (at === 'progress') call.progress(1)
    else await call.ask('place', { message: 'Where?', schema: { type: 'object', properties: {} } })
    return 'Seen.'
  })
  const client = connect(server, { answers: () => ({ action: 'accept', content: {} }) })
  for (const at of ['progress', 'progress']) await client.callTool('look', { at })
  expect(calls).toHaveLength(2)
  for (const at of ['ask', 'ask']) await client.callTool('look', { at })
  expect(calls).toHaveLength(6)
})

test('calls that miss at the same time are one call', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { server, calls } = createView(() => promise.then(() => ({ seen: true })))
  const client = connect(server)
  const waiting = [client.callTool('look'), client.callTool('look'), client.callTool('look')]
  await settleAll()
  resolve()
  const results = await Promise.all(waiting)
  expect(results.map(({ structuredContent }) => structuredContent)).toEqual(Array(3).fill({ seen: true }))
  expect(calls).toHaveLength(1)
})

test('one that stops waiting does not stop the others', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { server, calls } = createView(() => promise.then(() => ({ seen: true })))
  const client = connect(server)
  const leader = client.callTool('look')
  await settleAll()
  const controller = new AbortController()
  const quitter = client.callTool('look', {}, { signal: controller.signal }).catch(() => 'gone')
  await settleAll()
  controller.abort()
  expect(await quitter).toBe('gone')
  resolve()
  expect((await leader).structuredContent).toEqual({ seen: true })
  expect(calls.map(({ signal }) => signal.aborted)).toEqual([false])
})

test('when the first one is taken back, one of those that wait goes on for all', async () => {
  const ends: (() => void)[] = []
  const { server, calls } = createView(
    (_input, call) =>
      new Promise((resolve, reject) => {
        ends.push(() => resolve({ seen: true }))
        call.signal.addEventListener('abort', () => reject(call.signal.reason as Error))
      }),
  )
  const client = connect(server)
  const controller = new AbortController()
  const leader = client.callTool('look', {}, { signal: controller.signal }).catch(() => 'gone')
  await settleAll()
  const others = [client.callTool('look'), client.callTool('look')]
  await settleAll()
  controller.abort()
  expect(await leader).toBe('gone')
  await settleAll()
  ends[1]?.()
  const results = await Promise.all(others)
  expect(results.map(({ structuredContent }) => structuredContent)).toEqual([{ seen: true }, { seen: true }])
  expect(calls).toHaveLength(2)
})

test('a handler that hangs does not hold up those who come after its timeout', async () => {
  vi.useFakeTimers()
  let isStuck = true
  const { server, calls } = createView(() => (isStuck ? new Promise(() => undefined) : 'Seen.'), {
    timeoutMs: 1_000,
  })
  const client = connect(server)
  const first = client.callTool('look')
  await vi.advanceTimersByTimeAsync(1_001)
  expect(toFailure(await first)).toMatchObject({ error: 'timeout' })
  isStuck = false
  const second = client.callTool('look')
  await vi.advanceTimersByTimeAsync(1)
  expect((await second).content).toEqual([{ type: 'text', text: 'Seen.' }])
  expect(calls).toHaveLength(2)
})

test('those that wait get a failure too, and the next call tries again', async () => {
  let isBroken = true
  const { server, calls } = createView(async () => {
    await settleAll()
    if (isBroken) throw new ToolError('Broken.')
    return 'Seen.'
  })
  const client = connect(server)
  const results = await Promise.all([client.callTool('look'), client.callTool('look')])
  expect(results.map(({ isError }) => isError)).toEqual([true, true])
  isBroken = false
  expect((await client.callTool('look')).isError).toBeUndefined()
  expect(calls).toHaveLength(2)
})

test('a store that fails is a store that has nothing', async () => {
  const cache = {
    get: () => Promise.reject(new Error('ECONNREFUSED')),
    set: () => {
      throw new Error('ECONNREFUSED')
    },
  }
  const { server, calls } = createView(undefined, { stores: { cache } })
  const client = connect(server)
  for (let at = 0; at < 2; at++) expect((await client.callTool('look')).isError).toBeUndefined()
  expect(calls).toHaveLength(2)
})

test('processes that share a store share results, unless their version differs', async () => {
  const memory = new MemoryCacheStore({ now: () => 0 })
  const cache = {
    get: async (key: string) => memory.get(key),
    set: async (key: string, text: string, ttlMs: number) => memory.set(key, text, ttlMs),
  }
  const views = ['1.0.0', '1.0.0', '2.0.0'].map((version) =>
    createView(undefined, { version, stores: { cache } }),
  )
  for (const { server } of views) await connect(server).callTool('look')
  expect(views.map(({ calls }) => calls.length)).toEqual([1, 0, 1])
})

test('resources and prompts are cached too', async () => {
  const calls: string[] = []
  const server = createQuietServer()
  const cache = { ttlMs: 1_000 }
  server.resource({ uri: 'notes://{name}', name: 'note', cache }, ({ name }) => {
    calls.push(name)
    return `Note ${name}.`
  })
  const input = { type: 'object', properties: { city: { type: 'string' } } } as const
  server.prompt({ name: 'plan', input, cache }, () => {
    calls.push('plan')
    return 'Plan a trip.'
  })
  const client = connect(server)
  const reads = [
    await client.readResource('notes://a'),
    await client.readResource('notes://a'),
    await client.readResource('notes://b'),
  ]
  expect(reads[1]).toEqual(reads[0])
  expect(await client.getPrompt('plan', { city: 'x' })).toEqual(await client.getPrompt('plan', { city: 'x' }))
  expect(calls).toEqual(['a', 'b', 'plan'])
})

test('what writes cannot be cached', () => {
  const contract = { name: 'buy', description: 'Buys.', effect: 'write', cache: { ttlMs: 1 } } as const
  expect(() => createQuietServer().tool(contract, () => '')).toThrow('tool "buy": "cache"')
})

test('a time that makes no sense is refused', () => {
  expect(() => createView(undefined, { policy: { ttlMs: 0 } })).toThrow('"cache.ttlMs"')
})

test('a cache in memory forgets what was used longest ago', () => {
  const store = new MemoryCacheStore({ maxKeys: 2, now: () => 0 })
  store.set('a', '1', 10)
  store.set('b', '2', 10)
  store.get('a')
  store.set('c', '3', 10)
  expect(['a', 'b', 'c'].filter((key) => store.get(key) !== undefined)).toEqual(['a', 'c'])
})

test('a cache in memory is bounded in characters, and no text may take most of it', () => {
  const store = new MemoryCacheStore({ maxChars: 800, now: () => 0 })
  for (let at = 10; at < 30; at++) store.set(`key-${at}`, 'x'.repeat(90), 10)
  expect(store.size).toBe(8)
  store.set('large', 'x'.repeat(200), 10)
  expect(store.get('large')).toBeUndefined()
})

test('a call with metadata alone does not change the key', async () => {
  const { server, calls } = createView()
  const client = connect(server)
  await callWith(client, { tool: 'look', meta: { 'example.org/trace': 1 } })
  await callWith(client, { tool: 'look', meta: { 'example.org/trace': 2 } })
  expect(calls).toHaveLength(1)
})

test('what the author invalidates is made anew, in every process that shares the store', async () => {
  const memory = new MemoryCacheStore({ now: Date.now })
  const cache = {
    get: async (key: string) => memory.get(key),
    set: async (key: string, text: string, ttlMs: number) => memory.set(key, text, ttlMs),
  }
  const [first, second] = [
    createView(undefined, { stores: { cache } }),
    createView(undefined, { stores: { cache } }),
  ]
  const clients = [connect(first.server), connect(second.server)]
  for (const client of clients) await client.callTool('look')
  expect(await first.server.invalidate('tool', 'look')).toBe(true)
  for (const client of [...clients, ...clients]) await client.callTool('look')
  expect(first.calls.length + second.calls.length).toBe(2)
})

test('a call that another process began before an invalidation is waited for by nobody who comes after', async () => {
  const memory = new MemoryCacheStore({ now: Date.now })
  const cache = {
    get: async (key: string) => memory.get(key),
    set: async (key: string, text: string, ttlMs: number) => memory.set(key, text, ttlMs),
  }
  const gates: (() => void)[] = []
  const slow = async () => {
    const run = gates.length + 1
    await new Promise<void>((resolve) => gates.push(resolve))
    return `Run ${run}.`
  }
  const [here, there] = [
    createView(slow, { stores: { cache } }),
    createView(undefined, { stores: { cache } }),
  ]
  const client = connect(here.server)
  const before = client.callTool('look')
  await settleAll()
  await there.server.invalidate('tool', 'look')
  const after = [client.callTool('look'), client.callTool('look')]
  await settleAll()
  expect(gates).toHaveLength(2)
  for (const open of gates) open()
  expect((await before).content).toMatchObject([{ text: 'Run 1.' }])
  for (const result of await Promise.all(after)) expect(result.content).toMatchObject([{ text: 'Run 2.' }])
})

test('a result that was begun before an invalidation is given to its caller alone', async () => {
  const gates: (() => void)[] = []
  const { server, calls } = createView(async () => {
    await new Promise<void>((resolve) => gates.push(resolve))
    return `Seen ${gates.length}.`
  })
  const client = connect(server)
  const before = client.callTool('look')
  await settleAll()
  await server.invalidate('tool', 'look')
  const after = client.callTool('look')
  await settleAll()
  for (const open of gates) open()
  await Promise.all([before, after])
  const last = client.callTool('look')
  await settleAll()
  expect((await last)._meta).toMatchObject({ 'plinth/cached': true })
  expect(calls).toHaveLength(2)
})

test('a handler that changes what others read invalidates it, and learns where there is nothing to', async () => {
  const server = createQuietServer()
  let title = 'old'
  server.resource({ uri: 'notes://a', name: 'note', cache: { ttlMs: 60_000 } }, () => title)
  server.tool({ name: 'rename', description: 'Renames.', effect: 'write' }, async (_input, call) => {
    title = 'new'
    return {
      known: await call.invalidate('resource', 'notes://a'),
      other: await call.invalidate('tool', 'none'),
    }
  })
  const client = connect(server)
  expect(await client.readResource('notes://a')).toMatchObject([{ text: 'old' }])
  expect((await client.callTool('rename')).structuredContent).toEqual({ known: true, other: false })
  expect(await client.readResource('notes://a')).toMatchObject([{ text: 'new' }])
})
