import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Bucket, CounterStore } from '../../src/storage/counter.ts'
import { type Driver, oddKeys, withStores } from './driver.ts'

const bucket: Bucket = { limit: 10, windowMs: 1_000, burst: 3 }
const hour = 3_600_000

/** What every counter store must do, whatever it counts in. */
export function testCounters(driver: Driver): void {
  describe(`${driver.name} counters`, () => {
    let time = 1_000

    function withCounters(run: (counters: CounterStore) => Promise<void>): Promise<void> {
      time = 1_000
      return withStores(driver, { now: () => time }, ({ counters }) => run(counters))
    }

    test('a bucket gives its burst, then says when the next unit is there', () =>
      withCounters(async (counters) => {
        const waits = []
        for (let at = 0; at < 4; at++) waits.push(await counters.take('a', bucket, 1))
        expect(waits.slice(0, 3)).toEqual([0, 0, 0])
        expect(waits[3]).toBeCloseTo(100, 3)
      }))

    test('units come back one by one, and never more than the burst', () =>
      withCounters(async (counters) => {
        for (let at = 0; at < 3; at++) await counters.take('a', bucket, 1)
        time += 99
        expect(await counters.take('a', bucket, 1)).toBeCloseTo(1, 3)
        time += 1
        expect(await counters.take('a', bucket, 1)).toBe(0)
        expect(await counters.take('a', bucket, 1)).toBeCloseTo(100, 3)
        time += 1_000_000
        expect(await counters.take('a', bucket, 3)).toBe(0)
        expect(await counters.take('a', bucket, 1)).toBeGreaterThan(0)
      }))

    test('a take that is refused takes nothing', () =>
      withCounters(async (counters) => {
        expect(await counters.take('a', bucket, 2)).toBe(0)
        for (let at = 0; at < 5; at++) expect(await counters.take('a', bucket, 2)).toBeCloseTo(100, 3)
        expect(await counters.take('a', bucket, 1)).toBe(0)
      }))

    test('more than the burst is never there, and nothing is always there', () =>
      withCounters(async (counters) => {
        expect(await counters.take('a', bucket, 4)).toBeGreaterThan(0)
        expect(await counters.take('a', bucket, 3)).toBe(0)
        expect(await counters.take('a', bucket, 0)).toBe(0)
      }))

    test('buckets do not meet, whatever their keys are', () =>
      withCounters(async (counters) => {
        const once = { limit: 1, windowMs: 1_000, burst: 1 }
        for (const key of oddKeys) expect(await counters.take(key, once, 1)).toBe(0)
        for (const key of oddKeys) expect(await counters.take(key, once, 1)).toBeGreaterThan(0)
      }))

    test.each([3, 7, 9, 11, 13])('a limit of %d in a second gives that many now, in this year too', (limit) =>
      withCounters(async (counters) => {
        time = 1_790_000_000_123.456
        let taken = 0
        for (let at = 0; at < limit + 2; at++) {
          if ((await counters.take('a', { limit, windowMs: 1_000, burst: limit }, 1)) === 0) taken++
        }
        expect(taken).toBe(limit)
      }),
    )

    test('whatever is taken when, it does what a bucket with a level would', async () => {
      const step = fc.record({
        waitMs: fc.integer({ min: 0, max: 300 }),
        cost: fc.integer({ min: 0, max: 3 }),
      })
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), (steps) =>
          withCounters(async (counters) => {
            let level = bucket.burst
            for (const { waitMs, cost } of steps) {
              time += waitMs
              level = Math.min(bucket.burst, level + waitMs / 100)
              const wait = await counters.take('a', bucket, cost)
              expect(wait).toBeCloseTo(Math.max(0, (cost - level) * 100), 3)
              if (cost - level < 1e-6) level -= cost
            }
          }),
        ),
        { numRuns: 15 },
      )
    })

    test('two hundred that take at once over two connections get what is there, and none more', () =>
      withStores(driver, { count: 2 }, async (one, two) => {
        const shared = { limit: 50, windowMs: hour, burst: 50 }
        const takers = Array.from({ length: 200 }, (_, at) => (at % 2 === 0 ? one : (two ?? one)))
        const waits = await Promise.all(takers.map(({ counters }) => counters.take('a', shared, 1)))
        expect(waits.filter((wait) => wait === 0)).toHaveLength(50)
        expect(waits.every((wait) => wait >= 0)).toBe(true)
      }))
  })
}
