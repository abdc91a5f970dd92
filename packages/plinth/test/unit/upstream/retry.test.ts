import { Failure } from 'plinth'
import { defineUpstream, type RetryOptions, type Upstream, type UpstreamCall } from 'plinth/upstream'
import { expect, test } from 'vitest'
import { startWeb } from '../../security/web.ts'
import { catchError, createCall, createClock, failToConnect } from './_call.ts'

/** Retries without a pause. */
function createUpstream(retry: Partial<RetryOptions> = {}, now: () => number = Date.now): Upstream {
  return defineUpstream({ name: 'weather', retry: { attempts: 3, ...retry }, now, random: () => 0 })
}

/** How many attempts are made for a call when all of them fail. */
async function countAttempts(upstream: Upstream, call: UpstreamCall, error?: Error): Promise<number> {
  let attempts = 0
  await catchError(
    upstream.run(call, () => {
      attempts++
      if (error !== undefined) throw error
      failToConnect()
    }),
  )
  return attempts
}

function askForPause(retryAfterMs: number): Failure {
  return new Failure({ error: 'busy', message: 'Busy.', retry: true, retry_after_ms: retryAfterMs })
}

test('a call that reads is repeated until an attempt succeeds', async () => {
  const upstream = createUpstream()
  let attempts = 0
  const value = await upstream.run(createCall(), () => (++attempts < 3 ? failToConnect() : 'fine'))
  expect(value).toBe('fine')
  expect(upstream.state()).toMatchObject({ attempts: 3, retries: 2, failures: 2, inFlight: 0 })
})

test('the last failure is what the caller sees, with the error behind it for the log', async () => {
  const error = await catchError(createUpstream().run(createCall(), failToConnect))
  expect(error).toMatchObject({
    body: { error: 'upstream_unavailable', retry: true, upstream: 'weather' },
    cause: { code: 'ECONNREFUSED' },
  })
  expect(JSON.stringify((error as Failure).body)).not.toContain('ECONNREFUSED')
})

test.each([
  { effect: 'write', only: 'read', attempts: 1 },
  { effect: 'destroy', only: 'read', attempts: 1 },
  { effect: 'write', key: 'key-1', only: 'read', attempts: 1 },
  { effect: 'read', only: 'read', attempts: 3 },
  { effect: 'write', only: 'idempotent', attempts: 1 },
  { effect: 'destroy', only: 'idempotent', attempts: 1 },
  { effect: 'write', key: 'key-1', only: 'idempotent', attempts: 3 },
  { effect: 'destroy', key: 'key-1', only: 'idempotent', attempts: 3 },
] as const)('$effect with the key $key where only $only may be repeated: $attempts attempts', async (row) => {
  const { effect, only, attempts } = row
  const idempotencyKey = 'key' in row ? row.key : undefined
  expect(await countAttempts(createUpstream({ only }), createCall({ effect, idempotencyKey }))).toBe(attempts)
})

test('without "retry" there is one attempt', async () => {
  expect(await countAttempts(defineUpstream({ name: 'weather' }), createCall())).toBe(1)
})

test('what another try cannot mend is not repeated', async () => {
  const refused = new Failure({ error: 'unknown_city', message: 'No such city.', retry: false })
  expect(await countAttempts(createUpstream(), createCall(), refused)).toBe(1)
  expect(await countAttempts(createUpstream(), createCall(), new TypeError('a mistake'))).toBe(1)
})

test('an upstream that is down for everybody gets few repeats', async () => {
  const clock = createClock()
  const upstream = createUpstream({ attempts: 2 }, clock.now)
  const call = createCall({ deadline: clock.now() + 60_000 })
  for (let count = 0; count < 100; count++) await countAttempts(upstream, call)
  const { attempts, retries } = upstream.state()
  expect(attempts - retries).toBe(100)
  expect(retries).toBeGreaterThanOrEqual(20)
  expect(retries).toBeLessThanOrEqual(0.2 * attempts + 1)
  clock.advance(10_000)
  expect(await countAttempts(upstream, createCall({ deadline: clock.now() + 60_000 }))).toBe(2)
})

test('no repeat is made that would begin after the deadline of the call', async () => {
  const clock = createClock()
  const upstream = createUpstream({}, clock.now)
  const left = (ms: number) => createCall({ deadline: clock.now() + ms })
  expect(await countAttempts(upstream, left(1_000), askForPause(1_000))).toBe(1)
  expect(await countAttempts(upstream, left(0))).toBe(1)
  expect(await countAttempts(upstream, left(1_000), askForPause(1))).toBe(3)
})

test('an upstream that asks for a longer pause than is allowed gets no second attempt', async () => {
  const upstream = createUpstream({ maxDelayMs: 100 })
  expect(await countAttempts(upstream, createCall(), askForPause(101))).toBe(1)
})

test('the pause is drawn at random below a limit that doubles', async () => {
  const drawn: number[] = []
  const random = () => {
    drawn.push(1)
    return 0.001
  }
  const upstream = defineUpstream({ name: 'weather', retry: { attempts: 3, baseDelayMs: 1_000 }, random })
  expect(await countAttempts(upstream, createCall())).toBe(3)
  expect(drawn).toHaveLength(2)
})

test('a call that ends during a pause ends at once', async () => {
  const upstream = defineUpstream({
    name: 'weather',
    retry: { attempts: 2, baseDelayMs: 5_000 },
    random: () => 0.999,
  })
  const client = new AbortController()
  const run = catchError(upstream.run(createCall({ signal: client.signal }), failToConnect))
  await new Promise((resolve) => setImmediate(resolve))
  client.abort(new Error('gone'))
  expect(await run).toEqual(new Error('gone'))
})

test.each([500, 502, 503])('fetch repeats a request that is answered %i', async (status) => {
  let hits = 0
  const { port } = await startWeb((_request, response) => {
    hits++
    response.writeHead(hits < 3 ? status : 200).end('fine')
  })
  const response = await createUpstream().fetch(createCall(), `http://127.0.0.1:${port}/`)
  expect({ hits, text: await response.text() }).toEqual({ hits: 3, text: 'fine' })
})

test('fetch repeats a request whose connection is lost', async () => {
  let hits = 0
  const { port } = await startWeb((request, response) => {
    if (++hits === 1) request.socket.destroy()
    else response.end('fine')
  })
  const response = await createUpstream().fetch(createCall(), `http://127.0.0.1:${port}/`)
  expect({ hits, status: response.status }).toEqual({ hits: 2, status: 200 })
})

test.each([200, 304, 400, 404])('fetch gives an answer of %i as it is', async (status) => {
  let hits = 0
  const { port } = await startWeb((_request, response) => {
    hits++
    response.writeHead(status).end()
  })
  const response = await createUpstream().fetch(createCall(), `http://127.0.0.1:${port}/`)
  expect({ hits, status: response.status }).toEqual({ hits: 1, status })
})

test('fetch passes on when an upstream wants to be asked again', async () => {
  let hits = 0
  const { port } = await startWeb((_request, response) => {
    hits++
    response.writeHead(503, { 'retry-after': '3600' }).end()
  })
  const error = await catchError(createUpstream().fetch(createCall(), `http://127.0.0.1:${port}/`))
  expect(error).toMatchObject({
    body: { error: 'upstream_unavailable', retry_after_ms: 3_600_000, status: 503, upstream: 'weather' },
  })
  expect(hits).toBe(1)
})

test('fetch reads a date in Retry-After', async () => {
  const now = Date.UTC(2030, 0, 1, 12, 0, 0)
  const { port } = await startWeb((_request, response) => {
    response.writeHead(503, { 'retry-after': 'Tue, 01 Jan 2030 12:10:00 GMT' }).end()
  })
  const call = createCall({ deadline: now + 60_000 })
  const error = await catchError(createUpstream({}, () => now).fetch(call, `http://127.0.0.1:${port}/`))
  expect(error).toMatchObject({ body: { retry_after_ms: 600_000 } })
})

test('a 429 without a time to wait is not repeated, and does not open the breaker', async () => {
  let hits = 0
  const { port } = await startWeb((_request, response) => {
    hits++
    response.writeHead(429).end()
  })
  const upstream = defineUpstream({ name: 'weather', retry: { attempts: 3 }, breaker: { minimumCalls: 1 } })
  const error = await catchError(upstream.fetch(createCall(), `http://127.0.0.1:${port}/`))
  expect(error).toMatchObject({ body: { error: 'upstream_unavailable', status: 429 } })
  expect({ hits, breaker: upstream.state().breaker }).toEqual({ hits: 1, breaker: 'closed' })
})

test('a request whose body is a stream is sent once', async () => {
  let hits = 0
  const { port } = await startWeb((_request, response) => {
    hits++
    response.writeHead(503).end()
  })
  const body = new Blob(['once']).stream()
  const init = { method: 'POST', body, duplex: 'half' } as RequestInit
  await catchError(createUpstream().fetch(createCall(), `http://127.0.0.1:${port}/`, init))
  expect(hits).toBe(1)
})
