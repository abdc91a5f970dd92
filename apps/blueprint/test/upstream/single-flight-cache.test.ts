import { expect, test } from 'vitest'
import { createSingleFlightCache } from '../../src/upstream/single-flight-cache.ts'

const { signal } = new AbortController()

test('an answer is remembered until its time is over', async () => {
  let now = 0
  let loads = 0
  const cache = createSingleFlightCache<number>({ ttlMs: 100, now: () => now })
  const get = (): Promise<number> => cache.get('k', signal, async () => ++loads)
  expect([await get(), await get()]).toEqual([1, 1])
  now = 99
  expect(await get()).toBe(1)
  now = 100
  expect(await get()).toBe(2)
})

test('callers at the same time share one load', async () => {
  const load = Promise.withResolvers<string>()
  let loads = 0
  const cache = createSingleFlightCache<string>()
  const callers = [1, 2, 3].map(() =>
    cache.get('k', signal, () => {
      loads += 1
      return load.promise
    }),
  )
  load.resolve('answer')
  expect(await Promise.all(callers)).toEqual(['answer', 'answer', 'answer'])
  expect(loads).toBe(1)
})

test('a failure reaches everybody who waits and is not remembered', async () => {
  const cache = createSingleFlightCache<string>()
  const load = Promise.withResolvers<string>()
  const callers = [1, 2].map(() => cache.get('k', signal, () => load.promise))
  load.reject(new Error('down'))
  for (const { reason } of (await Promise.allSettled(callers)) as PromiseRejectedResult[]) {
    expect(reason).toEqual(new Error('down'))
  }
  expect(await cache.get('k', signal, async () => 'up')).toBe('up')
})

test('a caller who leaves does not take the answer from one who stays', async () => {
  const cache = createSingleFlightCache<string>()
  const load = Promise.withResolvers<string>()
  const leaver = new AbortController()
  let flight: AbortSignal | undefined
  const start = (given: AbortSignal): Promise<string> => {
    flight = given
    return load.promise
  }
  const left = cache.get('k', leaver.signal, start)
  const stayed = cache.get('k', signal, start)
  leaver.abort(new Error('bye'))
  await expect(left).rejects.toThrow('bye')
  expect(flight?.aborted).toBe(false)
  load.resolve('answer')
  expect(await stayed).toBe('answer')
})

test('when the last caller leaves, the load is called off and the next caller starts a new one', async () => {
  const cache = createSingleFlightCache<string>()
  const leaver = new AbortController()
  let flight: AbortSignal | undefined
  const left = cache.get('k', leaver.signal, (given) => {
    flight = given
    return new Promise(() => {})
  })
  leaver.abort(new Error('bye'))
  await expect(left).rejects.toThrow('bye')
  expect(flight?.aborted).toBe(true)
  expect(await cache.get('k', signal, async () => 'fresh')).toBe('fresh')
})

test('a caller whose signal is aborted already starts nothing', async () => {
  const cache = createSingleFlightCache<string>()
  const load = (): Promise<string> => Promise.reject(new Error('must not start'))
  await expect(cache.get('k', AbortSignal.abort(new Error('late')), load)).rejects.toThrow('late')
})

test('the cache never holds more than it may, and forgets the oldest first', async () => {
  const cache = createSingleFlightCache<string>({ maxEntries: 2 })
  for (const key of ['a', 'b', 'c']) await cache.get(key, signal, async () => `first ${key}`)
  expect(cache.size).toBe(2)
  expect(await cache.get('c', signal, async () => 'again')).toBe('first c')
  expect(await cache.get('a', signal, async () => 'again')).toBe('again')
})
