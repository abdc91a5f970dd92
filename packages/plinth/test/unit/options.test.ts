import { type Server, type ServerOptions, toolResult, workerHandler } from 'plinth'
import type { TestClient } from 'plinth/testing'
import { expect, test } from 'vitest'
import { connect, createQuietServer, serve, settleAll, toFailure } from './middleware/keyed.ts'
import { postRaw } from './middleware/post-raw.ts'

const tool = { name: 'work', description: 'Works.', effect: 'read' } as const
const text = (): string => 'done'

/** A handler that waits until it is let go. */
function createGate(): { handler: () => Promise<string>; open: () => void; running: number } {
  const waiting: (() => void)[] = []
  const gate = {
    running: 0,
    handler() {
      gate.running++
      return new Promise<string>((resolve) => {
        waiting.push(() => {
          gate.running--
          resolve('done')
        })
      })
    },
    open() {
      for (const resolve of waiting.splice(0)) resolve()
    },
  }
  return gate
}

const wrongServers: readonly (readonly [option: string, options: object])[] = [
  ['name', { name: '' }],
  ['version', { version: 5 }],
  ['instructions', { instructions: 5 }],
  ['keys[0]', { keys: ['short'] }],
  ['log', { log: 'stderr' }],
  ['logLevel', { logLevel: 'loud' }],
  ['maxLogLinesPerSecond', { maxLogLinesPerSecond: 0 }],
  ['maxLogBytesPerSecond', { maxLogBytesPerSecond: 0 }],
  ['observers', { observers: {} }],
  ['timeoutMs', { timeoutMs: 0 }],
  ['maxTimeoutMs', { maxTimeoutMs: 2 ** 31 }],
  ['blockedAfterMs', { blockedAfterMs: 0 }],
  ['askTimeoutMs', { askTimeoutMs: 1.5 }],
  ['pageSize', { pageSize: 0 }],
  ['listTtlMs', { listTtlMs: -1 }],
  ['sessionTtlMs', { sessionTtlMs: '1d' }],
  ['requestStateTtlMs', { requestStateTtlMs: 0 }],
  ['requireSession', { requireSession: 'yes' }],
  ['maxOutputBytes', { maxOutputBytes: 1 }],
  ['maxDepth', { maxDepth: 1 }],
  ['maxNodes', { maxNodes: 1 }],
  ['rate.limit', { rate: { limit: 0, windowMs: 1 } }],
  ['rate.per', { rate: { limit: 1, windowMs: 1, per: 'user' } }],
  ['maxInFlight', { maxInFlight: 0 }],
  ['concurrency.limit', { concurrency: { limit: 0 } }],
  ['maxEventLoopDelayMs', { maxEventLoopDelayMs: 1 }],
  ['secrets', { secrets: {} }],
  ['upstreams', { upstreams: {} }],
  ['budget.maxBytes', { budget: { maxBytes: 1 } }],
  ['budget.strategy', { budget: { maxBytes: 1_024, strategy: 'pages' } }],
  ['repeat.windowMs', { repeat: { windowMs: 0 } }],
  ['dryRun', { dryRun: 'staging' }],
  ['maxHops', { maxHops: 0 }],
  ['instanceName', { instanceName: '' }],
  ['maxStreams', { maxStreams: 0 }],
  ['now', { now: 5 }],
]

test.each(wrongServers)('a server whose "%s" makes no sense does not start', (option, options) => {
  expect(() => createQuietServer(options as Partial<ServerOptions>)).toThrow(`"${option}"`)
})

const wrongTools: readonly (readonly [option: string, contract: object])[] = [
  ['effect', { effect: 'reads' }],
  ['description', { description: ' ' }],
  ['timeoutMs', { timeoutMs: 0 }],
  ['not_ok', { errors: { not_ok: { message: 'Not ok.' } } }],
  ['not ok', { errors: { 'not ok': { message: 'Not ok.', retry: false } } }],
  ['rate.windowMs', { rate: { limit: 1, windowMs: 0 } }],
  ['rate.burst', { rate: { limit: 1, windowMs: 1, burst: 0 } }],
  ['rate.cost', { rate: { limit: 1, windowMs: 1, cost: -1 } }],
  ['rate.per', { rate: [{ limit: 1, windowMs: 1, per: 'user' }] }],
  ['concurrency.limit', { concurrency: { limit: 1.5 } }],
  ['concurrency.queue', { concurrency: { limit: 1, queue: -1 } }],
  ['concurrency.queueTimeoutMs', { concurrency: { limit: 1, queueTimeoutMs: 0 } }],
  ['concurrency.per', { concurrency: { limit: 1, per: 'user' } }],
  ['cache.ttlMs', { cache: { ttlMs: 0 } }],
  ['cache', { effect: 'write', cache: { ttlMs: 1 } }],
  ['budget.maxTokens', { budget: { maxTokens: 1 } }],
  ['budget.strategy', { budget: { maxBytes: 1_024, strategy: 'pages' } }],
  ['repeat.hintAfter', { repeat: { hintAfter: 0 } }],
  ['repeat.refuseAfter', { repeat: { refuseAfter: 0 } }],
  ['idempotency', { idempotency: 'key' }],
  ['idempotency.ttlMs', { effect: 'write', idempotency: { ttlMs: 0 } }],
  ['idempotency.leaseMs', { effect: 'write', idempotency: { leaseMs: 2, ttlMs: 1 } }],
  ['idempotency.argument', { effect: 'write', idempotency: { argument: '' } }],
  ['dryRun', { dryRun: true }],
]

test.each(wrongTools)('a tool whose "%s" makes no sense does not start', (option, contract) => {
  expect(() => createQuietServer().tool({ ...tool, ...contract }, text)).toThrow(`"${option}"`)
})

test('a component without a handler does not start', () => {
  const none = undefined as never
  expect(() => createQuietServer().tool(tool, none)).toThrow('handler')
  expect(() => createQuietServer().prompt({ name: 'plan' }, none)).toThrow('handler')
  expect(() => createQuietServer().resource({ uri: 'notes://all', name: 'notes' }, none)).toThrow('handler')
})

test.each([
  { ttlMs: -1, scope: 'public' },
  { ttlMs: 1, scope: 'all' },
] as object[])('a resource with the hint %j does not start', (cacheHint) => {
  const contract = { uri: 'notes://all', name: 'notes', cacheHint: cacheHint as never } as const
  expect(() => createQuietServer().resource(contract, text)).toThrow('"cacheHint"')
})

test('a policy that a component cannot have is refused, not passed over', () => {
  const budget = { maxBytes: 1_024 }
  expect(() => createQuietServer().prompt({ name: 'plan', budget }, text)).toThrow('"budget"')
  expect(() => createQuietServer().prompt({ name: 'plan', repeat: {} }, text)).toThrow('"repeat"')
  const resource = { uri: 'notes://all', name: 'notes', repeat: {} } as const
  expect(() => createQuietServer().resource(resource, text)).toThrow('"repeat"')
})

test.each([{ maxWorkers: 0 }, { maxQueue: -1 }])('a worker handler with %j does not start', (options) => {
  expect(() => workerHandler(new URL('file:///none.ts'), options)).toThrow(Object.keys(options)[0])
})

const principal = { subject: 'ada', tenant: 'acme', scopes: [], client: 'app' } as const
const others = {
  subject: { ...principal, subject: 'bob' },
  tenant: { ...principal, subject: 'eve', tenant: 'umbrella' },
  client: { ...principal, client: 'other' },
} as const

/** Whose calls the others' first call used up, in the order subject, tenant, client. */
const scopes = [
  ['principal', []],
  ['tenant', ['subject', 'client']],
  ['client', ['subject', 'tenant']],
  ['global', ['subject', 'tenant', 'client']],
] as const

test.each(scopes)('a rate per %s counts together with %j', async (per, expected) => {
  const server = createQuietServer()
  const counted: string[] = []
  for (const [other, who] of Object.entries(others)) {
    const name = `work-${other}`
    server.tool({ ...tool, name, rate: { limit: 1, windowMs: 60_000, per } }, text)
    await connect(server, { principal }).callTool(name)
    const result = await connect(server, { principal: who }).callTool(name)
    if (toFailure(result)['error'] === 'rate_exceeded') counted.push(other)
  }
  expect(counted).toEqual(expected)
})

test.each(scopes)('slots per %s are shared with %j', async (per, expected) => {
  const gate = createGate()
  const server = createQuietServer()
  server.tool({ ...tool, concurrency: { limit: 1, queue: 0, per } }, gate.handler)
  const first = connect(server, { principal }).callTool('work')
  await settleAll()
  const counted: string[] = []
  for (const [other, who] of Object.entries(others)) {
    const call = connect(server, { principal: who }).callTool('work')
    const failed = await Promise.race([call.then(toFailure), settleAll()])
    if (failed?.['error'] === 'overloaded') counted.push(other)
  }
  gate.open()
  await first
  expect(counted).toEqual(expected)
})

test('the slots of a server are shared by all its components, and those beyond wait in line', async () => {
  const gate = createGate()
  const server = createQuietServer({ concurrency: { limit: 2, queue: 1 } })
  server.tool(tool, gate.handler)
  server.resource({ uri: 'notes://all', name: 'notes' }, gate.handler)
  server.prompt({ name: 'plan' }, gate.handler)
  const client = connect(server)
  const calls = [client.callTool('work'), client.readResource('notes://all'), client.getPrompt('plan')]
  await settleAll()
  expect(gate.running).toBe(2)
  expect(toFailure(await client.callTool('work'))).toMatchObject({ error: 'overloaded' })
  gate.open()
  await settleAll()
  gate.open()
  expect(await Promise.all(calls)).toHaveLength(3)
})

const page = Array.from({ length: 4 }, (_, index) => ({ ...tool, name: `tool-${index}` }))

function withTools(options: Partial<ServerOptions>): Server {
  const server = createQuietServer(options)
  for (const contract of page) server.tool(contract, text)
  return server
}

const deep = { a: { b: { c: { d: { e: { f: { g: { h: 1 } } } } } } } }
const wide = { list: Array.from({ length: 200 }, () => 1) }
const rows = Array.from({ length: 100 }, (_, id) => ({ id, title: `Row number ${id}` }))

interface Effect {
  readonly option: string
  readonly options: Partial<ServerOptions>
  readonly ask: (client: TestClient, server: Server) => Promise<unknown>
  readonly expected: unknown
}

const refused = (promise: Promise<unknown>): Promise<unknown> =>
  promise.catch((error: Error) => error.message)

const effects: readonly Effect[] = [
  {
    option: 'pageSize',
    options: { pageSize: 2 },
    ask: async (client) => (await client.call('tools/list'))['nextCursor'],
    expected: expect.any(String),
  },
  {
    option: 'listTtlMs',
    options: { listTtlMs: 7 },
    ask: async (client) => (await client.call('tools/list'))['ttlMs'],
    expected: 7,
  },
  {
    option: 'instructions',
    options: { instructions: 'Be kind.' },
    ask: async (client) => (await client.call('server/discover'))['instructions'],
    expected: 'Be kind.',
  },
  {
    option: 'maxDepth',
    options: { maxDepth: 8 },
    ask: (client) => refused(client.callTool('tool-0', deep)),
    expected: expect.stringContaining('nested too deep'),
  },
  {
    option: 'maxNodes',
    options: { maxNodes: 100 },
    ask: (client) => refused(client.callTool('tool-0', wide)),
    expected: expect.stringContaining('too many values'),
  },
  {
    option: 'rate',
    options: { rate: { limit: 1, windowMs: 60_000 } },
    ask: (client) => client.call('tools/list').then(() => refused(client.call('tools/list'))),
    expected: expect.stringContaining('Too many calls'),
  },
]

test.each(effects)('the option "$option" has an effect', async ({ options, ask, expected }) => {
  const server = withTools(options)
  expect(await ask(connect(server), server)).toEqual(expected)
  const without = withTools({})
  expect(await ask(connect(without), without)).not.toEqual(expected)
})

test('maxOutputBytes bounds whatever a handler makes, and no list', async () => {
  const server = withTools({ maxOutputBytes: 1_024 })
  const long = (): string => 'x'.repeat(2_000)
  server.tool(tool, () => toolResult({ structuredContent: { long: long() } }))
  server.resource({ uri: 'notes://all', name: 'notes' }, long)
  server.prompt({ name: 'plan', description: long() }, long)
  const client = connect(server)
  expect(toFailure(await client.callTool('work'))).toMatchObject({ error: 'output_too_large' })
  expect(await refused(client.readResource('notes://all'))).toContain('too large')
  expect(await refused(client.getPrompt('plan'))).toContain('too large')
  expect(JSON.stringify(await client.call('prompts/list'))).toContain(long())
})

test('the budget of a server holds for tools and resources without one, and what it cuts can be read', async () => {
  const server = createQuietServer({ budget: { maxBytes: 1_024 } })
  const lines = Array.from({ length: 200 }, (_, line) => `Line ${line}.`).join('\n')
  server.tool(tool, () => ({ rows }))
  server.tool({ ...tool, name: 'whole', budget: false }, () => ({ rows }))
  server.resource({ uri: 'notes://all', name: 'notes' }, () => lines)
  const client = connect(server)
  expect((await client.callTool('work'))._meta).toHaveProperty(['plinth/nextCursor'])
  expect((await client.callTool('whole')).structuredContent).toEqual({ rows })
  const cut = await client.call('resources/read', { uri: 'notes://all' })
  const uri = String((cut['_meta'] as Record<string, unknown>)['plinth/whole'])
  const [whole] = await client.readResource(uri)
  expect(whole).toMatchObject({ text: JSON.stringify(lines) })
})

test('a question that nobody answers ends after askTimeoutMs, not before and whatever the timeout', async () => {
  const server = createQuietServer({ timeoutMs: 10, askTimeoutMs: 40 })
  server.tool(tool, async (_input, call) => JSON.stringify(await call.ask('roots', { roots: true })))
  const client = connect(server, { revision: '2025-11-25', answers: () => new Promise(() => undefined) })
  const failure = toFailure(await client.callTool('work'))
  expect(failure).toMatchObject({ error: 'timeout', message: 'The client did not answer in time.' })
})

test('a session id is no good after sessionTtlMs, and none at all is needed unless requireSession says so', async () => {
  let now = 1_000_000
  const server = createQuietServer({ sessionTtlMs: 1_000, requireSession: true, now: () => now })
  const service = await serve(server.tool(tool, text))
  const send = (body: object, headers: Record<string, string> = {}) =>
    fetch(service.url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...headers,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, ...body }),
    })
  const clientInfo = { name: 'test', version: '1' }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
  const opened = await send({ method: 'initialize', params })
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
  expect((await send({ method: 'ping' })).status).toBe(400)
  expect((await send({ method: 'ping' }, session)).status).toBe(200)
  now += 1_001
  expect((await send({ method: 'ping' }, session)).status).toBe(404)
})

test('an event loop later than maxEventLoopDelayMs refuses requests until it is on time again', async () => {
  const server = createQuietServer({ maxEventLoopDelayMs: 200, rate: false })
  const service = await serve(server.tool(tool, text))
  const ask = async () => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    const response = await postRaw(service, { name: 'work' })
    await response.text()
    return response
  }
  let response = await ask()
  while (response.status === 200) {
    const until = performance.now() + 400
    while (performance.now() < until);
    response = await ask()
  }
  expect(response.status).toBe(503)
  expect(response.headers.get('retry-after')).toBe('1')
  while (response.status === 503) response = await ask()
  expect(response.status).toBe(200)
})

test('streams that only listen do not count as requests in flight', async () => {
  const server = createQuietServer({ maxInFlight: 2 }).tool(tool, text)
  const client = connect(server)
  const filter = { notifications: { toolsListChanged: true } }
  for (let at = 0; at < 3; at++) client.call('subscriptions/listen', filter).catch(() => undefined)
  await settleAll()
  expect(await client.callTool('work')).toMatchObject({ content: [{ text: 'done' }] })
})
