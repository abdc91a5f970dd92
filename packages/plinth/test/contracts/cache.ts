import { describe, expect, test } from 'vitest'
import type { CacheStore } from '../../src/storage/cache.ts'
import { type Driver, oddKeys, withStores } from './driver.ts'

/** What every cache must do, whatever it keeps its texts in. */
export function testCache(driver: Driver): void {
  describe(`${driver.name} cache`, () => {
    let time = 1_000

    function withCache(run: (cache: CacheStore) => Promise<void>): Promise<void> {
      time = 1_000
      return withStores(driver, { now: () => time }, ({ cache }) => run(cache))
    }

    test('a text that was never kept is undefined', () =>
      withCache(async (cache) => {
        expect(await cache.get('a')).toBeUndefined()
      }))

    test.each(['', '{"grüße":"🌍"}', 'line\nbreak', 'nul\0nul', 'x'.repeat(100_000)])(
      'a text comes back as it was (%#)',
      (text) =>
        withCache(async (cache) => {
          await cache.set('a', text, 100)
          expect(await cache.get('a')).toBe(text)
        }),
    )

    test('a text is gone when its time is over', () =>
      withCache(async (cache) => {
        await cache.set('a', 'text', 100)
        time += 99
        expect(await cache.get('a')).toBe('text')
        time += 1
        expect(await cache.get('a')).toBeUndefined()
      }))

    test('a text takes the place of the one before, with a time of its own', () =>
      withCache(async (cache) => {
        await cache.set('a', 'first', 100)
        time += 90
        await cache.set('a', 'second', 100)
        time += 90
        expect(await cache.get('a')).toBe('second')
      }))

    test('a text that is too large is not kept, and the one before is gone', () =>
      withCache(async (cache) => {
        await cache.set('a', 'first', 100)
        await cache.set('a', 'x'.repeat(4_194_305), 100)
        expect(await cache.get('a')).toBeUndefined()
      }))

    test('texts do not meet, whatever their keys are', () =>
      withCache(async (cache) => {
        for (const [at, key] of oddKeys.entries()) await cache.set(key, String(at), 100)
        for (const [at, key] of oddKeys.entries()) expect(await cache.get(key)).toBe(String(at))
      }))

    test('what one connection keeps, another finds', () =>
      withStores(driver, { count: 2 }, async (one, two = one) => {
        await one.cache.set('a', 'text', 60_000)
        expect(await two.cache.get('a')).toBe('text')
      }))
  })
}
