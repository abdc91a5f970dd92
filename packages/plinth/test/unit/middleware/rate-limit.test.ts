import { expect, test } from 'vitest'
import { z } from 'zod'
import { connect, createQuietServer, serve, toFailure } from './keyed.ts'
import { postRaw } from './post-raw.ts'

function createClock(): { now: () => number; advance: (ms: number) => void } {
  let time = 1_000_000
  return {
    now: () => time,
    advance: (ms) => {
      time += ms
    },
  }
}

test('a tool answers as often as its rate allows, then says when it will again', async () => {
  const clock = createClock()
  const server = createQuietServer({ now: clock.now })
  const rate = { limit: 2, windowMs: 1_000 }
  server.tool({ name: 'hit', description: 'Counts.', effect: 'read', rate }, () => 'ok')
  const client = connect(server)
  expect(await client.callTool('hit')).not.toMatchObject({ isError: true })
  expect(await client.callTool('hit')).not.toMatchObject({ isError: true })
  const refused = toFailure(await client.callTool('hit'))
  expect(refused).toMatchObject({ error: 'rate_exceeded', retry: true, retry_after_ms: 500 })
  clock.advance(500)
  expect(await client.callTool('hit')).not.toMatchObject({ isError: true })
  expect(toFailure(await client.callTool('hit'))).toMatchObject({ error: 'rate_exceeded' })
})

test('a call takes as much as it costs', async () => {
  const server = createQuietServer({ now: createClock().now })
  const cost = (input: unknown) => (input as { size: number }).size
  const rate = { limit: 10, windowMs: 1_000, cost }
  const input = z.object({ size: z.int() })
  server.tool({ name: 'hit', description: 'Counts.', effect: 'read', input, rate }, () => 'ok')
  const client = connect(server)
  expect(await client.callTool('hit', { size: 9 })).not.toMatchObject({ isError: true })
  expect(toFailure(await client.callTool('hit', { size: 2 }))).toMatchObject({ error: 'rate_exceeded' })
  expect(await client.callTool('hit', { size: 1 })).not.toMatchObject({ isError: true })
})

test('several limits hold at once, and the burst is its own bound', async () => {
  const clock = createClock()
  const server = createQuietServer({ now: clock.now })
  const rate = [
    { limit: 100, windowMs: 1_000, burst: 3 },
    { limit: 4, windowMs: 60_000, per: 'global' },
  ] as const
  server.tool({ name: 'hit', description: 'Counts.', effect: 'read', rate }, () => 'ok')
  const client = connect(server)
  const outcomes: boolean[] = []
  for (let call = 0; call < 4; call++) outcomes.push((await client.callTool('hit')).isError === true)
  clock.advance(1_000)
  for (let call = 0; call < 2; call++) outcomes.push((await client.callTool('hit')).isError === true)
  expect(outcomes).toEqual([false, false, false, true, false, true])
})

test.each([
  { rate: { limit: 10, windowMs: 1_000 }, most: 20 },
  { rate: { limit: 10, windowMs: 1_000, burst: 5 }, most: 15 },
  { rate: { limit: 9, windowMs: 900, burst: 1 }, most: 10 },
])(
  'no window, wherever it begins, sees more than limit and burst together ($rate)',
  async ({ rate, most }) => {
    const clock = createClock()
    const server = createQuietServer({ now: clock.now })
    const served: number[] = []
    server.tool({ name: 'hit', description: 'Counts.', effect: 'read', rate }, () => {
      served.push(clock.now())
      return 'ok'
    })
    const client = connect(server)
    const hit = () => client.callTool('hit')
    // Some that come now and then, a while without any, and then as many as there can be.
    for (let at = 0; at < 20; at++, clock.advance(90)) await hit()
    clock.advance(3_000)
    for (let at = 0; at < 200; at++, clock.advance(20)) while ((await hit()).isError !== true);
    const counts = served.map(
      (from) => served.filter((at) => at >= from && at <= from + rate.windowMs).length,
    )
    expect(Math.max(...counts)).toBe(most)
  },
)

test('two hundred calls at the same instant never pass a limit of fifty', async () => {
  const server = createQuietServer({ now: createClock().now })
  let served = 0
  const rate = { limit: 50, windowMs: 60_000 }
  server.tool({ name: 'hit', description: 'Counts.', effect: 'read', rate }, async () => {
    served++
    await Promise.resolve()
    return 'ok'
  })
  const client = connect(server)
  await Promise.all(Array.from({ length: 200 }, () => client.callTool('hit')))
  expect(served).toBe(50)
})

test('the limit of the whole server is refused over HTTP with 429 and Retry-After', async () => {
  const server = createQuietServer({ now: createClock().now, rate: { limit: 1, windowMs: 10_000 } })
  server.tool({ name: 'hit', description: 'Counts.', effect: 'read' }, () => 'ok')
  const service = await serve(server)
  const first = await postRaw(service, { name: 'hit' })
  expect(first.status).toBe(200)
  const second = await postRaw(service, { name: 'hit' })
  expect(second.status).toBe(429)
  expect(second.headers.get('retry-after')).toBe('10')
  expect(await second.json()).toMatchObject({
    error: { code: 42_900, data: { error: 'rate_exceeded', retry: true, retry_after_ms: 10_000 } },
  })
})

test('the default limit of the server holds over HTTP only', async () => {
  const server = createQuietServer({ now: createClock().now })
  server.tool({ name: 'hit', description: 'Counts.', effect: 'read' }, () => 'ok')
  const client = connect(server)
  const results = await Promise.all(Array.from({ length: 1_100 }, () => client.callTool('hit')))
  expect(results.every((result) => result.isError !== true)).toBe(true)
})

test('a rate that makes no sense refuses to start and names option and value', () => {
  const server = createQuietServer()
  const contract = { name: 'hit', description: 'Counts.', effect: 'read' } as const
  expect(() => server.tool({ ...contract, rate: { limit: 0, windowMs: 1_000 } }, () => 'ok')).toThrow(
    /rate\.limit.*positive.*got 0/,
  )
  expect(() => server.tool({ ...contract, rate: { limit: 1, windowMs: -1 } }, () => 'ok')).toThrow(
    /rate\.windowMs/,
  )
})
