import { createServer } from 'plinth'
import { createTestClient } from 'plinth/testing'
import { defineUpstream } from 'plinth/upstream'
import { expect, test } from 'vitest'
import { startWeb } from '../../security/web.ts'
import { catchError, createCall, failToConnect } from './_call.ts'

test('a tool whose upstream is left alone answers circuit_open and when to come back', async () => {
  const weather = defineUpstream({ name: 'weather', breaker: { minimumCalls: 1, openMs: 60_000 } })
  const server = createServer({ name: 'test', version: '1.0.0', upstreams: [weather] })
  server.tool({ name: 'get_weather', description: 'Weather.', effect: 'read' }, (_input, call) => {
    return weather.run(call, failToConnect)
  })
  const client = await createTestClient(server)
  const first = await client.callTool('get_weather')
  expect(first).toMatchObject({
    isError: true,
    structuredContent: { error: 'upstream_unavailable', retry: true },
  })
  const second = await client.callTool('get_weather')
  expect(second).toMatchObject({
    isError: true,
    structuredContent: { error: 'circuit_open', retry: true, retry_after_ms: expect.any(Number) },
  })
  expect(server.upstreams.map(({ name, state }) => [name, state.call(weather).breaker])).toEqual([
    ['weather', 'open'],
  ])
})

test.each([
  ['read', 3],
  ['write', 1],
  ['destroy', 1],
] as const)('a tool with effect %s makes %i attempts', async (effect, attempts) => {
  const weather = defineUpstream({ name: 'weather', retry: { attempts: 3 }, random: () => 0 })
  const server = createServer({ name: 'test', version: '1.0.0' })
  server.tool({ name: 'act', description: 'Acts.', effect }, (_input, call) =>
    weather.run(call, failToConnect),
  )
  const client = await createTestClient(server)
  await client.callTool('act')
  expect(weather.state().attempts).toBe(attempts)
})

test('two upstreams of one name are refused', () => {
  const upstreams = [defineUpstream({ name: 'weather' }), defineUpstream({ name: 'weather' })]
  expect(() => createServer({ name: 'test', version: '1.0.0', upstreams })).toThrow(
    '"upstreams" has two of the name "weather".',
  )
})

test.each([
  ['forecast?city=Bonn', '/v1/forecast?city=Bonn'],
  ['/forecast', '/v1/forecast'],
  ['//evil.example/x', '/v1/evil.example/x'],
  ['\\\\evil.example/x', '/v1/evil.example/x'],
  ['javascript:x', '/v1/javascript:x'],
])('fetch takes %s below the base', async (input, path) => {
  const { port } = await startWeb(({ url }, response) => response.end(url))
  const upstream = defineUpstream({ name: 'weather', baseUrl: `http://127.0.0.1:${port}/v1` })
  const response = await upstream.fetch(createCall(), input)
  expect(await response.text()).toBe(path)
})

test.each(['https://evil.example/v1/x', '../admin', '/../admin', '/%2e%2e/admin', 'http://127.0.0.1:1/v1/x'])(
  'fetch refuses %s, which lies outside the base',
  async (input) => {
    const upstream = defineUpstream({ name: 'weather', baseUrl: 'https://api.example/v1' })
    const error = await catchError(upstream.fetch(createCall(), input))
    expect(error).toMatchObject({ body: { error: 'address_refused', reason: 'base' } })
  },
)

test('fetch follows no redirect by itself, so that headers of the author stay where they were meant to go', async () => {
  const { port } = await startWeb((_request, response) => {
    response.writeHead(302, { location: 'http://evil.example/' }).end()
  })
  const upstream = defineUpstream({ name: 'weather' })
  const response = await upstream.fetch(createCall(), `http://127.0.0.1:${port}/`, {
    headers: { 'x-api-key': 'k' },
  })
  expect(response.status).toBe(302)
})

test.each([
  [{ name: '' }, '"name" must be 1 to 64 of A-Z a-z 0-9 _ . -, got "".'],
  [{ name: 'a', timeoutMs: 0 }, '"timeoutMs" must be a whole number from 1, got 0.'],
  [
    { name: 'a', baseUrl: 'api.example' },
    '"baseUrl" must be an absolute http or https URL, got "api.example".',
  ],
  [{ name: 'a', retry: { attempts: 0 } }, '"retry.attempts" must be a whole number from 1, got 0.'],
  [{ name: 'a', bulkhead: { limit: 0 } }, '"bulkhead.limit" must be a whole number from 1, got 0.'],
])('nonsense in %o is refused at creation', (options, message) => {
  expect(() => defineUpstream(options)).toThrow(new TypeError(message))
})
