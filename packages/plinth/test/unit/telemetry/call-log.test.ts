import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { createServer, type JsonSchema, type LogRecord } from 'plinth'
import { createPinoLog } from 'plinth/log'
import { createTestClient } from 'plinth/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { createObserved } from './_observed.ts'

test('a call has one line with its name, time and ids', async () => {
  const log: LogRecord[] = []
  const { client } = createObserved({ logCalls: true, log: (record) => log.push(record) })
  await client.callTool('greet', { password: 'hunter2' })
  expect(log).toHaveLength(1)
  expect(log[0]).toMatchObject({
    level: 'info',
    tool_name: 'greet',
    execution_time_ms: expect.any(Number),
    invocation_id: expect.any(String),
    request_id: expect.anything(),
    outcome: 'ok',
    tenant: 'local',
    client: 'test-client/1.0.0',
  })
  expect(JSON.stringify(log)).not.toContain('hunter2')
})

test('arguments are logged only when asked for, without what the contract and their names hide', async () => {
  const log: LogRecord[] = []
  const { server } = createObserved({ logCalls: { logArguments: true }, log: (record) => log.push(record) })
  const input = { type: 'object', properties: {}, additionalProperties: true } as const
  const redact = ['card.number', 'people.*.name']
  server.tool({ name: 'pay', description: 'Pays.', effect: 'read', input, redact }, () => 'paid')
  await createTestClient(server).callTool('pay', {
    amount: 5,
    card: { number: '4111', bank: 'Post' },
    people: [{ name: 'Ada', age: 36 }],
    api_key: 'abc',
  })
  expect(log[0]?.['arguments']).toEqual({
    amount: 5,
    card: { number: '[redacted]', bank: 'Post' },
    people: [{ name: '[redacted]', age: 36 }],
    api_key: '[redacted]',
  })
})

test('what the contract hides stays hidden where the call is refused or the tool is unknown', async () => {
  const log: LogRecord[] = []
  const { server } = createObserved({ logCalls: { logArguments: true }, log: (record) => log.push(record) })
  const input = { type: 'object', properties: {}, additionalProperties: true } as const
  const locked = {
    name: 'locked',
    description: 'Is locked.',
    effect: 'read',
    input,
    redact: ['note'],
  } as const
  server.tool({ ...locked, rate: { limit: 1, windowMs: 60_000 } }, () => 'opened')
  const client = createTestClient(server)
  for (const name of ['locked', 'locked', 'nope']) {
    await client.callTool(name, { note: 'canary', fine: 1 }).catch(() => undefined)
  }
  expect(log.map((record) => record['arguments'])).toEqual([
    { note: '[redacted]', fine: 1 },
    { note: '[redacted]', fine: 1 },
    undefined,
  ])
})

test('a flood of one kind of line is cut, counted, and hides no other', async () => {
  const log: LogRecord[] = []
  const options = { maxLogLinesPerSecond: 2, now: () => 1_000, log: (record: LogRecord) => log.push(record) }
  const { client } = createObserved({ ...options, logCalls: true })
  for (let at = 0; at < 10; at++) await client.callTool('nope').catch(() => undefined)
  await client.callTool('greet')
  expect(log.map(({ outcome }) => outcome)).toEqual([...Array(4).fill('protocol_error'), 'ok'])
  await expect
    .poll(() => log.at(-1), { timeout: 2_000 })
    .toMatchObject({
      message: 'Log lines were dropped.',
      kind: 'A call was not valid.',
      dropped: 6,
    })
})

test('lines below the level of the log are left out', async () => {
  const log: LogRecord[] = []
  const { client } = createObserved({ logCalls: true, logLevel: 'warn', log: (record) => log.push(record) })
  await client.callTool('greet')
  await client.callTool('rare')
  await client.callTool('rare')
  expect(log.map(({ error }) => error)).toEqual(['rate_exceeded'])
})

test('observers hear of calls whose lines are too many, and the other lines have the ids that observers hear', async () => {
  const log: LogRecord[] = []
  const { client, records } = createObserved({
    logCalls: true,
    maxLogLinesPerSecond: 1,
    now: () => 1_000_000,
    log: (record) => log.push(record),
  })
  for (let call = 0; call < 5; call++) await client.callTool('greet')
  const ids = records.filter(({ kind }) => kind === 'tool').map(({ invocationId }) => invocationId)
  expect(new Set(ids).size).toBe(5)
  const lines = log.filter(({ message }) => message === 'A call was answered.')
  expect(lines.map((line) => line['invocation_id'])).toEqual(ids.slice(0, 2))
})

test('an unknown level refuses to start', () => {
  expect(() => createServer({ name: 'a', version: '1', logLevel: 'loud' as never })).toThrow(
    '"logLevel" must be one of debug, info, warn, error, got "loud".',
  )
})

test('pino writes the same lines', async () => {
  const stream = new PassThrough()
  const { client } = createObserved({ logCalls: true, log: createPinoLog({ destination: stream }) })
  await client.callTool('greet')
  const line = JSON.parse(String(stream.read())) as Record<string, unknown>
  expect(line).toMatchObject({ level: 'info', message: 'A call was answered.', tool_name: 'greet' })
  expect(line['time']).toMatch(/^\d{4}-\d\d-\d\dT/)
})

test('a sink of text and a sink of records say the same of every call', async () => {
  const records: LogRecord[] = []
  const stream = new PassThrough()
  const traceparent = `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}-01`
  const keys = [Buffer.alloc(32).toString('base64')]
  const sinks = [(record: LogRecord) => void records.push(record), createPinoLog({ destination: stream })]
  for (const log of sinks) {
    const { client, server } = createObserved({ logCalls: true, logLevel: 'debug', log, keys })
    const others = [
      createTestClient(server, { revision: '2025-11-25' }),
      createTestClient(server, { principal: { subject: 'ada', tenant: 'acme', scopes: ['secret:read'] } }),
    ]
    for (const name of [
      'greet',
      'crash',
      'decline',
      'sleep',
      'rare',
      'rare',
      'private',
      'no "such" \u2028 tool',
    ])
      for (const one of [client, ...others, client]) await one.callTool(name).catch(() => undefined)
    await client.callTool('sk-abcdefghijklmnopqrstuvwx').catch(() => undefined)
    await client.call('tools/call', { name: 'greet', arguments: {}, _meta: { traceparent } })
  }
  const lines = (await text(stream.end())).trim().split('\n')
  const written = lines.map((line) => JSON.parse(line) as LogRecord)
  expect(written).toHaveLength(records.length)
  // What differs from run to run; its kind is the same all the same.
  const changing = ['execution_time_ms', 'invocation_id', 'error_id', 'error', 'span_id']
  const toStable = (record: LogRecord) => {
    const shown = Object.entries(record).filter(([name]) => name !== 'time')
    return shown.map(([name, value]) => [name, changing.includes(name) ? typeof value : value])
  }
  expect(written.map(toStable)).toEqual(records.map(toStable))
  expect(written.at(-1)).toMatchObject({
    trace_id: 'a1'.repeat(16),
    span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
  })
  expect(JSON.stringify(records)).not.toContain('sk-abcdef')
  expect(lines.join()).not.toContain('sk-abcdef')
})

const mark = z.string().meta({ redact: true })
const marked = {
  'raw JSON Schema': {
    type: 'object',
    properties: {
      card: { $ref: '#/$defs/card' },
      people: { type: 'array', items: { type: 'object', properties: { name: { redact: true } } } },
      redact: { type: 'string', description: 'A field like any other.' },
      either: { anyOf: [{ type: 'string', redact: true }, { type: 'number' }] },
      'with.dot': { type: 'object', properties: { inside: { redact: true } } },
    },
    $defs: { card: { type: 'object', properties: { number: { type: 'string', redact: true }, bank: {} } } },
  },
  zod: z.object({
    card: z.object({ number: z.string().meta({ redact: true }), bank: z.string() }),
    people: z.array(z.object({ name: z.string().meta({ redact: true }) })),
    redact: z.string(),
    either: z.union([z.string(), z.number()]).meta({ redact: true }),
    'with.dot': z.object({ inside: z.string().meta({ redact: true }) }),
  }),
} as const

test.each(Object.keys(marked) as (keyof typeof marked)[])(
  'a field that its schema marks is in no line, and clients see no mark: %s',
  async (kind) => {
    const lines: LogRecord[] = []
    const log = (record: LogRecord) => lines.push(record)
    const server = createServer({ name: 'test', version: '1.0.0', log, logCalls: { logArguments: true } })
    const input = marked[kind] as JsonSchema
    server.tool({ name: 'pay', description: 'Pays.', effect: 'write', input }, () => 'paid')
    server.prompt({ name: 'ask', description: 'Asks.', input: z.object({ pin_hint: mark }) }, () => 'asked')
    const client = createTestClient(server)
    await client.callTool('pay', {
      card: { number: 'canary', bank: 'Post' },
      people: [{ name: 'canary' }],
      redact: 'shown',
      either: 'canary',
      'with.dot': { inside: 'canary' },
    })
    await client.call('prompts/get', { name: 'ask', arguments: { pin_hint: 'canary' } })
    expect(lines).toHaveLength(2)
    expect(lines[0]?.['arguments']).toMatchObject({ card: { bank: 'Post' }, redact: 'shown' })
    expect(JSON.stringify(lines)).not.toContain('canary')
    const { tools } = (await client.call('tools/list', {})) as { tools: unknown[] }
    expect(JSON.stringify(tools)).not.toContain('"redact":true')
    expect(JSON.stringify(tools)).toContain('"redact":{')
  },
)
