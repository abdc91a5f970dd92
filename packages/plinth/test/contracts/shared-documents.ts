import { describe, expect, test } from 'vitest'
import type { DocumentStore } from '../../src/storage/document.ts'
import { type Driver, oddKeys, withStores } from './driver.ts'

/** What document stores must do for processes that share them, on the clock of the service. */
export function testSharedDocuments(driver: Driver): void {
  describe(`${driver.name} documents, shared`, () => {
    const ttlMs = 60_000

    function withDocuments(run: (one: DocumentStore, two: DocumentStore) => Promise<void>): Promise<void> {
      return withStores(driver, { count: 2 }, (one, two = one) => run(one.documents, two.documents))
    }

    test('documents do not meet, whatever their keys are, and keep any text', () =>
      withDocuments(async (one, two) => {
        for (const key of oddKeys) await one.set(key, `\0${key}`, { ttlMs })
        for (const key of oddKeys) expect(await two.get(key)).toMatchObject({ value: `\0${key}` })
      }))

    test('compare-and-set loses no update', () =>
      withDocuments(async (one, two) => {
        async function add(store: DocumentStore): Promise<void> {
          for (;;) {
            const known = await store.get('sum')
            const next = String(Number(known?.value ?? 0) + 1)
            const version = await store.set('sum', next, { ifVersion: known?.version ?? 0, ttlMs })
            if (version !== undefined) return
          }
        }
        await Promise.all(Array.from({ length: 40 }, (_, at) => add(at % 2 === 0 ? one : two)))
        expect(await one.get('sum')).toMatchObject({ value: '40' })
      }))

    test('of those who take over a claim at once one succeeds, and the one before can write no more', () =>
      withDocuments(async (one, two) => {
        const first = Number(await one.set('claim', 'first', { ifVersion: 0, ttlMs, isPinned: true }))
        const stores = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? one : two))
        const takeovers = await Promise.all(
          stores.map((store, at) =>
            store.set('claim', String(at), { ifVersion: first, ttlMs, isPinned: true }),
          ),
        )
        const won = takeovers.filter((version) => version !== undefined)
        expect(won).toHaveLength(1)
        expect(won[0]).toBeGreaterThan(first)
        expect(await one.set('claim', 'late', { ifVersion: first, ttlMs })).toBeUndefined()
        expect(await one.delete('claim', { ifVersion: first })).toBe(false)
        expect(await two.get('claim')).toEqual({ value: String(takeovers.indexOf(won[0])), version: won[0] })
      }))

    test('fences grow through claims, deletions and renewals of many at once', () =>
      withDocuments(async (one, two) => {
        const fences: number[] = []
        async function work(store: DocumentStore): Promise<void> {
          for (let done = 0; done < 5; ) {
            const fence = await store.set('job', 'x', { ifVersion: 0, ttlMs })
            if (fence === undefined) continue
            fences.push(fence)
            done++
            await store.delete('job', { ifVersion: fence })
          }
        }
        await Promise.all([work(one), work(two), work(one), work(two)])
        expect(fences).toHaveLength(20)
        expect(new Set(fences).size).toBe(20)
        // Only the holder pushes while it holds, so the order of the list is that of the claims.
        expect(fences).toEqual(fences.toSorted((a, b) => a - b))
      }))
  })
}
