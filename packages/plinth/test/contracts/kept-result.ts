import { describe, expect, test } from 'vitest'
import type { KeptResultStore } from '../../src/storage/kept-result.ts'
import { type Driver, withStores } from './driver.ts'

/** What every store of kept results must do, whatever it keeps them in. */
export function testKeptResults(driver: Driver): void {
  describe(`${driver.name} kept results`, () => {
    let time = 1_000

    function withResults(run: (results: KeptResultStore) => Promise<void>): Promise<void> {
      time = 1_000
      return withStores(driver, { now: () => time }, ({ keptResults }) => run(keptResults))
    }

    test.each(['', '{"grüße":"🌍"}', 'nul\0nul', 'x'.repeat(100_000)])(
      'a result comes back to its owner as it was (%#)',
      (text) =>
        withResults(async (results) => {
          const id = await results.keep('anna', text)
          expect(await results.read('anna', id)).toBe(text)
          expect(await results.read('anna', id)).toBe(text)
        }),
    )

    test('nobody else can read a result, and an id that was never given names none', () =>
      withResults(async (results) => {
        const id = await results.keep('anna', 'text')
        expect(await results.read('ben', id)).toBeUndefined()
        expect(await results.read('', id)).toBeUndefined()
        expect(await results.read('anna', `${id}x`)).toBeUndefined()
        expect(await results.read('anna', 'no such id {}')).toBeUndefined()
      }))

    test('every result has an id of its own, which tells nothing', () =>
      withResults(async (results) => {
        const ids = []
        for (let at = 0; at < 20; at++) ids.push(await results.keep('anna', String(at)))
        expect(new Set(ids).size).toBe(20)
        expect(await Promise.all(ids.map((id) => results.read('anna', id)))).toEqual(
          ids.map((_, at) => String(at)),
        )
      }))

    test('a result is gone after a quarter of an hour', () =>
      withResults(async (results) => {
        const id = await results.keep('anna', 'text')
        time += 899_999
        expect(await results.read('anna', id)).toBe('text')
        time += 1
        expect(await results.read('anna', id)).toBeUndefined()
      }))

    test('what one connection keeps, another can read', () =>
      withStores(driver, { count: 2 }, async (one, two = one) => {
        const id = await one.keptResults.keep('anna', 'text')
        expect(await two.keptResults.read('anna', id)).toBe('text')
      }))
  })
}
