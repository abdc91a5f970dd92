import { trace } from '@opentelemetry/api'
import { createServer } from 'plinth'
import { createOtlpTracer } from 'plinth/otel'
import { createTestClient } from 'plinth/testing'
import { expect, onTestFinished, test } from 'vitest'
import { startWeb } from '../../security/web.ts'

interface OtlpSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId?: string
  readonly name: string
  readonly kind: number
  readonly status: { readonly code?: number; readonly message?: string }
  readonly attributes: readonly { readonly key: string; readonly value: Record<string, unknown> }[]
  readonly events: readonly { readonly name: string }[]
}

interface OtlpRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: OtlpSpan['attributes'] }
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[]
  }[]
}

/** A collector that understands OTLP over HTTP as JSON. */
async function startCollector() {
  const requests: OtlpRequest[] = []
  const { port } = await startWeb(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    requests.push(JSON.parse(Buffer.concat(chunks).toString()) as OtlpRequest)
    response.setHeader('content-type', 'application/json').end('{}')
  })
  const spans = () =>
    requests
      .flatMap(({ resourceSpans }) => resourceSpans)
      .flatMap(({ scopeSpans }) => scopeSpans)
      .flatMap((one) => one.spans)
  return { url: `http://127.0.0.1:${port}/v1/traces`, requests, spans }
}

function toValues(attributes: OtlpSpan['attributes']): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}

async function createTraced() {
  const collector = await startCollector()
  const tracer = createOtlpTracer({
    serviceName: 'notes',
    serviceVersion: '2.0.0',
    url: collector.url,
    env: {},
  })
  const server = createServer({ name: 'test', version: '1.0.0', tracer, log: () => undefined })
  onTestFinished(() => trace.disable())
  const read = { description: 'Does it.', effect: 'read' } as const
  server.tool({ ...read, name: 'query' }, async () => {
    await Promise.resolve()
    trace.getTracer('database').startSpan('SELECT notes').end()
    return 'rows'
  })
  server.tool({ ...read, name: 'crash' }, () => {
    throw new RangeError('the password is hunter2')
  })
  return { collector, server, close: () => server.telemetry.close() }
}

test('a collector sees one trace from the client to the statement of the database', async () => {
  const { collector, server, close } = await createTraced()
  const traceparent = `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}-01`
  await createTestClient(server).call('tools/call', { name: 'query', _meta: { traceparent } })
  await close()
  const call = collector.spans().find(({ name }) => name === 'tools/call query')
  const statement = collector.spans().find(({ name }) => name === 'SELECT notes')
  expect(call).toMatchObject({ traceId: 'a1'.repeat(16), parentSpanId: 'b2'.repeat(8), kind: 2 })
  expect(statement).toMatchObject({ traceId: call?.traceId, parentSpanId: call?.spanId })
  expect(toValues(call?.attributes ?? [])).toMatchObject({
    'mcp.method.name': 'tools/call',
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'query',
    'plinth.outcome': 'ok',
  })
  const resource = toValues(collector.requests[0]?.resourceSpans[0]?.resource.attributes ?? [])
  expect(resource).toMatchObject({ 'service.name': 'notes', 'service.version': '2.0.0' })
})

test('a failed call marks its span with what it was, and tells no secret', async () => {
  const { collector, server, close } = await createTraced()
  const client = createTestClient(server)
  const result = await client.callTool('crash')
  await client.callTool('nope').catch(() => undefined)
  await client.callTool('sk-canaryOPENAIcanaryOPENAI00').catch(() => undefined)
  await close()
  const [crash, unknown] = collector.spans()
  expect(crash?.status).toMatchObject({ code: 2, message: 'internal' })
  expect(toValues(crash?.attributes ?? [])).toMatchObject({
    'error.type': 'RangeError',
    'plinth.error_id': (result.structuredContent as { error_id: string }).error_id,
  })
  expect(toValues(unknown?.attributes ?? [])).toMatchObject({ 'error.type': 'tool_unknown' })
  expect(JSON.stringify(collector.requests)).not.toMatch(/hunter2|canaryOPENAI/)
})

test('a ratio that is none refuses to start', () => {
  const env = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: 'half' }
  expect(() => createOtlpTracer({ serviceName: 'a', env })).toThrow(
    '"OTEL_TRACES_SAMPLER_ARG" must be a number from 0 to 1, got "half".',
  )
})
