import { Client } from 'mcp-sdk-1-29/client/index.js'
import { SSEClientTransport } from 'mcp-sdk-1-29/client/sse.js'
import { ElicitRequestSchema, ToolListChangedNotificationSchema } from 'mcp-sdk-1-29/types.js'
import type { HttpService, Server } from 'plinth'
import { expect, onTestFinished, test } from 'vitest'
import {
  call,
  createEchoServer,
  exchange,
  listen,
  open,
  type RawConnection,
  request,
  rpc,
} from './raw-http.ts'

const jsonHeaders = { 'Content-Type': 'application/json' }

async function connectClient(service: HttpService, capabilities: object = {}): Promise<Client> {
  const client = new Client({ name: 'test-client', version: '1.0.0' }, { capabilities })
  await client.connect(new SSEClientTransport(new URL('/sse', service.url)))
  onTestFinished(() => client.close())
  return client
}

/** Opens a link and gives back where to post. */
async function openLink(service: HttpService): Promise<{ stream: RawConnection; endpoint: string }> {
  const stream = await open(service)
  stream.send(request('GET /sse', { Accept: 'text/event-stream' }))
  const received = await stream.until('\n\n')
  return { stream, endpoint: /data: (\S+)/.exec(received)?.[1] ?? '' }
}

function postTo(endpoint: string, body: string, headers: Record<string, string | undefined> = {}): string {
  const length = { 'Content-Length': String(Buffer.byteLength(body)) }
  return request(`POST ${endpoint}`, { ...jsonHeaders, ...length, ...headers }) + body
}

function addWork(server: Server): AbortSignal[] {
  const signals: AbortSignal[] = []
  server.tool(
    { name: 'work', description: 'Works without end.', input: { type: 'object' }, effect: 'read' },
    (_input, { signal }) =>
      new Promise<string>((_resolve, reject) => {
        signals.push(signal)
        signal.addEventListener('abort', () => reject(signal.reason))
      }),
  )
  return signals
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 2))
}

test('a client of the deprecated transport calls tools, is asked and is told of changes', async () => {
  const { server } = createEchoServer()
  server.tool(
    { name: 'greet', description: 'Greets.', input: { type: 'object' }, effect: 'read' },
    async (_input, work) => {
      const schema = { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] } as const
      const answer = await work.ask('name', { message: 'Who?', schema })
      return answer.action === 'accept' ? `Hello, ${String(answer.content['name'])}!` : 'Hello.'
    },
  )
  const service = await listen(server, { sse: true })
  const client = await connectClient(service, { elicitation: {} })
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'accept', content: { name: 'Ada' } }))
  const changed = new Promise<void>((resolve) =>
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve()),
  )
  expect(await client.callTool({ name: 'echo', arguments: { a: 1 } })).toMatchObject({
    content: [{ type: 'text', text: '{"a":1}' }],
  })
  expect(await client.callTool({ name: 'greet' })).toMatchObject({ content: [{ text: 'Hello, Ada!' }] })
  server.remove('tool', 'greet')
  await changed
})

test('there is nothing of it without the option', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  expect((await exchange(service, request('GET /sse', { Accept: 'text/event-stream' }))).status).toBe(404)
  expect((await exchange(service, postTo('/messages?session=x', rpc('ping')))).status).toBe(404)
})

test('the first event names an endpoint that cannot be guessed', async () => {
  const { server } = createEchoServer()
  const service = await listen(server, { sse: true })
  const [one, two] = [await openLink(service), await openLink(service)]
  expect(one.endpoint).toMatch(/^\/messages\?session=[\w-]{22}$/)
  expect(one.endpoint).not.toBe(two.endpoint)
  expect(one.stream.unread).toMatch(/^HTTP\/1\.1 200 [\s\S]*\nevent: endpoint\ndata: /)
  expect(one.stream.unread.toLowerCase()).toContain('x-accel-buffering: no')
  expect(one.stream.unread.toLowerCase()).toContain('cache-control: no-store')
})

test('a message is answered 202, and its answer comes on its own stream alone', async () => {
  const { server } = createEchoServer()
  const service = await listen(server, { sse: true })
  const [one, two] = [await openLink(service), await openLink(service)]
  const response = await exchange(service, postTo(one.endpoint, call('echo', { for: 'one' }, 'a')))
  expect(response).toMatchObject({ status: 202, body: '' })
  await one.stream.until('"id":"a"')
  await exchange(service, postTo(two.endpoint, rpc('ping', {}, 'b')))
  await two.stream.until('"id":"b"')
  expect(two.stream.unread).not.toContain('for')
  expect(one.stream.unread).not.toContain('"id":"b"')
})

test('what cannot be read is answered where it was posted', async () => {
  const { server } = createEchoServer()
  const service = await listen(server, { sse: true })
  const { stream, endpoint } = await openLink(service)
  for (const text of ['{', '[]', '{"jsonrpc":"2.0","id":null,"method":"ping"}']) {
    const response = await exchange(service, postTo(endpoint, text))
    expect(response.status).toBe(400)
    expect(JSON.parse(response.body).error.code).toBeLessThan(0)
  }
  await exchange(service, postTo(endpoint, rpc('no/such')))
  await stream.until('-32601')
})

test('both doors have the same locks', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server, { sse: true, maxBodyBytes: 2_048 })
  const { endpoint } = await openLink(service)
  const body = call('echo')
  const ask = async (headers: Record<string, string | undefined>, text = body) =>
    (await exchange(service, postTo(endpoint, text, headers))).status
  expect(await ask({ Host: 'evil.example' })).toBe(403)
  expect(await ask({ Origin: 'https://evil.example' })).toBe(403)
  expect(await ask({ 'Content-Type': 'text/plain' })).toBe(415)
  expect(await ask({ 'Content-Encoding': 'gzip' })).toBe(415)
  expect(await ask({}, call('echo', { text: 'x'.repeat(3_000) }))).toBe(413)
  const opening = (headers: Record<string, string>) => exchange(service, request('GET /sse', headers))
  expect((await opening({ Host: 'evil.example' })).status).toBe(403)
  expect((await opening({ Origin: 'https://evil.example' })).status).toBe(403)
  expect((await opening({ Accept: 'application/json' })).status).toBe(406)
  expect((await exchange(service, postTo('/sse', body))).headers['allow']).toBe('GET')
  expect((await exchange(service, request(`GET ${endpoint}`))).headers['allow']).toBe('POST')
  expect((await exchange(service, postTo(endpoint.replace('/messages', '/messages/'), body))).status).toBe(
    404,
  )
  expect(calls).toEqual([])
})

test('an endpoint nobody opened is not known', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server, { sse: true })
  const { endpoint } = await openLink(service)
  for (const wrong of [
    '/messages',
    '/messages?session=',
    `${endpoint}x`,
    endpoint.toUpperCase().replace('/MESSAGES', '/messages'),
  ]) {
    expect((await exchange(service, postTo(wrong, call('echo')))).status).toBe(404)
  }
  expect(calls).toEqual([])
})

test('an endpoint ends with its stream, and so does what is worked on', async () => {
  const { server } = createEchoServer()
  const signals = addWork(server)
  const service = await listen(server, { sse: true })
  const { stream, endpoint } = await openLink(service)
  await exchange(service, postTo(endpoint, call('work')))
  await until(() => signals.length === 1)
  stream.socket.destroy()
  await until(() => signals[0]?.aborted === true)
  expect((await exchange(service, postTo(endpoint, rpc('ping')))).status).toBe(404)
})

test('the number of links is bounded, and a closed one makes room', async () => {
  const { server } = createEchoServer({ maxStreams: 2 })
  const service = await listen(server, { sse: true })
  const first = await openLink(service)
  await openLink(service)
  const text = request('GET /sse', { Accept: 'text/event-stream' })
  expect((await exchange(service, text)).status).toBe(503)
  first.stream.socket.destroy()
  await until(() => server.scope.context.subscriptions.size < 2)
  expect((await openLink(service)).endpoint).toContain('session=')
})

test('a link whose client does not read is cut off', async () => {
  const { server } = createEchoServer()
  const service = await listen(server, { sse: true })
  const { stream, endpoint } = await openLink(service)
  stream.socket.pause()
  const gone = new Promise<void>((resolve) => stream.socket.once('close', () => resolve()))
  const text = postTo(endpoint, call('echo', { text: 'x'.repeat(1_000_000) }))
  const statuses: number[] = []
  for (let sent = 0; sent < 20; sent++) statuses.push((await exchange(service, text)).status)
  expect(statuses).toContain(404)
  stream.socket.resume()
  await gone
})

test('closing ends links once what was asked is answered', async () => {
  const { server } = createEchoServer()
  let finish: (text: string) => void = () => undefined
  server.tool({ name: 'slow', description: 'Waits.', input: { type: 'object' }, effect: 'read' }, () => {
    return new Promise<string>((resolve) => {
      finish = resolve
    })
  })
  const service = await listen(server, { sse: true })
  const [idle, busy] = [await openLink(service), await openLink(service)]
  await exchange(service, postTo(busy.endpoint, call('slow', {}, 'late')))
  const closed = service.close(5_000)
  await idle.stream.until('\r\n0\r\n\r\n')
  finish('done')
  await busy.stream.until('"id":"late"')
  await busy.stream.until('\r\n0\r\n\r\n')
  await closed
})

test('a second handshake does not make the client hear everything twice', async () => {
  const { server } = createEchoServer()
  const service = await listen(server, { sse: true })
  const { stream, endpoint } = await openLink(service)
  const params = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'c', version: '1' } }
  for (const id of ['i1', 'i2']) {
    await exchange(service, postTo(endpoint, rpc('initialize', params, id)))
    await stream.until(`"id":"${id}"`)
  }
  server.remove('tool', 'echo')
  await exchange(service, postTo(endpoint, rpc('ping', {}, 'after')))
  await stream.until('"id":"after"')
  expect(stream.unread.match(/list_changed"/g)?.length).toBe(1)
})

test('two things cannot be served at one path', async () => {
  const { server } = createEchoServer()
  await expect(listen(server, { sse: true, path: '/sse' })).rejects.toThrow(
    '"path" must be a path of its own',
  )
  await expect(listen(server, { healthPath: '/mcp' })).rejects.toThrow(
    '"healthPath" must be a path of its own',
  )
})
