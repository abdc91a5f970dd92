import {
  type Call,
  type IdempotencyPolicy,
  type Server,
  type ServerOptions,
  ToolError,
  toolResult,
} from 'plinth'
import { afterEach, expect, test, vi } from 'vitest'
import { MemoryDocumentStore } from '../../../src/storage/memory-document.ts'
import { open } from '../../security/raw-http.ts'
import { buy, callWith, connect, createQuietServer, postCall, serve, settleAll, toFailure } from './keyed.ts'

type Handle = (input: { amount: number }, call: Call) => unknown

const input = {
  type: 'object',
  properties: { amount: { type: 'number', default: 1 }, order: { type: 'string' } },
} as const

const errors = {
  too_large: { message: 'Too large.', retry: false },
  sold_out: { message: 'Sold out for now.', retry: true },
} as const

/** A server whose tool `buy` takes keys and runs `handle`, with how often it ran. */
function createShop(
  handle: Handle = () => ({ ok: true }),
  {
    policy = 'key',
    ...options
  }: Partial<ServerOptions> & { policy?: 'key' | IdempotencyPolicy; timeoutMs?: number } = {},
): { server: Server; effects: Call[] } {
  const { timeoutMs = 60_000, ...rest } = options
  const effects: Call[] = []
  const server = createQuietServer(rest)
  server.tool(
    { name: 'buy', description: 'Buys.', input, errors, effect: 'write', idempotency: policy, timeoutMs },
    (args, call) => {
      effects.push(call as unknown as Call)
      return handle(args as { amount: number }, call as unknown as Call)
    },
  )
  return { server, effects }
}

afterEach(() => void vi.useRealTimers())

test('a call that comes back with its key gets the same result and has no second effect', async () => {
  const { server, effects } = createShop(() =>
    toolResult({ content: [{ type: 'text', text: 'Bought.' }], structuredContent: { credits: 5 } }),
  )
  const client = connect(server)
  const first = await buy(client, 'a')
  const second = await buy(client, 'a')
  expect(effects).toHaveLength(1)
  expect(second).toMatchObject({ content: first.content, structuredContent: first.structuredContent })
  expect([first, second].map(({ _meta }) => _meta?.['plinth/replayed'])).toEqual([undefined, true])
})

test('a call without a key runs each time', async () => {
  const { server, effects } = createShop()
  const client = connect(server)
  await buy(client, undefined)
  await buy(client, undefined)
  expect(effects.map(({ idempotencyKey, fence }) => [idempotencyKey, fence])).toEqual([
    [undefined, undefined],
    [undefined, undefined],
  ])
})

test('a handler sees its key and a fence that grows with every run', async () => {
  const { server, effects } = createShop()
  const client = connect(server)
  await buy(client, 'a')
  await buy(client, 'b')
  expect(effects.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['a', 'b'])
  expect(effects[1]?.fence).toBeGreaterThan(Number(effects[0]?.fence))
})

test('a key that comes back with other arguments is refused', async () => {
  const { server, effects } = createShop()
  const client = connect(server)
  await buy(client, 'a', { amount: 5 })
  expect(toFailure(await buy(client, 'a', { amount: 6 }))).toMatchObject({
    error: 'idempotency_conflict',
    retry: false,
  })
  expect(effects).toHaveLength(1)
})

test('the order of the arguments makes no difference', async () => {
  const { server, effects } = createShop()
  const client = connect(server)
  await buy(client, 'a', { amount: 5, order: 'x' })
  expect((await buy(client, 'a', { order: 'x', amount: 5 })).isError).toBeUndefined()
  expect(effects).toHaveLength(1)
})

test.each([
  ['empty', ''],
  ['256 characters', 'x'.repeat(256)],
  ['a space', 'a b'],
  ['a line break', 'a\nb'],
  ['beyond ASCII', 'schlüssel'],
  ['no text', 5],
])('a key that is %s is refused', async (_name, key) => {
  const { server, effects } = createShop()
  const result = await callWith(connect(server), { tool: 'buy', meta: { 'plinth/idempotencyKey': key } })
  expect(toFailure(result)).toMatchObject({ error: 'input_invalid' })
  expect(effects).toHaveLength(0)
})

test('a key of 255 visible characters is taken', async () => {
  const { server } = createShop()
  expect((await buy(connect(server), '~'.repeat(255))).isError).toBeUndefined()
})

test('arguments that are not valid do not use the key up', async () => {
  const { server, effects } = createShop()
  const client = connect(server)
  expect(toFailure(await buy(client, 'a', { amount: 'many' }))).toMatchObject({ error: 'input_invalid' })
  expect((await buy(client, 'a')).isError).toBeUndefined()
  expect(effects).toHaveLength(1)
})

test('the key can be an argument', async () => {
  const { server, effects } = createShop(undefined, { policy: { argument: 'order' } })
  const client = connect(server)
  await buy(client, undefined, { order: 'o-1' })
  await buy(client, undefined, { order: 'o-1' })
  expect(effects.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['o-1'])
})

test('two places that name different keys are refused', async () => {
  const { server, effects } = createShop(undefined, { policy: { argument: 'order' } })
  expect(toFailure(await buy(connect(server), 'a', { order: 'b' }))).toMatchObject({ error: 'input_invalid' })
  expect(effects).toHaveLength(0)
})

test('a tool can insist on a key', async () => {
  const { server, effects } = createShop(undefined, { policy: { required: true } })
  const client = connect(server)
  expect(toFailure(await buy(client, undefined))).toMatchObject({ error: 'idempotency_key_required' })
  expect((await buy(client, 'a')).isError).toBeUndefined()
  expect(effects).toHaveLength(1)
})

test.each(['abc', '"abc"'])('over HTTP the key can be the header %s', async (header) => {
  const { server, effects } = createShop()
  const service = await serve(server)
  const params = { name: 'buy', arguments: { amount: 1 } }
  await postCall(service, params, { 'idempotency-key': header })
  const again = await postCall(service, params, { 'idempotency-key': header })
  expect(again['_meta']).toMatchObject({ 'plinth/replayed': true })
  expect(effects.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['abc'])
})

test('over HTTP a repeated header is refused', async () => {
  const { server, effects } = createShop()
  const connection = await open(await serve(server))
  const body = '{}'
  connection.send(
    `POST /mcp HTTP/1.1\r\nHost: 127.0.0.1:${connection.port}\r\nContent-Type: application/json\r\n` +
      `Accept: application/json, text/event-stream\r\nIdempotency-Key: a\r\nidempotency-key: b\r\n` +
      `Content-Length: ${body.length}\r\n\r\n${body}`,
  )
  expect((await connection.response()).status).toBe(400)
  expect(effects).toHaveLength(0)
})

test('calls that come while the first one runs get its result', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { server, effects } = createShop(() => promise.then(() => ({ credits: 5 })))
  const client = connect(server)
  const calls = [buy(client, 'a'), buy(client, 'a'), buy(client, 'a')]
  await settleAll()
  resolve()
  const results = await Promise.all(calls)
  expect(effects).toHaveLength(1)
  expect(results.map(({ structuredContent }) => structuredContent)).toEqual(Array(3).fill({ credits: 5 }))
  expect(results.filter(({ _meta }) => _meta?.['plinth/replayed'] === true)).toHaveLength(2)
})

test('one that waits for the first call is told after its own time is over, and the first goes on', async () => {
  vi.useFakeTimers()
  const { promise, resolve } = Promise.withResolvers<void>()
  const { server, effects } = createShop(
    (_input, call) => {
      call.progress(1)
      return promise.then(() => ({ ok: true }))
    },
    { timeoutMs: 1_000 },
  )
  const client = connect(server)
  const first = callWith(client, {
    tool: 'buy',
    args: { amount: 5 },
    meta: { 'plinth/idempotencyKey': 'a', progressToken: 1 },
  })
  await vi.advanceTimersByTimeAsync(500)
  effects[0]?.progress(2)
  const second = buy(client, 'a')
  await vi.advanceTimersByTimeAsync(600)
  effects[0]?.progress(3)
  await vi.advanceTimersByTimeAsync(600)
  expect(toFailure(await second)).toMatchObject({ error: 'duplicate_in_flight', retry: true })
  resolve()
  expect((await first).isError).toBeUndefined()
})

test('a call that runs in another process is in flight, with the time to ask again', async () => {
  const documents = new MemoryDocumentStore({ now: Date.now })
  const { promise, resolve } = Promise.withResolvers<void>()
  const one = createShop(() => promise.then(() => ({ ok: true })), { stores: { documents } })
  const two = createShop(undefined, { stores: { documents } })
  const first = buy(connect(one.server), 'a')
  await settleAll()
  const client = connect(two.server)
  expect(toFailure(await buy(client, 'a'))).toMatchObject({
    error: 'duplicate_in_flight',
    retry: true,
    retry_after_ms: 1_000,
  })
  expect(toFailure(await buy(client, 'a', { amount: 6 }))).toMatchObject({ error: 'idempotency_conflict' })
  resolve()
  await first
  expect((await buy(client, 'a'))._meta).toMatchObject({ 'plinth/replayed': true })
  expect(two.effects).toHaveLength(0)
})

test('a declared error is an outcome', async () => {
  const { server, effects } = createShop((_input, call) => {
    throw (call as Call<typeof errors>).fail('too_large')
  })
  const client = connect(server)
  await buy(client, 'a')
  const again = await buy(client, 'a')
  expect(toFailure(again)).toMatchObject({ error: 'too_large' })
  expect(again._meta).toMatchObject({ 'plinth/replayed': true })
  expect(effects).toHaveLength(1)
})

test('a sentence for the model is an outcome', async () => {
  const { server, effects } = createShop(() => {
    throw new ToolError('No.')
  })
  const client = connect(server)
  await buy(client, 'a')
  expect(await buy(client, 'a')).toMatchObject({ isError: true, content: [{ text: 'No.' }] })
  expect(effects).toHaveLength(1)
})

test('a declared error that promises a retry can work gives the key back', async () => {
  let isOut = true
  const { server, effects } = createShop((_input, call) => {
    if (isOut) throw (call as Call<typeof errors>).fail('sold_out')
    return { ok: true }
  })
  const client = connect(server)
  expect(toFailure(await buy(client, 'a'))).toMatchObject({ error: 'sold_out', retry: true })
  isOut = false
  expect((await buy(client, 'a')).isError).toBeUndefined()
  expect(effects).toHaveLength(2)
})

test('a result that breaks the contract is an outcome: the effect has happened', async () => {
  const effects: unknown[] = []
  const server = createQuietServer()
  const output = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] } as const
  server.tool(
    { name: 'buy', description: 'Buys.', input, output, effect: 'write', idempotency: 'key' },
    () => {
      effects.push(1)
      return { wrong: true }
    },
  )
  const client = connect(server)
  await buy(client, 'a')
  expect(toFailure(await buy(client, 'a'))).toMatchObject({ error: 'output_invalid' })
  expect(effects).toHaveLength(1)
})

test('after an unknown failure the outcome is unknown, and stays so', async () => {
  const { server, effects } = createShop(() => {
    throw new Error('socket hang up')
  })
  const client = connect(server)
  expect(toFailure(await buy(client, 'a'))).toMatchObject({ error: 'internal' })
  const again = [await buy(client, 'a'), await buy(client, 'a')].map(toFailure)
  expect(again[0]).toMatchObject({
    error: 'outcome_unknown',
    retry: false,
    started_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  })
  expect(again[1]).toEqual(again[0])
  expect(effects).toHaveLength(1)
})

test('a call that timed out can still be asked for its result, if its handler ended well', async () => {
  vi.useFakeTimers()
  const { promise, resolve } = Promise.withResolvers<void>()
  const { server, effects } = createShop(() => promise.then(() => ({ credits: 5 })), {
    timeoutMs: 1_000,
  })
  const client = connect(server)
  const first = buy(client, 'a')
  await vi.advanceTimersByTimeAsync(1_001)
  expect(toFailure(await first)).toMatchObject({ error: 'timeout' })
  resolve()
  await vi.advanceTimersByTimeAsync(1)
  expect(await buy(client, 'a')).toMatchObject({ structuredContent: { credits: 5 } })
  expect(effects).toHaveLength(1)
})

test('a handler that stops at the timeout leaves an unknown outcome', async () => {
  vi.useFakeTimers()
  const { server, effects } = createShop(
    (_input, call) =>
      new Promise((_resolve, reject) =>
        call.signal.addEventListener('abort', () => reject(call.signal.reason as Error)),
      ),
    { timeoutMs: 1_000 },
  )
  const client = connect(server)
  const first = buy(client, 'a')
  await vi.advanceTimersByTimeAsync(1_001)
  expect(toFailure(await first)).toMatchObject({ error: 'timeout' })
  expect(toFailure(await buy(client, 'a'))).toMatchObject({ error: 'outcome_unknown' })
  expect(effects).toHaveLength(1)
})

test('a handler that never ends is in flight until its lease is over, then unknown', async () => {
  vi.useFakeTimers()
  const { server, effects } = createShop(() => new Promise(() => undefined), { timeoutMs: 1_000 })
  const client = connect(server)
  const first = buy(client, 'a')
  await vi.advanceTimersByTimeAsync(1_001)
  expect(toFailure(await first)).toMatchObject({ error: 'timeout' })
  const second = buy(client, 'a')
  await vi.advanceTimersByTimeAsync(1_001)
  expect(toFailure(await second)).toMatchObject({ error: 'duplicate_in_flight' })
  await vi.advanceTimersByTimeAsync(50_000)
  expect(toFailure(await buy(client, 'a'))).toMatchObject({ error: 'outcome_unknown' })
  expect(effects).toHaveLength(1)
})

test('an outcome that comes after it was said to be unknown changes nothing', async () => {
  vi.useFakeTimers()
  const { promise, resolve } = Promise.withResolvers<void>()
  const { server } = createShop(() => promise.then(() => ({ ok: true })), { timeoutMs: 1_000 })
  const client = connect(server)
  const first = buy(client, 'a')
  await vi.advanceTimersByTimeAsync(50_000)
  expect(toFailure(await first)).toMatchObject({ error: 'timeout' })
  expect(toFailure(await buy(client, 'a'))).toMatchObject({ error: 'outcome_unknown' })
  resolve()
  await vi.advanceTimersByTimeAsync(1)
  expect(toFailure(await buy(client, 'a'))).toMatchObject({ error: 'outcome_unknown' })
})

test('a claim is renewed for as long as its call runs', async () => {
  vi.useFakeTimers()
  const documents = new MemoryDocumentStore({ now: Date.now })
  const { promise, resolve } = Promise.withResolvers<void>()
  const one = createShop(() => promise.then(() => ({ ok: true })), {
    stores: { documents },
    timeoutMs: 600_000,
  })
  const two = createShop(undefined, { stores: { documents } })
  const first = buy(connect(one.server), 'a')
  await vi.advanceTimersByTimeAsync(300_000)
  const client = connect(two.server)
  expect(toFailure(await buy(client, 'a'))).toMatchObject({ error: 'duplicate_in_flight' })
  resolve()
  expect((await first).isError).toBeUndefined()
  expect((await buy(client, 'a')).isError).toBeUndefined()
})

test('what crashed while it ran is in flight until its lease is over, then unknown', async () => {
  let time = 1_000_000
  const documents = new MemoryDocumentStore({ now: () => time })
  const crashed = createShop(() => new Promise(() => undefined), { stores: { documents }, now: () => time })
  const next = createShop(undefined, { stores: { documents }, now: () => time })
  void buy(connect(crashed.server), 'a').catch(() => undefined)
  await settleAll()
  const client = connect(next.server)
  expect(toFailure(await buy(client, 'a'))).toMatchObject({ error: 'duplicate_in_flight' })
  time += 30_000
  const answers = [await buy(client, 'a'), await buy(client, 'a')].map(toFailure)
  expect(answers[0]).toMatchObject({ error: 'outcome_unknown', started_at: '1970-01-01T00:16:40.000Z' })
  expect(answers[1]).toEqual(answers[0])
  expect(next.effects).toHaveLength(0)
})

test('one that lost its claim does not write over the answer that was given, and gives the same', async () => {
  let time = 1_000_000
  const documents = new MemoryDocumentStore({ now: () => time })
  const { promise, resolve } = Promise.withResolvers<void>()
  const slow = createShop(() => promise.then(() => ({ ok: true })), {
    stores: { documents },
    now: () => time,
  })
  const next = createShop(undefined, { stores: { documents }, now: () => time })
  const first = buy(connect(slow.server), 'a')
  await settleAll()
  time += 30_000
  const client = connect(next.server)
  expect(toFailure(await buy(client, 'a'))).toMatchObject({ error: 'outcome_unknown' })
  resolve()
  expect(toFailure(await first)).toMatchObject({ error: 'outcome_unknown' })
  expect(toFailure(await buy(client, 'a'))).toMatchObject({ error: 'outcome_unknown' })
})

test('a tool that can resume runs again after a crash, with what it did and a greater fence', async () => {
  let time = 1_000_000
  const documents = new MemoryDocumentStore({ now: () => time })
  const policy = { resume: true }
  const options = { stores: { documents }, now: () => time, policy }
  const steps: string[] = []
  const crashed = createShop(async (_input, call) => {
    await call.once('charge', () => steps.push('charge'))
    return new Promise(() => undefined)
  }, options)
  const next = createShop(async (_input, call) => {
    const count = await call.once('charge', () => steps.push('charge again'))
    steps.push('ship')
    return { count }
  }, options)
  void buy(connect(crashed.server), 'a').catch(() => undefined)
  await settleAll()
  time += 30_000
  expect(await buy(connect(next.server), 'a')).toMatchObject({ structuredContent: { count: 1 } })
  expect(steps).toEqual(['charge', 'ship'])
  expect(next.effects[0]?.fence).toBeGreaterThan(Number(crashed.effects[0]?.fence))
})

test('a run that lost its claim to one that resumed is stopped', async () => {
  vi.useFakeTimers()
  const documents = new MemoryDocumentStore({ now: Date.now })
  const options = { stores: { documents }, policy: { resume: true, leaseMs: 3_000 }, timeoutMs: 60_000 }
  const { promise, resolve } = Promise.withResolvers<void>()
  const paused = createShop(() => new Promise(() => undefined), { ...options, now: () => 0 })
  const next = createShop(() => promise.then(() => ({ ok: true })), options)
  const first = buy(connect(paused.server), 'a')
  await vi.advanceTimersByTimeAsync(1)
  const second = buy(connect(next.server), 'a')
  await vi.advanceTimersByTimeAsync(1_001)
  expect(toFailure(await first)).toMatchObject({ error: 'outcome_unknown' })
  expect(paused.effects[0]?.signal.aborted).toBe(true)
  resolve()
  expect(await second).toMatchObject({ structuredContent: { ok: true } })
})

test('a call that was refused before it started does not use the key up', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const effects: unknown[] = []
  const server = createQuietServer()
  server.tool(
    {
      name: 'buy',
      description: 'Buys.',
      input,
      effect: 'write',
      idempotency: 'key',
      concurrency: { limit: 1, queue: 0 },
    },
    async () => {
      effects.push(1)
      await promise
      return { ok: true }
    },
  )
  const client = connect(server)
  const first = buy(client, 'a')
  await settleAll()
  expect(toFailure(await buy(client, 'b'))).toMatchObject({ error: 'overloaded' })
  resolve()
  await first
  expect((await buy(client, 'b', { amount: 6 })).isError).toBeUndefined()
  expect(effects).toHaveLength(2)
})

test('a call whose client is gone goes on, and its result waits for the key', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { server, effects } = createShop(() => promise.then(() => ({ credits: 5 })))
  const gone = connect(server)
  const lost = buy(gone, 'a').catch((error: Error) => error.message)
  await settleAll()
  gone.close()
  expect(await lost).toBe('The link is closed.')
  expect(effects[0]?.signal.aborted).toBe(false)
  resolve()
  expect(await buy(connect(server), 'a')).toMatchObject({ structuredContent: { credits: 5 } })
  expect(effects).toHaveLength(1)
})

test('a call that its client takes back is aborted', async () => {
  const { server, effects } = createShop(() => new Promise(() => undefined))
  const controller = new AbortController()
  const client = connect(server)
  const params = { name: 'buy', arguments: { amount: 5 }, _meta: { 'plinth/idempotencyKey': 'a' } }
  const call = client.call('tools/call', params, { signal: controller.signal }).catch(() => 'aborted')
  await settleAll()
  controller.abort()
  expect(await call).toBe('aborted')
  await settleAll()
  expect(effects[0]?.signal.aborted).toBe(true)
})

test('a question between two rounds is no outcome, and the key stays with the call', async () => {
  const done: string[] = []
  const { server } = createShop(async (_input, call) => {
    await call.once('reserve', () => done.push('reserve'))
    const { action } = await call.ask('confirm', {
      message: 'Buy?',
      schema: { type: 'object', properties: {} },
    })
    if (action === 'accept') done.push('charge')
    return { action }
  })
  const client = connect(server, { answers: () => ({ action: 'accept', content: {} }) })
  expect(await buy(client, 'a')).toMatchObject({ structuredContent: { action: 'accept' } })
  expect((await buy(client, 'a'))._meta).toMatchObject({ 'plinth/replayed': true })
  expect(done).toEqual(['reserve', 'charge'])
})

test('a call that starts over between two rounds finds what was done once', async () => {
  const done: string[] = []
  const { server } = createShop(async (_input, call) => {
    await call.once('reserve', () => done.push('reserve'))
    const { action } = await call.ask('confirm', {
      message: 'Buy?',
      schema: { type: 'object', properties: {} },
    })
    return { action }
  })
  const lost = connect(server, { answers: () => Promise.reject(new Error('The client crashed.')) })
  await expect(buy(lost, 'a')).rejects.toThrow('crashed')
  const client = connect(server, { answers: () => ({ action: 'accept', content: {} }) })
  expect(await buy(client, 'a')).toMatchObject({ structuredContent: { action: 'accept' } })
  expect(done).toEqual(['reserve'])
})

test('a later round that forgets its key keeps it', async () => {
  const { server, effects } = createShop(async (_input, call) => {
    const { action } = await call.ask('confirm', {
      message: 'Buy?',
      schema: { type: 'object', properties: {} },
    })
    return { action }
  })
  const service = await serve(server)
  const params = { name: 'buy', arguments: { amount: 5 } }
  const { requestState } = await postCall(service, params, { 'idempotency-key': 'a' })
  const inputResponses = { confirm: { action: 'decline' } }
  await postCall(service, { ...params, requestState, inputResponses })
  const again = await postCall(service, params, { 'idempotency-key': 'a' })
  expect(again).toMatchObject({
    structuredContent: { action: 'decline' },
    _meta: { 'plinth/replayed': true },
  })
  expect(effects.map(({ idempotencyKey }) => idempotencyKey)).toEqual(['a', 'a'])
})

test('a later round that comes twice takes effect once', async () => {
  const done: string[] = []
  const { server } = createShop(async (_input, call) => {
    await call.ask('confirm', { message: 'Buy?', schema: { type: 'object', properties: {} } })
    done.push('charge')
    return { ok: true }
  })
  const service = await serve(server)
  const params = { name: 'buy', arguments: { amount: 5 } }
  const headers = { 'idempotency-key': 'a' }
  const { requestState } = await postCall(service, params, headers)
  const second = { ...params, requestState, inputResponses: { confirm: { action: 'accept', content: {} } } }
  await Promise.all([postCall(service, second, headers), postCall(service, second, headers)])
  await postCall(service, second, headers)
  expect(done).toEqual(['charge'])
})

test('a state that is not ours uses no key up', async () => {
  const { server, effects } = createShop()
  const service = await serve(server)
  const params = { name: 'buy', arguments: { amount: 5 } }
  const headers = { 'idempotency-key': 'a' }
  expect(await postCall(service, { ...params, requestState: 'forged' }, headers)).toBeUndefined()
  expect((await postCall(service, params, headers))['structuredContent']).toEqual({ ok: true })
  expect(effects).toHaveLength(1)
})

test('two callers with one key do not see each other', async () => {
  const { server, effects } = createShop()
  const service = await serve(server)
  await postCall(service, { name: 'buy', arguments: { amount: 5 } }, { 'idempotency-key': 'a' })
  expect((await buy(connect(server), 'a'))._meta?.['plinth/replayed']).toBeUndefined()
  expect(effects).toHaveLength(2)
})

test('two servers that share a store keep their keys apart', async () => {
  const documents = new MemoryDocumentStore({ now: Date.now })
  const one = createShop(undefined, { name: 'one', stores: { documents } })
  const two = createShop(undefined, { name: 'two', stores: { documents } })
  await buy(connect(one.server), 'a')
  await buy(connect(two.server), 'a')
  expect([one.effects.length, two.effects.length]).toEqual([1, 1])
})

test('a result is forgotten when its time is over', async () => {
  let time = 0
  const { server, effects } = createShop(undefined, { policy: { ttlMs: 60_000 }, now: () => time })
  const client = connect(server)
  await buy(client, 'a')
  time = 60_000
  await buy(client, 'a')
  expect(effects).toHaveLength(2)
})

test('a result that is too large to keep is said to be so', async () => {
  const { server, effects } = createShop(() => 'x'.repeat(2_000), { policy: { maxResultBytes: 1_000 } })
  const client = connect(server)
  expect((await buy(client, 'a')).isError).toBeUndefined()
  expect(toFailure(await buy(client, 'a'))).toMatchObject({ error: 'result_not_kept', retry: false })
  expect(effects).toHaveLength(1)
})

test('without its store a call is not started', async () => {
  const documents = {
    get: () => undefined,
    set: () => Promise.reject(new Error('ECONNREFUSED')),
    delete: () => false,
  }
  const { server, effects } = createShop(undefined, { stores: { documents } })
  expect(toFailure(await buy(connect(server), 'a'))).toMatchObject({
    error: 'store_unavailable',
    retry: true,
  })
  expect(effects).toHaveLength(0)
})

test('a store that fails when the call is done does not take its result away', async () => {
  const memory = new MemoryDocumentStore({ now: Date.now })
  let writes = 0
  const documents = {
    get: (key: string) => memory.get(key),
    set: (...write: Parameters<MemoryDocumentStore['set']>) => {
      if (++writes === 2) throw new Error('ECONNRESET')
      return memory.set(...write)
    },
    delete: () => false,
  }
  const { server } = createShop(undefined, { stores: { documents } })
  const client = connect(server)
  expect(await buy(client, 'a')).toMatchObject({ structuredContent: { ok: true } })
  expect(toFailure(await buy(client, 'a'))).toMatchObject({ error: 'duplicate_in_flight' })
})

test('a write whose answer got lost is recognised as its own', async () => {
  vi.useFakeTimers()
  const memory = new MemoryDocumentStore({ now: Date.now })
  let writes = 0
  const documents = {
    get: (key: string) => memory.get(key),
    set: (...write: Parameters<MemoryDocumentStore['set']>) => {
      const version = memory.set(...write)
      if (++writes === 2) throw new Error('ECONNRESET')
      return version
    },
    delete: () => false,
  }
  const { promise, resolve } = Promise.withResolvers<void>()
  const { server } = createShop(() => promise.then(() => ({ ok: true })), { stores: { documents } })
  const client = connect(server)
  const first = buy(client, 'a')
  await vi.advanceTimersByTimeAsync(15_000)
  resolve()
  expect(await first).toMatchObject({ structuredContent: { ok: true } })
  expect((await buy(client, 'a'))._meta).toMatchObject({ 'plinth/replayed': true })
})

test('a tool that only reads takes no keys', () => {
  const server = createQuietServer()
  const contract = { name: 'look', description: 'Looks.', effect: 'read', idempotency: 'key' } as const
  expect(() => server.tool(contract, () => '')).toThrow('Tool "look": "idempotency"')
})

test.each([
  [{ ttlMs: 0 }, '"idempotency.ttlMs"'],
  [{ leaseMs: 1.5 }, '"idempotency.leaseMs"'],
  [{ leaseMs: 2_000, ttlMs: 1_000 }, '"idempotency.leaseMs"'],
  [{ maxResultBytes: -1 }, '"idempotency.maxResultBytes"'],
  [{ argument: '' }, '"idempotency.argument"'],
])('a policy of %j is refused', (policy, named) => {
  expect(() => createShop(undefined, { policy })).toThrow(named)
})
