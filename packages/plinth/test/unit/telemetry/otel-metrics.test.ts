import { createServer } from 'plinth'
import { createOtlpMetrics } from 'plinth/otel-metrics'
import { createTestClient } from 'plinth/testing'
import { expect, test } from 'vitest'
import { startCollector } from './_collector.ts'

async function measure() {
  const collector = await startCollector()
  const server = createServer({ name: 'test', version: '1.0.0', log: () => undefined })
  const url = `${collector.url}/v1/metrics`
  server.measure(createOtlpMetrics({ serviceName: 'notes', url, env: {} }))
  server.tool({ name: 'greet', description: 'Greets.', effect: 'read' }, () => 'hello')
  const client = createTestClient(server)
  for (let at = 0; at < 3; at++) await client.callTool('greet')
  await client.callTool('nope').catch(() => undefined)
  await server.telemetry.close()
  return collector
}

test('a collector gets counts, distributions and what is read of the process', async () => {
  const { points } = await measure()
  const find = (name: string, attributes: Record<string, unknown> = {}) => {
    return points.find((point) => {
      const isSame = Object.entries(attributes).every(([key, value]) => point.attributes[key] === value)
      return point.name === name && isSame
    })
  }
  expect(find('plinth_calls', { component: 'greet', outcome: 'ok' })).toMatchObject({
    type: 'sum',
    isMonotonic: true,
    value: 3,
    resource: { 'service.name': 'notes' },
  })
  expect(find('plinth_calls', { component: 'other', outcome: 'protocol_error' })?.value).toBe(1)
  const durations = find('plinth_call_duration', { component: 'greet' })
  expect(durations).toMatchObject({ type: 'histogram', unit: 's', count: 3 })
  expect(durations?.bucketCounts?.length).toBe((durations?.bounds?.length ?? 0) + 1)
  expect(durations?.bucketCounts?.reduce((sum, count) => sum + count, 0)).toBe(3)
  expect(find('plinth_heap_used')).toMatchObject({ type: 'gauge', unit: 'By' })
  expect(find('plinth_in_flight')?.value).toBe(0)
  expect(find('plinth_log_lines_dropped')).toMatchObject({ type: 'sum', value: 0 })
})

test.each([
  [
    { OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'grpc' },
    '"OTEL_EXPORTER_OTLP_METRICS_PROTOCOL" must be "http/protobuf"',
  ],
  [
    { OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' },
    '"OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE" must be "cumulative", got "delta".',
  ],
  [{ OTEL_EXPORTER_OTLP_HEADERS: 'no pair' }, '"OTEL_EXPORTER_OTLP_HEADERS" must be name=value pairs'],
])('a setting that makes no sense refuses to start: %o', (env, message) => {
  expect(() => createOtlpMetrics({ serviceName: 'a', env })).toThrow(message)
})
