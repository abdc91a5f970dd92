import parseText from 'parse-prometheus-text-format'
import { serveHttp } from 'plinth'
import { createMetrics } from 'plinth/telemetry'
import { createTestClient } from 'plinth/testing'
import { expect, test } from 'vitest'
import { createObserved } from './_observed.ts'
import { parseOpenMetrics } from './_openmetrics.ts'
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

test('what is refused is counted by the name it was registered under, however often and as what it was asked for', async () => {
  const metrics = createMetrics()
  const { server } = createObserved({ observers: [metrics], rate: false })
  const scopes = ['notes:read']
  const complete = { name: () => ['a'] }
  server.resource({ uri: 'note://{name}', name: 'note', description: 'A note.', scopes, complete }, () => 'x')
  server.prompt({ name: 'recap', description: 'Recaps.', scopes }, () => 'x')
  const principal = { subject: 'ada', tenant: 'shop', scopes: [] }
  const client = createTestClient(server, { principal })
  const ask = (method: string, params: Record<string, unknown>) => client.call(method, params).catch(() => 0)
  for (let at = 0; at < 1_100; at++) await ask('resources/read', { uri: `note://invented-${at}` })
  const name = 'invented'
  for (const callee of ['private', 'recap']) {
    await ask('tools/call', { name: callee })
    await ask('prompts/get', { name: callee })
  }
  const argument = { name: 'name', value: 'a' }
  await ask('completion/complete', { ref: { type: 'ref/resource', uri: 'note://{name}' }, argument, name })
  await ask('completion/complete', { ref: { type: 'ref/prompt', name: 'recap' }, argument, name })
  await createTestClient(server, { principal, revision: '2025-11-25' })
    .call('resources/subscribe', { uri: 'note://invented', name })
    .catch(() => 0)
  await client.callTool('greet')
  const text = metrics.toText()
  expect(text).not.toContain('invented')
  const samples = parsePrometheus(text)
  const count = (kind: string, component: string, outcome = 'refused') =>
    find(samples, 'plinth_calls_total', { kind, component, outcome })
  expect(count('resource', 'note://{name}')).toBe(1_100)
  expect([count('tool', 'private'), count('prompt', 'recap')]).toEqual([1, 1])
  expect([count('request', 'note://{name}'), count('request', 'recap')]).toEqual([2, 1])
  expect(count('tool', 'greet', 'ok')).toBe(1)
})

test('methods that look like those of the protocol, or like members of objects, make no series', async () => {
  const metrics = createMetrics()
  const rate = { limit: 1, windowMs: 60_000 }
  const { client } = createObserved({ observers: [metrics], rate })
  const invented = ['tools/invented', 'constructor', '__proto__', 'toString', 'tasks/get']
  for (const method of invented) await client.call(method, {}).catch(() => undefined)
  for (let at = 0; at < 3; at++) await client.callTool('greet').catch(() => undefined)
  const samples = parsePrometheus(metrics.toText()).filter(({ name }) => name === 'plinth_calls_total')
  const components = new Set(samples.map(({ labels }) => `${labels['kind']} ${labels['component']}`))
  // A refusal for the whole server comes before the tool is looked for, and is counted for it all the same.
  expect([...components].sort()).toEqual(['request other', 'request tasks/get', 'tool greet'])
})

test('components beyond the room of a metric are counted together, and take none from those before them', async () => {
  const metrics = createMetrics()
  const { server } = createObserved({ observers: [metrics], rate: false })
  const names = Array.from({ length: 1_010 }, (_one, at) => `tool-${at}`)
  for (const name of names) server.tool({ name, description: 'Does it.', effect: 'read' }, () => 'done')
  const client = createTestClient(server)
  await client.callTool('invented').catch(() => undefined)
  for (const name of [...names, 'tool-0']) await client.callTool(name)
  const samples = parsePrometheus(metrics.toText())
  const count = (component: string, outcome: string) =>
    find(samples, 'plinth_calls_total', { kind: 'tool', component, outcome })
  expect([count('tool-0', 'ok'), count('tool-999', 'ok'), count('tool-1000', 'ok')]).toEqual([
    2,
    1,
    undefined,
  ])
  expect([count('other', 'ok'), count('other', 'protocol_error')]).toEqual([10, 1])
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

const traceparent = `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}`

async function measureTraced() {
  const metrics = createMetrics()
  const { client } = createObserved({ observers: [metrics] })
  await client.call('tools/call', { name: 'greet', _meta: { traceparent: `${traceparent}-01` } })
  await client.call('tools/call', { name: 'crash', _meta: { traceparent: `${traceparent}-00` } })
  await client.callTool('rare')
  return metrics
}

test('a parser of others reads what Prometheus gets', async () => {
  const metrics = await measureTraced()
  const families = parseText(metrics.toText())
  const find = (name: string) => families.find((family) => family.name === name)
  expect(find('plinth_calls_total')).toMatchObject({
    type: 'COUNTER',
    metrics: expect.arrayContaining([
      { labels: { kind: 'tool', component: 'greet', outcome: 'ok' }, value: '1' },
      { labels: { kind: 'tool', component: 'crash', outcome: 'crash' }, value: '1' },
    ]),
  })
  // It reads the buckets of a distribution alone, and those of its last series.
  const durations = find('plinth_call_duration_seconds')
  expect(durations).toMatchObject({
    type: 'HISTOGRAM',
    metrics: [{ buckets: { '60': '1', '+Inf': '1' } }],
  })
  expect(families.filter(({ type }) => type === 'UNTYPED')).toEqual([])
})

test('OpenMetrics names the trace of a call in the bucket it fell into', async () => {
  const metrics = await measureTraced()
  const families = parseOpenMetrics(metrics.toText('openmetrics'))
  const durations = families.find(({ name }) => name === 'plinth_call_duration_seconds')
  expect(durations).toMatchObject({ type: 'histogram', unit: 'seconds' })
  const traced = durations?.samples.filter(({ exemplar }) => exemplar !== undefined)
  expect(traced).toHaveLength(1)
  expect(traced?.[0]).toMatchObject({
    labels: { component: 'greet' },
    exemplar: { labels: { trace_id: 'a1'.repeat(16), span_id: expect.stringMatching(/^[0-9a-f]{16}$/) } },
  })
  expect(traced?.[0]?.exemplar?.time).toBeCloseTo(Date.now() / 1_000, -2)
})

test('a trace that nobody records is no exemplar', async () => {
  const metrics = await measureTraced()
  const text = metrics.toText('openmetrics')
  expect(
    text.split('\n').filter((line) => line.includes('component="crash"') && line.includes(' # ')),
  ).toEqual([])
  expect(metrics.toText()).not.toContain('trace_id')
})

test('a value that cannot be read keeps nobody from the others', () => {
  const metrics = createMetrics()
  metrics.read('broken', 'Broken.', {
    type: 'gauge',
    read: () => {
      throw new Error('gone')
    },
  })
  metrics.read('whole', 'Whole.', { type: 'gauge', read: () => [{ value: 1 }] })
  expect(find(parsePrometheus(metrics.toText()), 'whole')).toBe(1)
})

test('values of one name from several sources are one metric', () => {
  const metrics = createMetrics()
  const reading = { name: 'plinth_audit_queued', help: 'Waiting.', type: 'gauge' } as const
  metrics.include(() => [{ ...reading, samples: [{ value: 1 }] }])
  metrics.include(() => [{ ...reading, samples: [{ value: 2 }, { labels: { a: 'b' }, value: 3 }] }])
  const samples = parsePrometheus(metrics.toText()).filter(({ name }) => name === 'plinth_audit_queued')
  expect(samples).toEqual([
    { name: 'plinth_audit_queued', labels: {}, value: 3 },
    { name: 'plinth_audit_queued', labels: { a: 'b' }, value: 3 },
  ])
})

test('the admin port speaks OpenMetrics to scrapers that ask for it, and the text of Prometheus to all others', async () => {
  const { server } = createObserved()
  const service = await serveHttp(server, { port: 0, admin: { port: 0 } })
  const ask = async (accept: string) => {
    const response = await fetch(`${service.adminUrl}/metrics`, { headers: { accept } })
    return { type: response.headers.get('content-type'), text: await response.text() }
  }
  const scraper = 'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.2'
  const open = await ask(scraper)
  expect(open.type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
  expect(parseOpenMetrics(open.text).length).toBeGreaterThan(10)
  for (const accept of ['*/*', 'text/plain', 'application/openmetrics-text;q=0']) {
    const plain = await ask(accept)
    expect(plain.type).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(parsePrometheus(plain.text).length).toBeGreaterThan(5)
  }
  await service.close(0)
})

test('a parser of others reads what a running server serves, with names and values as they are', async () => {
  const { server } = createObserved()
  const service = await serveHttp(server, { port: 0, admin: { port: 0 } })
  const post = (name: string) => {
    const headers = { 'content-type': 'application/json', accept: '*/*' }
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } })
    return fetch(service.url, { method: 'POST', headers, body }).then((response) => response.text())
  }
  for (const name of ['greet', 'greet', 'crash', 'nope', 'sleep']) await post(name)
  const text = await (await fetch(`${service.adminUrl}/metrics`)).text()
  await service.close()
  const families = parseText(text)
  expect(families.map(({ name }) => name).sort()).toEqual(
    [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name).sort(),
  )
  expect(families.filter(({ type }) => !['COUNTER', 'GAUGE', 'HISTOGRAM'].includes(type))).toEqual([])
  const calls = families.find(({ name }) => name === 'plinth_calls_total')
  const counted = calls?.metrics.map(({ labels, value }) => [
    labels?.['component'],
    labels?.['outcome'],
    value,
  ])
  expect(counted?.sort()).toEqual([
    ['crash', 'crash', '1'],
    ['greet', 'ok', '2'],
    ['other', 'protocol_error', '1'],
    ['sleep', 'timeout', '1'],
  ])
  // It and a strict reader of ours find the same values.
  const plain = parsePrometheus(text).filter(({ name }) => !/_(?:bucket|sum|count)$/.test(name))
  const theirs = families.filter(({ type }) => type !== 'HISTOGRAM').flatMap(({ metrics }) => metrics)
  expect(theirs.map(({ value }) => Number(value)).sort()).toEqual(plain.map(({ value }) => value).sort())
})

test('what shared stores fail at is counted by store', async () => {
  const metrics = createMetrics()
  const stores = {
    cache: {
      get: () => Promise.reject(new Error('gone')),
      set: () => {
        throw new Error('gone')
      },
    },
    counters: { take: () => 0 },
  }
  const { server } = createObserved({ stores })
  server.measure(metrics)
  const cached = {
    name: 'cached',
    description: 'Is kept.',
    effect: 'read',
    cache: { ttlMs: 60_000 },
  } as const
  server.tool(cached, () => 'made')
  expect(await createTestClient(server).callTool('cached')).toMatchObject({ content: [{ text: 'made' }] })
  const samples = parsePrometheus(metrics.toText())
  // A look finds nothing in two places, and then nothing can be kept.
  expect(find(samples, 'plinth_store_failures_total', { store: 'cache' })).toBe(3)
  expect(find(samples, 'plinth_store_failures_total', { store: 'counters' })).toBe(0)
})
