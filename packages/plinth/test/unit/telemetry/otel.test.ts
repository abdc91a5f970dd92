import { context, trace } from '@opentelemetry/api'
import { createServer, serveHttp, traceStatement } from 'plinth'
import { apiKeys, toApiKeyHash } from 'plinth/auth'
import { createOtlpTracer } from 'plinth/otel'
import { createTestClient } from 'plinth/testing'
import { defineUpstream } from 'plinth/upstream'
import { expect, onTestFinished, test } from 'vitest'
import { startWeb } from '../../security/web.ts'
import { startCollector } from './_collector.ts'

const traceId = 'a1'.repeat(16)
const traceparent = `00-${traceId}-${'b2'.repeat(8)}-01`

async function createTraced(env: Record<string, string> = {}) {
  const collector = await startCollector()
  const tracer = createOtlpTracer({
    serviceName: 'notes',
    serviceVersion: '2.0.0',
    url: `${collector.url}/v1/traces`,
    env,
  })
  const server = createServer({ name: 'test', version: '1.0.0', tracer, log: () => undefined })
  onTestFinished(() => {
    trace.disable()
    context.disable()
  })
  const client = createTestClient(server, { answers: () => ({ action: 'accept', content: { ok: true } }) })
  const find = (name: string) => collector.spans.find((span) => span.name === name)
  const close = () => server.telemetry.close()
  return { collector, server, client, find, close }
}

const read = { description: 'Does it.', effect: 'read' } as const
const anything = { type: 'object', properties: {}, additionalProperties: true } as const

test('a collector sees one trace from the client to the statement of the database', async () => {
  const { server, client, find, close } = await createTraced()
  server.tool({ ...read, name: 'query' }, async () => {
    await Promise.resolve()
    trace.getTracer('database').startSpan('by a library').end()
    const statement = {
      system: 'postgresql',
      text: "SELECT name FROM notes WHERE tenant = $1 AND kind = 'secret'",
    }
    return traceStatement(statement, async () => 'rows')
  })
  await client.call('tools/call', { name: 'query', _meta: { traceparent } })
  await close()
  const call = find('tools/call query')
  expect(call).toMatchObject({
    traceId,
    parentSpanId: 'b2'.repeat(8),
    kind: 'SERVER',
    status: 'UNSET',
    attributes: {
      'mcp.method.name': 'tools/call',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'query',
      'plinth.outcome': 'ok',
    },
    resource: { 'service.name': 'notes', 'service.version': '2.0.0' },
  })
  expect(find('by a library')).toMatchObject({ traceId, parentSpanId: call?.spanId })
  expect(find('SELECT notes')).toMatchObject({
    traceId,
    parentSpanId: call?.spanId,
    kind: 'CLIENT',
    status: 'UNSET',
    attributes: {
      'db.system.name': 'postgresql',
      'db.operation.name': 'SELECT',
      'db.query.summary': 'SELECT notes',
      'db.query.text': 'SELECT name FROM notes WHERE tenant = $1 AND kind = ?',
    },
  })
})

test('what a library starts while a statement runs stands below the statement', async () => {
  const { server, client, find, close } = await createTraced()
  server.tool({ ...read, name: 'query' }, () =>
    traceStatement({ system: 'sqlite', text: 'SELECT 1' }, () => {
      trace.getTracer('database').startSpan('by a library').end()
      return 'rows'
    }),
  )
  await client.callTool('query')
  await close()
  expect(find('by a library')?.parentSpanId).toBe(find('SELECT')?.spanId)
})

test.each([
  [
    'postgresql',
    "SELECT a FROM t WHERE b = E'it\\'s canary' AND c = $1",
    'SELECT a FROM t WHERE b = ? AND c = $1',
  ],
  ['postgresql', 'SELECT $$canary$$, $tag$canary$tag$ -- canary', 'SELECT ?, ?'],
  [
    'postgresql',
    "UPDATE t SET a = 'it''s canary' /* canary */ WHERE b = 4.5e3",
    'UPDATE t SET a = ? WHERE b = ?',
  ],
  [
    'sqlite',
    "DELETE FROM t WHERE a = x'0a' OR b = :name OR c = 'canary",
    'DELETE FROM t WHERE a = x? OR b = :name OR c = ?',
  ],
  ['mysql', 'SELECT a FROM t WHERE b = "canary"', undefined],
  ['mysql', 'SELECT a FROM t WHERE b = ?', 'SELECT a FROM t WHERE b = ?'],
])('literals of %s are no part of a span: %s', async (system, text, shown) => {
  const { collector, server, client, close } = await createTraced()
  server.tool({ ...read, name: 'query' }, () => traceStatement({ system, text }, () => 'rows'))
  await client.callTool('query')
  await close()
  const statement = collector.spans.find(({ kind }) => kind === 'CLIENT')
  expect(statement?.attributes['db.query.text']).toBe(shown)
  expect(collector.text()).not.toContain('canary')
})

test('a statement that fails says the code of the database and nothing of its values', async () => {
  const { collector, server, client, find, close } = await createTraced()
  server.tool({ ...read, name: 'insert' }, async () => {
    const error = Object.assign(new Error('(email)=(ada@canary.example) already exists'), { code: '23505' })
    await traceStatement(
      { system: 'postgresql', text: 'INSERT INTO users (email) VALUES ($1)' },
      async () => {
        throw new Error('Postgres failed.', { cause: error })
      },
    )
    return 'never'
  })
  await client.callTool('insert')
  await close()
  expect(find('INSERT users')).toMatchObject({
    status: 'ERROR',
    message: '',
    attributes: { 'error.type': '23505', 'db.response.status_code': '23505' },
  })
  expect(collector.text()).not.toContain('canary.example')
})

test('a statement outside a call, or of a call that has ended, makes no span', async () => {
  const { collector, server, client, close } = await createTraced()
  const later = Promise.withResolvers<void>()
  server.tool({ ...read, name: 'start' }, () => {
    setTimeout(() => {
      traceStatement({ system: 'sqlite', text: 'SELECT 2' }, () => undefined)
      later.resolve()
    }, 5)
    return 'started'
  })
  traceStatement({ system: 'sqlite', text: 'SELECT 1' }, () => undefined)
  await client.callTool('start')
  await later.promise
  await close()
  expect(collector.spans.map(({ name }) => name)).toEqual(['tools/call start'])
})

test('of two servers in a process each tells of its own statements', async () => {
  const one = await createTraced()
  const other = await createTraced()
  one.server.tool({ ...read, name: 'query' }, () =>
    traceStatement({ system: 'sqlite', text: 'SELECT 1' }, () => 'rows'),
  )
  await one.client.callTool('query')
  await Promise.all([one.close(), other.close()])
  expect(one.collector.spans.map(({ name }) => name).sort()).toEqual(['SELECT', 'tools/call query'])
  expect(other.collector.spans).toEqual([])
})

test('every class of failure marks the span as the conventions say', async () => {
  const { collector, server, client, close } = await createTraced()
  const errors = { no_such_city: { message: 'No city.', retry: false } }
  server.tool({ ...read, name: 'crash' }, () => {
    throw new RangeError('the password is hunter2')
  })
  server.tool({ ...read, name: 'decline', errors }, (_input, call) => {
    throw call.fail('no_such_city')
  })
  server.tool({ ...read, name: 'sleep', timeoutMs: 5 }, () => new Promise(() => undefined))
  server.tool({ ...read, name: 'rare', rate: { limit: 1, windowMs: 60_000 } }, () => 'once')
  const crash = await client.callTool('crash')
  for (const name of ['decline', 'sleep', 'rare', 'rare']) await client.callTool(name)
  await client.callTool('sk-canaryOPENAIcanaryOPENAI00').catch(() => undefined)
  await close()
  const found = collector.spans.map(({ name, status, message, attributes }) => [
    name,
    status,
    message,
    attributes['plinth.outcome'],
    attributes['error.type'],
    attributes['rpc.response.status_code'],
    attributes['plinth.error'],
  ])
  const { error_id } = crash.structuredContent as { error_id: string }
  expect(found).toEqual([
    ['tools/call crash', 'ERROR', '', 'crash', 'tool_error', undefined, 'internal'],
    ['tools/call decline', 'ERROR', '', 'tool_error', 'tool_error', undefined, 'no_such_city'],
    ['tools/call sleep', 'ERROR', '', 'timeout', 'tool_error', undefined, 'timeout'],
    ['tools/call rare', 'UNSET', '', 'ok', undefined, undefined, undefined],
    ['tools/call rare', 'ERROR', '', 'refused', 'tool_error', undefined, 'rate_exceeded'],
    [
      'tools/call [redacted]',
      'ERROR',
      'This server has no such tool.',
      'protocol_error',
      '-32602',
      '-32602',
      'tool_unknown',
    ],
  ])
  expect(collector.spans[0]?.attributes).toMatchObject({
    'plinth.error_class': 'RangeError',
    'plinth.error_id': error_id,
  })
  expect(collector.text()).not.toMatch(/hunter2|canaryOPENAI/)
})

test('a call that was taken back says so, and is no error', async () => {
  const { server, client, find, close } = await createTraced()
  const running = Promise.withResolvers<void>()
  const told = Promise.withResolvers<void>()
  server.observe({ onCall: ({ outcome }) => outcome === 'cancelled' && told.resolve() })
  server.tool({ ...read, name: 'wait' }, () => {
    running.resolve()
    return new Promise(() => undefined)
  })
  const controller = new AbortController()
  const pending = client.callTool('wait', {}, { signal: controller.signal }).catch(() => undefined)
  await running.promise
  controller.abort()
  await Promise.all([pending, told.promise])
  await close()
  expect(find('tools/call wait')).toMatchObject({
    status: 'UNSET',
    attributes: { 'plinth.outcome': 'cancelled' },
  })
})

test('asking, queueing, the cache, retries and breakers are events of the span', async () => {
  const { collector, server, client, close } = await createTraced()
  const schema = { type: 'object', properties: { ok: { type: 'boolean' } } } as const
  server.tool({ ...read, name: 'ask' }, async (_input, call) => {
    await call.ask('sure', { message: 'Sure?', schema })
    return 'done'
  })
  server.tool({ ...read, name: 'slow', concurrency: { limit: 1 } }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 5))
    return 'done'
  })
  server.tool({ ...read, name: 'cached', input: anything, cache: { ttlMs: 60_000 } }, () => 'kept')
  const weather = defineUpstream({
    name: 'weather',
    retry: { attempts: 2, baseDelayMs: 0 },
    breaker: { minimumCalls: 2 },
    bulkhead: { limit: 1 },
  })
  server.tool({ ...read, name: 'fetch', input: anything }, async (_input, call) => {
    await weather.run(call, () => Promise.reject(Object.assign(new Error('down'), { code: 'ECONNREFUSED' })))
    return 'never'
  })
  await client.callTool('ask')
  await Promise.all([client.callTool('slow'), client.callTool('slow')])
  for (const name of ['cached', 'cached', 'fetch', 'fetch']) await client.callTool(name)
  await close()
  const events = collector.spans.map(({ name, events: found }) => [
    name.replace('tools/call ', ''),
    ...found.map((event) => [
      event.name,
      event.attributes['plinth.upstream'] ?? event.attributes['plinth.kind'],
    ]),
  ])
  expect(events).toEqual([
    ['ask', ['asked', 'elicitation']],
    ['ask', ['asked', 'elicitation']],
    ['slow'],
    ['slow', ['queued', undefined]],
    ['cached', ['cache_missed', undefined]],
    ['cached', ['cached', undefined]],
    ['fetch', ['retried', 'weather'], ['breaker_opened', 'weather']],
    ['fetch', ['breaker_refused', 'weather']],
  ])
})

test('where message and HTTP request belong to two traces, the span is of the first and names the second', async () => {
  const { server, find, close } = await createTraced()
  server.tool({ ...read, name: 'greet' }, () => 'hello')
  const response = await server.fetch(
    new Request('http://localhost/mcp', {
      method: 'POST',
      headers: {
        host: 'localhost',
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        traceparent: `00-${'c3'.repeat(16)}-${'d4'.repeat(8)}-01`,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'greet', _meta: { traceparent, tracestate: 'vendor=kept' } },
      }),
    }),
  )
  await response.text()
  await close()
  expect(find('tools/call greet')).toMatchObject({
    traceId,
    links: [{ traceId: 'c3'.repeat(16), spanId: 'd4'.repeat(8) }],
    attributes: { 'network.transport': 'tcp', 'network.protocol.name': 'http' },
  })
})

test('what a handler fetches goes on with its span, and with what other tracing systems want passed on', async () => {
  const { server, client, find, close } = await createTraced()
  const { port } = await startWeb(({ headers }, response) => response.end(JSON.stringify(headers)))
  server.tool({ ...read, name: 'relay' }, async (_input, call) => {
    const response = await call.fetch(`http://127.0.0.1:${port}/`)
    return response.text()
  })
  const params = { name: 'relay', _meta: { traceparent, tracestate: 'vendor=kept' } }
  const { content } = (await client.call('tools/call', params)) as { content: { text: string }[] }
  await close()
  expect(JSON.parse(content[0]?.text ?? '')).toMatchObject({
    traceparent: `00-${traceId}-${find('tools/call relay')?.spanId}-01`,
    tracestate: 'vendor=kept',
  })
})

test.each([
  ['always_off', undefined],
  ['parentbased_always_off', 'tools/call greet'],
  ['traceidratio', 'tools/call greet'],
])('the sampler %s decides what is sent', async (sampler, sent) => {
  const { server, collector, client, close } = await createTraced({ OTEL_TRACES_SAMPLER: sampler })
  server.tool({ ...read, name: 'greet' }, () => 'hello')
  await client.call('tools/call', { name: 'greet', _meta: { traceparent } })
  await close()
  expect(collector.spans[0]?.name).toBe(sent)
})

test('a protocol that is not spoken here refuses to start', () => {
  const env = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }
  expect(() => createOtlpTracer({ serviceName: 'a', env })).toThrow(
    '"OTEL_EXPORTER_OTLP_PROTOCOL" must be "http/protobuf", got "grpc".',
  )
})

test('what is refused before it is a request has a span in the trace of its caller, which says no more than why', async () => {
  const { server, collector, close } = await createTraced()
  server.tool({ ...read, name: 'greet' }, () => 'hello')
  const key = 'k'.repeat(43)
  const auth = { verifiers: [apiKeys({ keys: [{ id: 'one', sha256: toApiKeyHash(key) }] })] }
  const service = await serveHttp(server, { port: 0, auth })
  const post = async (body: string, headers: Record<string, string> = {}, path = '/mcp') => {
    const standard = { 'content-type': 'application/json', accept: '*/*', 'x-api-key': key, traceparent }
    const url = new URL(path, service.url)
    await (await fetch(url, { method: 'POST', headers: { ...standard, ...headers }, body })).text()
  }
  await post('{"canary')
  await post('{"jsonrpc":"2.0","id":7,"method":"canary/method","params":{"name":"canary"}}')
  await post('{"jsonrpc":"2.0","id":8,"method":"tools/call","params":{"name":"greet"}}', {
    'mcp-protocol-version': '2026-07-28',
  })
  await post('{}', { 'x-api-key': 'canary' })
  await post('{}', { origin: 'https://canary.example' })
  await post('{}', {}, '/canary')
  await service.close()
  await close()
  const spans = collector.spans.map(({ name, attributes }) => [
    name,
    attributes['plinth.outcome'],
    attributes['plinth.error'],
  ])
  expect(spans).toEqual([
    ['other', 'protocol_error', 'parse_failed'],
    ['other', 'protocol_error', 'method_unknown'],
    ['tools/call', 'protocol_error', 'envelope_invalid'],
    ['other', 'refused', 'http_401'],
    ['other', 'refused', 'http_403'],
    ['other', 'refused', 'http_404'],
  ])
  for (const span of collector.spans) {
    expect(span).toMatchObject({ traceId, parentSpanId: 'b2'.repeat(8), kind: 'SERVER', status: 'ERROR' })
  }
  expect(collector.text()).not.toContain('canary')
})
