import { expect, test } from 'vitest'
import type { CounterStore } from '../../../src/storage/counter.ts'
import { insuranceCounters } from '../../../src/storage/insurance-counter.ts'
import { MemoryCounterStore } from '../../../src/storage/memory-counter.ts'

const bucket = { limit: 2, windowMs: 60_000, burst: 2 }

/** A shared store that can fail, with how often it was asked. */
function createShared(now: () => number) {
  const working = new MemoryCounterStore({ now })
  const shared = { isDown: false, asked: 0, failsAtOnce: false }
  const store: CounterStore = {
    take(key, given, cost) {
      shared.asked++
      if (!shared.isDown) return Promise.resolve(working.take(key, given, cost))
      if (shared.failsAtOnce) throw new Error('down')
      return Promise.reject(new Error('down'))
    },
  }
  return Object.assign(shared, { store })
}

function createInsured() {
  const clock = { time: 0 }
  const now = () => clock.time
  const shared = createShared(now)
  const failures: unknown[] = []
  const options = { now, retryMs: 1_000, onFailure: (error: unknown) => failures.push(error) }
  const counters = insuranceCounters(shared.store, new MemoryCounterStore({ now }), options)
  return { clock, shared, failures, counters }
}

test('while the shared store works, it alone counts', async () => {
  const { counters, shared } = createInsured()
  const waits = [await counters.take('a', bucket, 1), await counters.take('a', bucket, 1)]
  expect(waits).toEqual([0, 0])
  expect(await counters.take('a', bucket, 1)).toBeGreaterThan(0)
  expect(shared.asked).toBe(3)
})

test.each([false, true])(
  'when it fails, the limit holds for this process alone (at once: %s)',
  async (failsAtOnce) => {
    const { counters, shared, failures } = createInsured()
    Object.assign(shared, { isDown: true, failsAtOnce })
    expect(await counters.take('a', bucket, 1)).toBe(0)
    expect(await counters.take('a', bucket, 1)).toBe(0)
    expect(await counters.take('a', bucket, 1)).toBeGreaterThan(0)
    expect(failures).toHaveLength(1)
  },
)

test('a store that is down is asked once in a while, and used again when it is back', async () => {
  const { counters, shared, failures, clock } = createInsured()
  shared.isDown = true
  for (let at = 0; at < 5; at++) await counters.take(`key-${at}`, bucket, 1)
  expect(shared.asked).toBe(1)
  clock.time = 1_000
  await Promise.all([counters.take('a', bucket, 1), counters.take('b', bucket, 1)])
  expect(shared.asked).toBe(2)
  expect(failures).toHaveLength(2)
  shared.isDown = false
  clock.time = 2_000
  for (let at = 0; at < 3; at++) await counters.take('c', bucket, 1)
  expect(shared.asked).toBe(5)
})

test('calls that were on their way when it failed are counted here, and reported once', async () => {
  const { counters, shared, failures } = createInsured()
  shared.isDown = true
  const waits = await Promise.all(Array.from({ length: 10 }, () => counters.take('a', bucket, 1)))
  expect(waits.filter((wait) => wait === 0)).toHaveLength(2)
  expect(failures).toHaveLength(1)
})
