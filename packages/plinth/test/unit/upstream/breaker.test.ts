import { Failure, ToolError } from 'plinth'
import { defineUpstream, type Upstream } from 'plinth/upstream'
import { expect, test } from 'vitest'
import { catchError, createCall, createClock, failToConnect } from './_call.ts'

const breaker = { minimumCalls: 4, failureRate: 0.5, windowMs: 1_000, openMs: 5_000 }

async function failTimes(upstream: Upstream, times: number): Promise<void> {
  for (let count = 0; count < times; count++) await catchError(upstream.run(createCall(), failToConnect))
}

function createWeather(clock = createClock()): { upstream: Upstream; clock: ReturnType<typeof createClock> } {
  return { upstream: defineUpstream({ name: 'weather', breaker, now: clock.now }), clock }
}

test('an upstream that keeps failing is left alone, and the caller learns for how long', async () => {
  const { upstream, clock } = createWeather()
  await failTimes(upstream, 4)
  clock.advance(1_500)
  const error = await catchError(upstream.run(createCall(), () => 'never asked'))
  expect(error).toBeInstanceOf(Failure)
  expect(error).toMatchObject({
    body: { error: 'circuit_open', retry: true, retry_after_ms: 3_500, upstream: 'weather' },
  })
  expect(upstream.state()).toEqual({
    breaker: 'open',
    inFlight: 0,
    queued: 0,
    attempts: 4,
    failures: 4,
    retries: 0,
    refused: 1,
  })
})

test('few failures open nothing', async () => {
  const { upstream } = createWeather()
  await failTimes(upstream, 3)
  expect(upstream.state().breaker).toBe('closed')
})

test('failures among enough successes open nothing', async () => {
  const { upstream } = createWeather()
  for (let count = 0; count < 10; count++) await upstream.run(createCall(), () => 'fine')
  await failTimes(upstream, 9)
  expect(upstream.state().breaker).toBe('closed')
  await failTimes(upstream, 1)
  expect(upstream.state().breaker).toBe('open')
})

test('failures of an earlier window are forgotten', async () => {
  const { upstream, clock } = createWeather()
  await failTimes(upstream, 3)
  clock.advance(1_100)
  await failTimes(upstream, 3)
  expect(upstream.state().breaker).toBe('closed')
})

test('after a while one call probes while the others are still refused, and its success closes', async () => {
  const { upstream, clock } = createWeather()
  await failTimes(upstream, 4)
  clock.advance(5_000)
  expect(upstream.state().breaker).toBe('half_open')
  const gate = Promise.withResolvers<string>()
  const probe = upstream.run(createCall(), () => gate.promise)
  const other = await catchError(upstream.run(createCall(), () => 'too early'))
  expect(other).toMatchObject({ body: { error: 'circuit_open' } })
  gate.resolve('works again')
  expect(await probe).toBe('works again')
  expect(upstream.state().breaker).toBe('closed')
  await failTimes(upstream, 3)
  expect(upstream.state().breaker).toBe('closed')
})

test('a probe that fails opens for another while', async () => {
  const { upstream, clock } = createWeather()
  await failTimes(upstream, 4)
  clock.advance(5_000)
  await failTimes(upstream, 1)
  expect(upstream.state().breaker).toBe('open')
  clock.advance(4_999)
  expect(upstream.state().breaker).toBe('open')
})

test('a probe whose client goes away decides nothing, and the next call probes', async () => {
  const { upstream, clock } = createWeather()
  await failTimes(upstream, 4)
  clock.advance(5_000)
  const client = new AbortController()
  const probe = catchError(
    upstream.run(createCall({ signal: client.signal }), () => new Promise(() => undefined)),
  )
  client.abort(new Error('gone'))
  expect(await probe).toEqual(new Error('gone'))
  expect(upstream.state()).toMatchObject({ breaker: 'half_open', inFlight: 0 })
  expect(await upstream.run(createCall(), () => 'fine')).toBe('fine')
  expect(upstream.state().breaker).toBe('closed')
})

test('a call from before the breaker opened has no say afterwards', async () => {
  const { upstream, clock } = createWeather()
  const gate = Promise.withResolvers<void>()
  const early = catchError(upstream.run(createCall(), () => gate.promise.then(failToConnect)))
  await failTimes(upstream, 4)
  clock.advance(500)
  gate.resolve()
  expect(await early).toMatchObject({ body: { error: 'upstream_unavailable' } })
  expect(upstream.state().breaker).toBe('open')
  clock.advance(4_500)
  expect(upstream.state().breaker).toBe('half_open')
})

test.each([
  ['a declared error', new Failure({ error: 'unknown_city', message: 'No such city.', retry: false })],
  ['a ToolError', new ToolError('No such city.')],
  ['a mistake in the code', new TypeError('x is not a function')],
])('%s does not open it, and is thrown as it is', async (_what, thrown) => {
  const { upstream } = createWeather()
  for (let count = 0; count < 10; count++) {
    const error = await catchError(
      upstream.run(createCall(), () => {
        throw thrown
      }),
    )
    expect(error).toBe(thrown)
  }
  expect(upstream.state()).toMatchObject({ breaker: 'closed', failures: 0, attempts: 10 })
})

test('an upstream that keeps calls waiting to their deadline counts as failing', async () => {
  const { upstream } = createWeather()
  for (let count = 0; count < 4; count++) {
    const call = new AbortController()
    const run = catchError(
      upstream.run(createCall({ signal: call.signal }), () => new Promise(() => undefined)),
    )
    const timeout = new Failure({ error: 'timeout', message: 'Too long.', retry: true })
    call.abort(timeout)
    expect(await run).toBe(timeout)
  }
  expect(upstream.state()).toMatchObject({ breaker: 'open', failures: 4 })
})

test('an attempt that takes too long is a failure, even if it ignores its signal', async () => {
  const upstream = defineUpstream({ name: 'weather', timeoutMs: 10, breaker: { minimumCalls: 1 } })
  const error = await catchError(upstream.run(createCall(), () => new Promise(() => undefined)))
  expect(error).toMatchObject({
    body: { error: 'upstream_timeout', retry: true, timeout_ms: 10, upstream: 'weather' },
  })
  expect(upstream.state()).toMatchObject({ breaker: 'open', inFlight: 0 })
})

test.each([
  [{ failureRate: 0 }, '"breaker.failureRate" must be a number above 0 and up to 1, got 0.'],
  [{ minimumCalls: 0 }, '"breaker.minimumCalls" must be a whole number from 1, got 0.'],
  [{ openMs: '1m' as never }, '"breaker.openMs" must be a whole number from 1, got "1m".'],
])('nonsense in %o is refused at creation', (options, message) => {
  expect(() => defineUpstream({ name: 'weather', breaker: options })).toThrow(new TypeError(message))
})
