import { serve } from '@hono/node-server'
import { createFetchHandler, type HttpOptions, type HttpService } from 'plinth'
import { expect, onTestFinished, test } from 'vitest'
import { call, createEchoServer, exchange, listen, open, post, rpc } from './raw-http.ts'
import { alone, inSession } from './sessions.ts'

const url = 'http://localhost/mcp'
const headers = { 'Content-Type': 'application/json', Accept: 'application/json, text/event-stream' }

function toRequest(
  body: string | ReadableStream<Uint8Array>,
  own: Record<string, string | undefined> = {},
): Request {
  const all = Object.entries({ ...headers, ...own }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  )
  return new Request(url, { method: 'POST', body, headers: all, duplex: 'half' } as RequestInit)
}

async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2))
}

/** A tool that works until it is cancelled. */
function createWaitServer() {
  const { server } = createEchoServer()
  const signals: AbortSignal[] = []
  server.tool(
    { name: 'wait', description: 'Waits.', input: { type: 'object' }, effect: 'read' },
    (_input, work) => {
      signals.push(work.signal)
      return new Promise<string>((_resolve, reject) => {
        work.signal.addEventListener('abort', () => reject(work.signal.reason))
        work.progress(1)
      })
    },
  )
  return { server, signals }
}

const wait = alone('tools/call', { name: 'wait', arguments: {}, _meta: { progressToken: 'p' } })
const one = alone('tools/call', { name: 'echo', arguments: {} })

test.each<[string, string, Record<string, string | undefined>]>([
  ['a call', call('echo', { a: 1 }), {}],
  ['a request that stands alone', one.body, one.headers],
  ['a stream', call('echo', { a: 1 }), { Accept: 'text/event-stream' }],
  ['a notification', '{"jsonrpc":"2.0","method":"notifications/initialized"}', {}],
  ['no JSON', '{', {}],
  ['a batch', '[]', {}],
  ['a byte order mark', '\ufeff{}', {}],
  ['another version', call('echo'), { 'MCP-Protocol-Version': '1999-01-01' }],
  ['no version', one.body, { ...one.headers, 'MCP-Protocol-Version': undefined }],
  ['an unknown session', call('echo'), inSession('x')],
  ['a foreign Host', call('echo'), { Host: 'evil.example' }],
  ['a foreign Origin', call('echo'), { Origin: 'https://evil.example' }],
  ['a page of this machine', call('echo'), { Origin: 'http://localhost:6274' }],
  ['another type', call('echo'), { 'Content-Type': 'text/plain; a=application/json' }],
  ['an encoding', call('echo'), { 'Content-Encoding': 'gzip' }],
  ['no way to answer', call('echo'), { Accept: 'text/html' }],
  ['too much', call('echo', { text: 'x'.repeat(3_000) }), {}],
])('both entries answer %s alike', async (_name, body, own) => {
  const options: HttpOptions = { maxBodyBytes: 2_048 }
  const service = await listen(createEchoServer().server, options)
  const handle = createFetchHandler(createEchoServer().server, options)
  const expected = await exchange(service, post(service, body, own))
  const response = await handle(toRequest(body, own))
  expect([response.status, await response.text()]).toEqual([expected.status, expected.body])
  for (const name of ['content-type', 'cache-control', 'x-accel-buffering']) {
    expect(response.headers.get(name) ?? undefined).toBe(expected.headers[name])
  }
})

test('server.fetch answers with the default options', async () => {
  const { server } = createEchoServer()
  const response = await server.fetch(toRequest(rpc('ping')))
  expect(await response.json()).toEqual({ jsonrpc: '2.0', id: 1, result: {} })
  expect((await server.fetch(new Request('http://localhost/health'))).status).toBe(200)
  expect((await server.fetch(new Request('http://mcp.example/mcp', { method: 'POST' }))).status).toBe(403)
})

test('without a Host header the URL says which host was asked', async () => {
  const { server } = createEchoServer()
  const handle = createFetchHandler(server, { allowedHosts: ['mcp.example'], allowAnonymous: true })
  const ask = async (target: string) => {
    const response = await handle(new Request(target, { method: 'POST', body: rpc('ping'), headers }))
    return response.status
  }
  expect(await ask('https://mcp.example/mcp')).toBe(200)
  expect(await ask('https://evil.example/mcp')).toBe(403)
})

test('names that others can reach need a word about who may call', () => {
  const { server } = createEchoServer()
  const create = (options: HttpOptions) => () => createFetchHandler(server, options)
  expect(create({ allowedHosts: ['mcp.example'] })).toThrow('"allowAnonymous: true"')
  expect(create({ allowedHosts: ['localhost:3000', '127.0.0.1', '[::1]:80'] })).not.toThrow()
})

test.each([
  'host',
  'origin',
  'content-type',
  'content-encoding',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-session-id',
  'last-event-id',
])('a %s header that was repeated is refused', async (name) => {
  const { server, calls } = createEchoServer()
  const handle = createFetchHandler(server)
  const request = toRequest(call('echo'))
  request.headers.set(name, name === 'host' ? 'localhost' : 'http://localhost')
  request.headers.append(name, name === 'host' ? 'localhost' : 'http://localhost')
  expect((await handle(request)).status).toBe(400)
  expect(calls).toEqual([])
})

test.each(['/mcp/', '//mcp', '/MCP', '/%6dcp', '/mcp%2f', '/sse', '/'])(
  'there is nothing at %s',
  async (path) => {
    const handle = createFetchHandler(createEchoServer().server)
    const request = new Request(`http://localhost${path}`, { method: 'POST', body: call('echo'), headers })
    expect((await handle(request)).status).toBe(404)
  },
)

test.each(['HEAD', 'OPTIONS', 'PUT', 'PATCH'])('%s is not allowed', async (method) => {
  const handle = createFetchHandler(createEchoServer().server)
  const response = await handle(new Request(url, { method }))
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('GET, POST, DELETE')
})

test('a body without end is refused at the limit and let go', async () => {
  const { server, calls } = createEchoServer()
  const handle = createFetchHandler(server, { maxBodyBytes: 10_000 })
  let sent = 0
  let isLetGo = false
  const endless = new ReadableStream<Uint8Array>({
    pull(controller) {
      sent += 1_000
      controller.enqueue(new Uint8Array(1_000).fill(32))
    },
    cancel() {
      isLetGo = true
    },
  })
  expect((await handle(toRequest(endless))).status).toBe(413)
  expect(isLetGo).toBe(true)
  expect(sent).toBeLessThan(20_000)
  expect(calls).toEqual([])
})

test('a body of a refused request is not read', async () => {
  const handle = createFetchHandler(createEchoServer().server)
  let pulls = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        pulls++
        controller.enqueue(new Uint8Array(1_000))
      },
    },
    { highWaterMark: 0 },
  )
  expect((await handle(toRequest(body, { 'Content-Type': 'text/plain' }))).status).toBe(415)
  expect(pulls).toBe(0)
})

test('a slow body ends in 408, one that breaks off in 400, and neither reaches a handler', async () => {
  const { server, calls } = createEchoServer()
  const handle = createFetchHandler(server, { requestTimeoutMs: 30 })
  const slow = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(new TextEncoder().encode(call('echo').slice(0, -1))),
  })
  expect((await handle(toRequest(slow))).status).toBe(408)
  const broken = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(call('echo')))
    },
    pull: (controller) => controller.error(new Error('gone')),
  })
  expect((await handle(toRequest(broken))).status).toBe(400)
  expect(calls).toEqual([])
})

test('invalid UTF-8 is a parse error, also across chunks', async () => {
  const handle = createFetchHandler(createEchoServer().server)
  const bytes = Buffer.from(call('echo', { text: 'é' }))
  const cut = bytes.indexOf(0xc3) + 1
  const inTwo = (tail: Uint8Array) =>
    new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.subarray(0, cut))
        controller.enqueue(tail)
        controller.close()
      },
    })
  const good = await handle(toRequest(inTwo(bytes.subarray(cut))))
  expect(await good.text()).toContain('é')
  const bad = await handle(toRequest(inTwo(bytes.subarray(cut + 1))))
  expect([bad.status, ((await bad.json()) as { error: { code: number } }).error.code]).toEqual([400, -32700])
})

test('a client that aborts cancels a request that stands alone', async () => {
  const { server, signals } = createWaitServer()
  const handle = createFetchHandler(server)
  const leaving = new AbortController()
  const json = { ...wait.headers, Accept: 'application/json' }
  const request = new Request(toRequest(wait.body, json), { signal: leaving.signal })
  const answered = handle(request)
  while (signals.length === 0) await nextTurn()
  leaving.abort()
  await answered
  expect(signals[0]?.aborted).toBe(true)
})

test('a client that leaves a stream cancels a request that stands alone', async () => {
  const { server, signals } = createWaitServer()
  const response = await createFetchHandler(server)(toRequest(wait.body, wait.headers))
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  const reader = response.body?.getReader()
  const first = await reader?.read()
  expect(new TextDecoder().decode(first?.value)).toContain('notifications/progress')
  await reader?.cancel()
  expect(signals[0]?.aborted).toBe(true)
})

test('a client that aborts after the answer cancels nothing', async () => {
  const { server } = createEchoServer()
  const leaving = new AbortController()
  const response = await createFetchHandler(server)(
    new Request(toRequest(call('echo')), { signal: leaving.signal }),
  )
  leaving.abort()
  expect(response.status).toBe(200)
  expect(await response.text()).toContain('"result"')
})

test('a stream that nobody reads is broken off', async () => {
  const { server } = createEchoServer()
  const uri = `test://${'x'.repeat(100_000)}`
  server.resource({ uri, name: 'r' }, () => 'r')
  const handle = createFetchHandler(server)
  const clientInfo = { name: 'c', version: '1' }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
  const id = (await handle(toRequest(rpc('initialize', params)))).headers.get('mcp-session-id') ?? ''
  await handle(toRequest(rpc('resources/subscribe', { uri }), inSession(id)))
  const stream = await handle(
    new Request(url, { headers: { accept: 'text/event-stream', ...inSession(id) } }),
  )
  expect(stream.status).toBe(200)
  for (let n = 0; n < 20; n++) server.resourceUpdated(uri)
  await expect(stream.text()).rejects.toThrow('broke the stream off')
})

test('behind a server of its own it answers, streams and hears of clients that leave', async () => {
  const { server, signals } = createWaitServer()
  const handle = createFetchHandler(server)
  const listening = await new Promise<{ port: number; close: () => void }>((resolve) => {
    const http = serve({ fetch: handle, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      resolve({ port, close: () => http.close() }),
    )
  })
  onTestFinished(listening.close)
  const service = { url: `http://127.0.0.1:${listening.port}/mcp` } as HttpService
  expect((await exchange(service, post(service, call('echo', { a: 1 })))).body).toContain('"result"')
  expect((await exchange(service, post(service, call('echo'), { Host: 'evil.example' }))).status).toBe(403)
  const connection = await open(service)
  connection.send(post(service, wait.body, wait.headers))
  await connection.until('notifications/progress')
  connection.socket.destroy()
  while (signals[0]?.aborted !== true) await nextTurn()
})
