import { context, trace } from '@opentelemetry/api'
import { createServer, type LogRecord } from 'plinth'
import { createTestClient } from 'plinth/testing'
import { expect, onTestFinished, test } from 'vitest'
import { startCollector } from '../telemetry/_collector.ts'

async function serveWith(env: Record<string, string>) {
  const log: LogRecord[] = []
  const server = createServer({ name: 'test', version: '1.0.0', log: (record) => void log.push(record) })
  server.tool({ name: 'greet', description: 'Greets.', effect: 'read' }, () => 'hello')
  const service = await server.serve({ argv: ['--port', '0'], env })
  onTestFinished(() => {
    trace.disable()
    context.disable()
  })
  const answer = await createTestClient(server).callTool('greet')
  await service.close()
  return { log, answer }
}

test.each([
  ['one endpoint for all', {}, ['/v1/metrics', '/v1/traces']],
  ['the switch for all', { OTEL_SDK_DISABLED: 'True' }, []],
  ['traces alone', { OTEL_METRICS_EXPORTER: 'none' }, ['/v1/traces']],
  ['metrics alone', { OTEL_TRACES_EXPORTER: 'none' }, ['/v1/metrics']],
  ['nothing', { OTEL_TRACES_EXPORTER: 'none', OTEL_METRICS_EXPORTER: 'none' }, []],
])('variables that ask for %s decide what is sent', async (_what, variables, expected) => {
  const { asked, url } = await startCollector()
  await serveWith({ OTEL_EXPORTER_OTLP_ENDPOINT: url, ...variables })
  expect([...asked].sort()).toEqual(expected)
})

test('each signal can have an endpoint of its own', async () => {
  const traces = await startCollector()
  const metrics = await startCollector()
  await serveWith({
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${traces.url}/v1/traces`,
    OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${metrics.url}/v1/metrics`,
    OTEL_SERVICE_NAME: 'shop',
  })
  expect(traces.spans.map(({ name, resource }) => [name, resource['service.name']])).toEqual([
    ['tools/call greet', 'shop'],
  ])
  expect(metrics.points.find(({ name }) => name === 'plinth_calls')?.resource['service.name']).toBe('shop')
})

test('a collector that does not answer keeps the process from neither serving nor ending, and the log names it', async () => {
  const { log, answer } = await serveWith({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })
  expect(answer).toMatchObject({ content: [{ text: 'hello' }] })
  const unsent = log.filter(({ exporter }) => exporter !== undefined)
  expect(unsent.map(({ level, exporter, url }) => [level, exporter, url]).sort()).toEqual([
    ['error', 'OTLP metrics', 'http://127.0.0.1:9/v1/metrics'],
    ['error', 'OTLP traces', 'http://127.0.0.1:9/v1/traces'],
  ])
  expect(unsent.find(({ exporter }) => exporter === 'OTLP traces')).toMatchObject({ lost: 1 })
})

test('a switch for all that is neither true nor false is told of and ignored', async () => {
  const { asked, url } = await startCollector()
  const { log } = await serveWith({ OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_SDK_DISABLED: 'yes' })
  expect([...asked].sort()).toEqual(['/v1/metrics', '/v1/traces'])
  expect(log).toContainEqual(
    expect.objectContaining({ level: 'warn', variable: 'OTEL_SDK_DISABLED', value: 'yes' }),
  )
})

test('an exporter that is not here refuses to start', async () => {
  await expect(serveWith({ OTEL_TRACES_EXPORTER: 'console' })).rejects.toThrow(
    '"OTEL_TRACES_EXPORTER" must be one of otlp, none, got "console"',
  )
})
