import { context, trace } from '@opentelemetry/api'
import { createServer, type LogRecord } from 'plinth'
import { createOtlpTracer } from 'plinth/otel'
import { createOtlpMetrics } from 'plinth/otel-metrics'
import { createMetrics } from 'plinth/telemetry'
import { createTestClient } from 'plinth/testing'
import { expect, onTestFinished, test } from 'vitest'
import { startWeb } from '../../security/web.ts'
import { parsePrometheus } from './_prometheus.ts'

/** As many spans as are sent at once. */
const batch = 512

/** A collector that answers with one status or another, or not at all. */
async function startCollector(status: number | undefined) {
  const collector = { status, url: '' }
  const { port } = await startWeb(async (request, response) => {
    await request.toArray()
    if (collector.status === undefined) return
    response.writeHead(collector.status, { 'content-type': 'application/x-protobuf' }).end()
  })
  collector.url = `http://127.0.0.1:${port}`
  return collector
}

function createTarget(url: string, signal: 'traces' | 'metrics', env: Record<string, string> = {}) {
  const log: LogRecord[] = []
  const options = { serviceName: 'test', url, env, log: (record: LogRecord) => void log.push(record) }
  const tracer = signal === 'traces' ? { tracer: createOtlpTracer(options) } : {}
  const server = createServer({
    name: 'test',
    version: '1.0.0',
    rate: false,
    log: () => undefined,
    ...tracer,
  })
  onTestFinished(() => {
    trace.disable()
    context.disable()
  })
  const metrics = createMetrics()
  server.measure(metrics)
  if (signal === 'metrics') server.measure(createOtlpMetrics(options))
  server.tool({ name: 'greet', description: 'Greets.', effect: 'read' }, () => 'hello')
  const client = createTestClient(server)
  const call = async (count: number) => {
    for (let at = 0; at < count; at++) await client.callTool('greet')
  }
  const read = (name: string) => {
    return parsePrometheus(metrics.toText()).find((sample) => sample.name === name)?.value
  }
  const told = () => log.map(({ message }) => message)
  return { server, log, call, read, told }
}

test('that a collector refuses traces is said once, that it takes them again too, and what was lost is counted', async () => {
  const collector = await startCollector(400)
  const { server, log, call, read, told } = createTarget(`${collector.url}/v1/traces`, 'traces')
  await call(batch)
  await expect.poll(told).toEqual(['Traces cannot be sent.'])
  expect(log[0]).toMatchObject({
    level: 'error',
    exporter: 'OTLP traces',
    url: `${collector.url}/v1/traces`,
    error: { message: expect.any(String) },
  })
  await call(batch)
  await expect.poll(() => read('plinth_export_failures_total')).toBe(2)
  expect(read('plinth_spans_dropped_total')).toBe(batch * 2)
  collector.status = 200
  await call(batch)
  await expect.poll(told).toEqual(['Traces cannot be sent.', 'Traces are sent again.'])
  await server.telemetry.close()
  expect(read('plinth_spans_dropped_total')).toBe(batch * 2)
  expect(log).toHaveLength(2)
})

test('spans that a collector is too slow for are counted, and at the end it is said how many were not sent', async () => {
  const collector = await startCollector(undefined)
  const { server, log, call, read } = createTarget(`${collector.url}/v1/traces`, 'traces')
  await call(batch + 2_048 + 10)
  expect(read('plinth_spans_dropped_total')).toBe(10)
  await server.telemetry.close()
  expect(log).toMatchObject([
    {
      level: 'error',
      message: 'Traces could not all be sent before the end.',
      exporter: 'OTLP traces',
      lost: batch + 2_048 + 10,
    },
  ])
})

test('that a collector refuses metrics is said once, and that it takes them again', async () => {
  const collector = await startCollector(400)
  const env = { OTEL_METRIC_EXPORT_INTERVAL: '20' }
  const { server, read, told } = createTarget(`${collector.url}/v1/metrics`, 'metrics', env)
  await expect.poll(() => read('plinth_export_failures_total')).toBeGreaterThan(2)
  expect(told()).toEqual(['Metrics cannot be sent.'])
  collector.status = 200
  await expect.poll(told).toEqual(['Metrics cannot be sent.', 'Metrics are sent again.'])
  await server.telemetry.close()
})

test('a collector that is not there is named at the end', async () => {
  const { server, log } = createTarget('http://ada:secret@127.0.0.1:9/v1/metrics', 'metrics')
  await server.telemetry.close()
  expect(log).toMatchObject([
    {
      level: 'error',
      message: 'Metrics could not all be sent before the end.',
      exporter: 'OTLP metrics',
      url: 'http://[redacted]@127.0.0.1:9/v1/metrics',
    },
  ])
})

test.each([
  ['traces', { OTEL_TRACES_SAMPLER: 'sometimes' }],
  ['traces', { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: 'half' }],
  ['metrics', { OTEL_METRIC_EXPORT_INTERVAL: 'soon' }],
  ['metrics', { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'sum' }],
] as const)('of %s, a value of %o that means nothing is told of and ignored', async (signal, env) => {
  const collector = await startCollector(200)
  const { server, log, call } = createTarget(`${collector.url}/v1/${signal}`, signal, env)
  const [variable, value] = Object.entries(env).at(-1) ?? []
  expect(log).toMatchObject([{ level: 'warn', variable, value, expected: expect.any(String) }])
  await call(1)
  await server.telemetry.close()
  expect(log).toHaveLength(1)
})
