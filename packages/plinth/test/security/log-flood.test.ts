import { createHash } from 'node:crypto'
import { createFetchHandler, createServer, type LogRecord, type ServerOptions } from 'plinth'
import { apiKeys } from 'plinth/auth'
import { createMetrics } from 'plinth/telemetry'
import { expect, test } from 'vitest'
import { parsePrometheus } from '../unit/telemetry/_prometheus.ts'

const key = 'k'.repeat(32)
const rounds = 400
const summary = 'Log lines were dropped.'

/** One request of each kind of attack. */
const attacks: Readonly<Record<string, (at: number) => RequestInit & { path?: string }>> = {
  'tools nobody has': (at) => toCall(`invented-${at}`),
  'methods nobody has': (at) => ({
    body: JSON.stringify({ jsonrpc: '2.0', id: at, method: `no/such-${at}` }),
  }),
  'text that is no JSON': (at) => ({ body: `{"a":${'['.repeat(at)}` }),
  'calls of a tool that crashes': () => toCall('crash'),
  'keys that are none': (at) => ({ ...toCall('greet'), headers: { 'x-api-key': `${key}${at}` } }),
  'nobody who calls': () => ({ ...toCall('greet'), headers: { 'x-api-key': '' } }),
  'paths nobody has': (at) => ({ path: `/${'a'.repeat(at)}`, ...toCall('greet') }),
  'types that are refused': () => ({ ...toCall('greet'), headers: { 'content-type': 'text/plain' } }),
}

function toCall(name: string): RequestInit {
  return { body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } }) }
}

function createTarget(maxLogLinesPerSecond: number, others: Partial<ServerOptions> = {}) {
  const lines: LogRecord[] = []
  const metrics = createMetrics()
  const server = createServer({
    name: 'test',
    version: '1.0.0',
    rate: false,
    logCalls: { logArguments: true },
    logLevel: 'debug',
    maxLogLinesPerSecond,
    log: (record) => lines.push(record),
    // Time stands still, so that nothing is let through because it passes.
    now: () => 1_800_000_000_000,
    ...others,
  })
  server.measure(metrics)
  server.tool({ name: 'greet', description: 'Greets.', effect: 'read' }, () => 'hello')
  server.tool({ name: 'crash', description: 'Crashes.', effect: 'read' }, () => {
    throw new Error('x'.repeat(100_000))
  })
  const sha256 = createHash('sha256').update(key).digest('hex')
  const handle = createFetchHandler(server, {
    auth: { verifiers: [apiKeys({ keys: [{ id: 'one', sha256 }] })] },
  })
  const send = async ({ path = '/mcp', headers = {}, ...init }: RequestInit & { path?: string }) => {
    const standard = {
      'content-type': 'application/json',
      accept: '*/*',
      host: 'localhost',
      'x-api-key': key,
    }
    const url = `http://localhost${path}`
    const request = new Request(url, { method: 'POST', headers: { ...standard, ...headers }, ...init })
    await (await handle(request)).text()
  }
  const readDropped = () =>
    parsePrometheus(metrics.toText()).find(({ name }) => name === 'plinth_log_lines_dropped_total')?.value
  return { server, lines, send, readDropped }
}

test('floods of every kind write a bounded number of lines, and say how many they are not', async () => {
  const { server, lines, send, readDropped } = createTarget(10)
  for (const attack of Object.values(attacks)) {
    for (let at = 0; at < rounds; at++) await send(attack(at))
  }
  const written = lines.length
  const kinds = Map.groupBy(lines, ({ message }) => message)
  expect([...kinds].filter(([, same]) => same.length > 20).map(([message]) => message)).toEqual([])
  // Two lines tell of a call that crashes, and of a caller that was not let in.
  expect(written).toBeLessThanOrEqual(20 * 6)
  await server.settings.log.flush?.()
  const summaries = lines.filter(({ message }) => message === summary)
  const dropped = summaries.reduce((sum, { dropped: count }) => sum + Number(count), 0)
  expect(summaries.length).toBeGreaterThan(2)
  expect(dropped).toBe(readDropped())
  expect(written + dropped).toBeGreaterThanOrEqual(rounds * Object.keys(attacks).length)
})

test('no line of a flood is long, whatever was sent', async () => {
  const { lines, send } = createTarget(1_000)
  const long = 'x'.repeat(12_000)
  const input = Object.fromEntries(Array.from({ length: 200 }, (_one, at) => [`${long}${at}`, long]))
  const call = { jsonrpc: '2.0', id: long, method: 'tools/call', params: { name: 'greet', arguments: input } }
  await send({ body: JSON.stringify(call) })
  await send(toCall(long))
  await send(toCall('crash'))
  await send({ path: `/${long}`, headers: { 'x-api-key': 'none' } })
  expect(lines.length).toBeGreaterThan(3)
  for (const line of lines) expect(JSON.stringify(line).length).toBeLessThan(80_000)
})

test('a flood of long lines is bounded by their length, and hides no others', async () => {
  const { lines, send, readDropped } = createTarget(1_000, { maxLogBytesPerSecond: 100_000 })
  const call = { jsonrpc: '2.0', id: 1, method: 'tools/call' }
  const input = Object.fromEntries(Array.from({ length: 4 }, (_one, at) => [at, 'x'.repeat(15_000)]))
  const body = JSON.stringify({ ...call, params: { name: 'greet', arguments: input } })
  for (let at = 0; at < 20; at++) await send({ body })
  // Twice as much at once, and the line that goes beyond it.
  expect(JSON.stringify(lines).length).toBeLessThan(270_000)
  expect(lines).toHaveLength(4)
  expect(readDropped()).toBe(16)
  await send(toCall('crash'))
  expect(lines.map(({ message }) => message)).toContain('A call crashed.')
})

test('of callers nobody knows a tenth is said, and that hides nothing of those who are known', async () => {
  const { lines, send } = createTarget(100)
  for (let at = 0; at < 50; at++) {
    await send({ ...toCall('greet'), headers: { 'x-api-key': `${key}${at}` } })
    await send({ path: `/${at}`, ...toCall('greet') })
  }
  const count = (message: string) => lines.filter((line) => line.message === message).length
  expect(count('A caller was not let in.')).toBe(20)
  expect(count('A request was refused before it was read.')).toBe(20)
  for (let at = 0; at < 50; at++) await send(toCall('greet'))
  expect(count('A call was answered.')).toBe(50)
})

test('with the default a second of a flood writes no more than two thousand lines', async () => {
  const lines: LogRecord[] = []
  const server = createServer({
    name: 'test',
    version: '1.0.0',
    rate: false,
    logCalls: true,
    log: (record) => lines.push(record),
    now: () => 1_800_000_000_000,
  })
  const handle = createFetchHandler(server)
  const headers = { 'content-type': 'application/json', accept: '*/*', host: 'localhost' }
  for (let at = 0; at < 2_500; at++) {
    const body = `{"jsonrpc":"2.0","id":${at},"method":"no/such"}`
    await handle(new Request('http://localhost/mcp', { method: 'POST', headers, body }))
  }
  expect(lines).toHaveLength(2_000)
})
