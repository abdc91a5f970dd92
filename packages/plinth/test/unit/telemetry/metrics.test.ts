import { createMetrics } from 'plinth/telemetry'
import { createTestClient } from 'plinth/testing'
import { expect, test } from 'vitest'
import { createObserved } from './_observed.ts'
import { type ParsedSample, parsePrometheus } from './_prometheus.ts'

function find(samples: readonly ParsedSample[], name: string, labels: Record<string, string> = {}) {
  return samples.find(
    (one) => one.name === name && Object.entries(labels).every(([label, text]) => one.labels[label] === text),
  )?.value
}

test('calls are counted by component and outcome, and their time in buckets', async () => {
  const metrics = createMetrics()
  const { client } = createObserved({ observers: [metrics] })
  for (const name of ['greet', 'greet', 'crash', 'rare', 'rare']) await client.callTool(name)
  const samples = parsePrometheus(metrics.toText())
  expect(find(samples, 'plinth_calls_total', { component: 'greet', outcome: 'ok' })).toBe(2)
  expect(find(samples, 'plinth_calls_total', { component: 'crash', outcome: 'crash' })).toBe(1)
  expect(find(samples, 'plinth_refusals_total', { reason: 'rate_exceeded' })).toBe(1)
  expect(find(samples, 'plinth_call_duration_seconds_count', { component: 'greet' })).toBe(2)
  expect(find(samples, 'plinth_call_duration_seconds_bucket', { component: 'greet', le: '+Inf' })).toBe(2)
})

test('buckets never shrink from one bound to the next', async () => {
  const metrics = createMetrics()
  const { client } = createObserved({ observers: [metrics] })
  for (let at = 0; at < 5; at++) await client.callTool('greet')
  const buckets = parsePrometheus(metrics.toText()).filter(({ name }) => name.endsWith('seconds_bucket'))
  const counts = buckets.map(({ value }) => value)
  expect(counts).toEqual([...counts].sort((a, b) => a - b))
})

test('names that callers invent make no series', async () => {
  const metrics = createMetrics()
  const { client } = createObserved({ observers: [metrics] })
  for (let at = 0; at < 50; at++) {
    await client.callTool(`invented-${at}`).catch(() => undefined)
    await client.call(`invented/${at}`, {}).catch(() => undefined)
  }
  const text = metrics.toText()
  expect(text).not.toContain('invented')
  expect(find(parsePrometheus(text), 'plinth_calls_total', { kind: 'tool', component: 'other' })).toBe(50)
})

test('cache hits, cuts, repeats and replays are counted', async () => {
  const metrics = createMetrics()
  const { server } = createObserved({ observers: [metrics] })
  const input = { type: 'object', properties: {}, additionalProperties: true } as const
  const read = { description: 'Does it.', effect: 'read', input } as const
  server.tool({ ...read, name: 'cached', cache: { ttlMs: 60_000 } }, () => ({ a: 1 }))
  server.tool({ ...read, name: 'long', budget: { maxBytes: 300 } }, () => 'word '.repeat(500))
  server.tool({ ...read, name: 'again', repeat: { hintAfter: 1 } }, () => 'same')
  const client = createTestClient(server)
  for (const name of ['cached', 'cached', 'long', 'again', 'again']) await client.callTool(name)
  const samples = parsePrometheus(metrics.toText())
  expect(find(samples, 'plinth_cache_hits_total', { component: 'cached' })).toBe(1)
  expect(find(samples, 'plinth_budget_cuts_total', { component: 'long' })).toBe(1)
  expect(find(samples, 'plinth_repeats_total', { component: 'again' })).toBe(1)
})

test('labels survive quotes, backslashes and line ends', () => {
  const metrics = createMetrics()
  const value = 'a "b" \\ c\nd'
  metrics.read('odd', 'Odd.', { type: 'gauge', read: () => [{ labels: { name: value }, value: Infinity }] })
  expect(parsePrometheus(metrics.toText())).toContainEqual({
    name: 'odd',
    labels: { name: value },
    value: Infinity,
  })
})
