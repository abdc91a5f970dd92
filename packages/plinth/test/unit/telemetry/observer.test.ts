import { connect } from 'node:net'
import { createFetchHandler, createServer, serveHttp } from 'plinth'
import { type CallRecord, createMetrics } from 'plinth/telemetry'
import { createTestClient } from 'plinth/testing'
import { expect, test } from 'vitest'
import { postRaw } from '../middleware/post-raw.ts'
import { createObserved } from './_observed.ts'
import { parsePrometheus } from './_prometheus.ts'

test('every call has one record with its outcome', async () => {
  const { client, records } = createObserved()
  for (const name of ['greet', 'crash', 'decline', 'sleep', 'rare', 'rare']) await client.callTool(name)
  await client.callTool('nope').catch(() => undefined)
  expect(records.map(({ component, outcome, error }) => [component, outcome, error])).toEqual([
    ['greet', 'ok', undefined],
    ['crash', 'crash', 'internal'],
    ['decline', 'tool_error', 'no_such_city'],
    ['sleep', 'timeout', 'timeout'],
    ['rare', 'ok', undefined],
    ['rare', 'refused', 'rate_exceeded'],
    ['nope', 'protocol_error', 'tool_unknown'],
  ])
  expect(new Set(records.map(({ invocationId }) => invocationId)).size).toBe(7)
})

test('a record tells who called, with what, and how large it was', async () => {
  const { client, records } = createObserved()
  await client.callTool('greet', { city: 'Bern' })
  expect(records[0]).toMatchObject({
    kind: 'tool',
    method: 'tools/call',
    isKnown: true,
    subject: 'local',
    tenant: 'local',
    client: 'test-client/1.0.0',
    revision: expect.stringMatching(/^\d{4}-/),
    arguments: { city: 'Bern' },
    dryRun: false,
  })
  expect(records[0]?.bytesIn).toBeGreaterThan(100)
  expect(records[0]?.bytesOut).toBeGreaterThan(20)
  expect(records[0]?.principalHash).toMatch(/^[\w-]{16}$/)
})

test('a crash is on record with the class of the error and the id the caller got', async () => {
  const { client, records } = createObserved()
  const result = await client.callTool('crash')
  expect(records[0]).toMatchObject({
    errorType: 'RangeError',
    errorId: (result.structuredContent as { error_id: string }).error_id,
  })
})

test('a call that was taken back is on record as cancelled', async () => {
  const { server, records } = createObserved()
  const running = Promise.withResolvers<void>()
  server.tool({ name: 'wait', description: 'Waits.', effect: 'read' }, () => {
    running.resolve()
    return new Promise(() => undefined)
  })
  const controller = new AbortController()
  const client = createTestClient(server)
  const pending = client.callTool('wait', {}, { signal: controller.signal }).catch(() => undefined)
  await running.promise
  controller.abort()
  await pending
  await expect
    .poll(() => records.map(({ kind, outcome }) => `${kind} ${outcome}`).sort())
    .toEqual(['notification ok', 'tool cancelled'])
})

test('a call that waits for answers, lists and unknown methods are on record', async () => {
  const { server, records } = createObserved()
  server.tool({ name: 'ask', description: 'Asks.', effect: 'read' }, async (_input, call) => {
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } } } as const
    await call.ask('sure', { message: 'Sure?', schema })
    return 'done'
  })
  const client = createTestClient(server, { answers: () => ({ action: 'accept', content: { ok: true } }) })
  await client.callTool('ask')
  await client.call('tools/list', {})
  await client.call('no/such', {}).catch(() => undefined)
  expect(records.map(({ method, outcome, kind }) => [kind, method, outcome])).toEqual([
    ['tool', 'tools/call', 'input_required'],
    ['tool', 'tools/call', 'ok'],
    ['request', 'tools/list', 'ok'],
    ['request', 'no/such', 'protocol_error'],
  ])
  expect(records[0]?.events.map(({ name }) => name)).toEqual(['asked'])
})

test('what is refused before a message is read is on record too', async () => {
  const { server, records } = createObserved({ rate: { limit: 1, windowMs: 60_000 } })
  const service = await serveHttp(server, { port: 0 })
  await postRaw(service, { name: 'private' })
  await postRaw(service, { name: 'greet' })
  const elsewhere = new URL('/elsewhere', service.url)
  await fetch(elsewhere)
  await fetch(service.url, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' })
  await service.close()
  expect(records.map(({ kind, outcome, error }) => [kind, outcome, error])).toEqual([
    ['tool', 'ok', undefined],
    ['tool', 'refused', 'rate_exceeded'],
    ['http', 'refused', 'http_404'],
    ['http', 'refused', 'http_415'],
  ])
})

test('a message that is no JSON is on record as unreadable', async () => {
  const { server, records } = createObserved()
  const service = await serveHttp(server, { port: 0 })
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  await fetch(service.url, { method: 'POST', headers, body: '{"a":' })
  await service.close()
  expect(records[0]).toMatchObject({ kind: 'unreadable', outcome: 'protocol_error', error: 'parse_failed' })
})

test('an observer that throws is logged and keeps nobody from the answer', async () => {
  const log: unknown[] = []
  const server = createServer({
    name: 'test',
    version: '1.0.0',
    log: (record) => log.push(record),
    observers: [
      {
        onCall: () => {
          throw new Error('broken')
        },
      },
    ],
  })
  server.tool({ name: 'greet', description: 'Greets.', effect: 'read' }, () => 'hello')
  expect(await createTestClient(server).callTool('greet')).toMatchObject({ content: [{ text: 'hello' }] })
  expect(log).toMatchObject([
    { level: 'error', message: 'An observer failed.', error: { message: 'broken' } },
  ])
})

test('an observer can be added while the server serves, and is closed with the service', async () => {
  const { server } = createObserved()
  const service = await serveHttp(server, { port: 0 })
  const records: CallRecord[] = []
  let closed = 0
  server.observe({ onCall: (record) => void records.push(record), close: async () => void closed++ })
  await postRaw(service, { name: 'greet' })
  await service.close()
  expect(records).toHaveLength(1)
  expect(closed).toBe(1)
})

test('time in line is on record', async () => {
  const { server, records } = createObserved()
  const concurrency = { limit: 1 }
  server.tool({ name: 'slow', description: 'Is slow.', effect: 'read', concurrency }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    return 'done'
  })
  const client = createTestClient(server)
  await Promise.all([client.callTool('slow'), client.callTool('slow')])
  expect(records.map(({ events }) => events.map(({ name }) => name))).toEqual([[], ['queued']])
  expect(records[1]?.queuedMs).toBeGreaterThan(0)
})

test('what is refused while it comes in, by the server or by Node, is on record too', async () => {
  const { server, records } = createObserved()
  const metrics = createMetrics()
  server.observe(metrics)
  const limits = { maxBodyBytes: 1_024, headersTimeoutMs: 40, requestTimeoutMs: 40 }
  const service = await serveHttp(server, { port: 0, ...limits })
  const head = `POST /mcp HTTP/1.1\r\nHost: ${new URL(service.url).host}\r\nContent-Type: application/json\r\nAccept: */*\r\n`
  const chunked = `${head}Transfer-Encoding: chunked\r\n\r\n`
  const sent = [
    `${chunked}800\r\n${' '.repeat(2_048)}\r\n0\r\n\r\n`,
    `${head}Content-Length: 4\r\n\r\n\xff\xff\xff\xff`,
    `${head}Expect: miracles\r\nContent-Length: 2\r\n\r\n{}`,
    `${head}${'X-A: b\r\n'.repeat(200)}Content-Length: 2\r\n\r\n{}`,
    `${head}X-Long: ${'a'.repeat(20_000)}\r\n\r\n`,
    'NONSENSE\r\n\r\n',
    `${chunked}2;${'a'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`,
    `${head}Content-Length: 2\r\n\r\n`,
  ]
  for (const text of sent) await sendRaw(service.url, text)
  const expected = [413, 400, 417, 431, 431, 400, 413, 408].map((status) => `http_${status}`)
  await expect.poll(() => records.map(({ error }) => error)).toEqual(expected)
  await service.close()
  const refusals = parsePrometheus(metrics.toText()).filter(({ name }) => name === 'plinth_refusals_total')
  const counts = refusals.map(({ labels, value }) => [labels['reason'], value])
  expect(counts).toEqual([
    ['http_413', 2],
    ['http_400', 2],
    ['http_417', 1],
    ['http_431', 2],
    ['http_408', 1],
  ])
})

test('what is refused while a web-standard request comes in is on record too', async () => {
  const { server, records } = createObserved()
  const handle = createFetchHandler(server, { maxBodyBytes: 1_024, requestTimeoutMs: 20 })
  const never = new ReadableStream({ pull: () => new Promise(() => undefined) })
  for (const body of ['x'.repeat(2_048), new Uint8Array([255, 255]), never]) await handle(toPost(body))
  expect(records.map(({ error }) => error)).toEqual(['http_413', 'http_400', 'http_408'])
})

function toPost(body: RequestInit['body']): Request {
  const headers = { 'content-type': 'application/json', accept: '*/*', host: 'localhost' }
  return new Request('http://localhost/mcp', { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
}

/** Sends bytes as they are and waits for the connection to end. */
function sendRaw(url: string, text: string): Promise<void> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(text, 'latin1'))
    socket.on('error', () => undefined)
    socket.on('close', () => resolve())
    socket.resume()
    socket.setTimeout(1_000, () => socket.destroy())
    if (!text.includes('Content-Length: 2\r\n\r\n') || text.endsWith('{}'))
      socket.on('data', () => socket.end())
  })
}
