import { defineUpstream } from 'plinth/upstream'
import { expect, test } from 'vitest'
import { catchError, createCall } from './_call.ts'

test('calls beyond the limit wait, those beyond the queue are refused', async () => {
  const upstream = defineUpstream({
    name: 'weather',
    bulkhead: { limit: 1, queue: 1, queueTimeoutMs: 2_000 },
  })
  const gate = Promise.withResolvers<string>()
  const first = upstream.run(createCall(), () => gate.promise)
  const second = upstream.run(createCall(), () => 'second')
  const third = await catchError(upstream.run(createCall(), () => 'third'))
  expect(third).toMatchObject({ body: { error: 'overloaded', retry: true, retry_after_ms: 2_000 } })
  expect(upstream.state()).toMatchObject({ inFlight: 1, queued: 1, refused: 1 })
  gate.resolve('first')
  expect(await Promise.all([first, second])).toEqual(['first', 'second'])
  expect(upstream.state()).toMatchObject({ inFlight: 0, queued: 0 })
})

test('nobody overtakes those who wait', async () => {
  const upstream = defineUpstream({ name: 'weather', bulkhead: { limit: 1 } })
  const order: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = upstream.run(createCall(), () => gate.promise)
  const waiting = ['a', 'b', 'c'].map((name) => upstream.run(createCall(), () => order.push(name)))
  gate.resolve()
  await first
  await Promise.all([...waiting, upstream.run(createCall(), () => order.push('late'))])
  expect(order).toEqual(['a', 'b', 'c', 'late'])
})

test('a call that ends while it waits leaves the queue at once', async () => {
  const upstream = defineUpstream({ name: 'weather', bulkhead: { limit: 1, queue: 1 } })
  const gate = Promise.withResolvers<string>()
  const first = upstream.run(createCall(), () => gate.promise)
  const client = new AbortController()
  const second = catchError(upstream.run(createCall({ signal: client.signal }), () => 'second'))
  const third = () => upstream.run(createCall(), () => 'third')
  expect(await catchError(third())).toMatchObject({ body: { error: 'overloaded' } })
  client.abort(new Error('gone'))
  expect(await second).toEqual(new Error('gone'))
  const waiting = third()
  gate.resolve('first')
  expect(await Promise.all([first, waiting])).toEqual(['first', 'third'])
})

test('a call that waits too long is refused', async () => {
  const upstream = defineUpstream({ name: 'weather', bulkhead: { limit: 1, queueTimeoutMs: 10 } })
  const gate = Promise.withResolvers<string>()
  const first = upstream.run(createCall(), () => gate.promise)
  const second = await catchError(upstream.run(createCall(), () => 'second'))
  expect(second).toMatchObject({ body: { error: 'overloaded', retry_after_ms: 10 } })
  gate.resolve('first')
  await first
  expect(upstream.state()).toMatchObject({ inFlight: 0, queued: 0 })
})

test('a call that waited while the breaker opened is refused, and gives its slot back', async () => {
  const upstream = defineUpstream({ name: 'weather', bulkhead: { limit: 1 }, breaker: { minimumCalls: 1 } })
  const gate = Promise.withResolvers<never>()
  const first = catchError(upstream.run(createCall(), () => gate.promise))
  const second = catchError(upstream.run(createCall(), () => 'second'))
  gate.reject(Object.assign(new Error('lost'), { code: 'ECONNRESET' }))
  await first
  expect(await second).toMatchObject({ body: { error: 'circuit_open' } })
  expect(upstream.state()).toMatchObject({ inFlight: 0, queued: 0, refused: 1 })
})
