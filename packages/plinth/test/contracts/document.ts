import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import type { DocumentStore } from '../../src/storage/document.ts'

/** A store under test, on a clock the test turns. */
export interface OpenedStore {
  readonly store: DocumentStore
  close?(): void | Promise<void>
}

/** What every document store must do, whatever it keeps its documents in. */
export function testDocumentStore(
  name: string,
  open: (now: () => number) => OpenedStore | Promise<OpenedStore>,
): void {
  describe(name, () => {
    let time = 1_000
    let opened: OpenedStore | undefined

    async function openStore(): Promise<DocumentStore> {
      opened = await open(() => time)
      return opened.store
    }

    afterEach(async () => {
      await opened?.close?.()
      opened = undefined
      time = 1_000
    })

    test('a document that was never written is undefined', async () => {
      const store = await openStore()
      expect(await store.get('a')).toBeUndefined()
    })

    test('a document comes back as it was written, with its version', async () => {
      const store = await openStore()
      const version = await store.set('a', '{"grüße":"🌍"}', { ttlMs: 100 })
      expect(await store.get('a')).toEqual({ value: '{"grüße":"🌍"}', version })
    })

    test('"ifVersion: 0" writes only where there is nothing', async () => {
      const store = await openStore()
      expect(await store.set('a', 'first', { ifVersion: 0, ttlMs: 100 })).toBeTypeOf('number')
      expect(await store.set('a', 'second', { ifVersion: 0, ttlMs: 100 })).toBeUndefined()
      expect(await store.get('a')).toMatchObject({ value: 'first' })
    })

    test('a write with the current version happens, one with an older version does not', async () => {
      const store = await openStore()
      const first = await store.set('a', 'first', { ttlMs: 100 })
      const second = await store.set('a', 'second', { ifVersion: Number(first), ttlMs: 100 })
      expect(second).toBeGreaterThan(Number(first))
      expect(await store.set('a', 'third', { ifVersion: Number(first), ttlMs: 100 })).toBeUndefined()
      expect(await store.get('a')).toEqual({ value: 'second', version: second })
    })

    test('a write with a version creates nothing', async () => {
      const store = await openStore()
      expect(await store.set('a', 'x', { ifVersion: 1, ttlMs: 100 })).toBeUndefined()
      expect(await store.get('a')).toBeUndefined()
    })

    test('a document is gone when its time is over, and then counts as not there', async () => {
      const store = await openStore()
      const first = await store.set('a', 'first', { ttlMs: 100 })
      time += 99
      expect(await store.get('a')).toMatchObject({ value: 'first' })
      time += 1
      expect(await store.get('a')).toBeUndefined()
      expect(await store.set('a', 'x', { ifVersion: Number(first), ttlMs: 100 })).toBeUndefined()
      expect(await store.set('a', 'second', { ifVersion: 0, ttlMs: 100 })).toBeGreaterThan(Number(first))
    })

    test('a write starts the time anew', async () => {
      const store = await openStore()
      await store.set('a', 'first', { ttlMs: 100 })
      time += 90
      await store.set('a', 'second', { ttlMs: 100 })
      time += 90
      expect(await store.get('a')).toMatchObject({ value: 'second' })
    })

    test('versions of a key grow even after it was deleted', async () => {
      const store = await openStore()
      const first = await store.set('a', 'first', { ttlMs: 100 })
      expect(await store.delete('a')).toBe(true)
      expect(await store.delete('a')).toBe(false)
      expect(await store.set('a', 'second', { ifVersion: 0, ttlMs: 100 })).toBeGreaterThan(Number(first))
    })

    test('only the named version is deleted', async () => {
      const store = await openStore()
      const first = await store.set('a', 'first', { ttlMs: 100 })
      const second = await store.set('a', 'second', { ttlMs: 100 })
      expect(await store.delete('a', { ifVersion: Number(first) })).toBe(false)
      expect(await store.delete('a', { ifVersion: Number(second) })).toBe(true)
      expect(await store.get('a')).toBeUndefined()
    })

    test('of writers that race for one version, exactly one wins', async () => {
      const store = await openStore()
      const writes = Array.from({ length: 20 }, (_, index) =>
        store.set('a', String(index), { ifVersion: 0, ttlMs: 100 }),
      )
      const won = (await Promise.all(writes)).filter((version) => version !== undefined)
      expect(won).toHaveLength(1)
    })

    test('whatever is done in whatever order, it does what a plain map would', async () => {
      const key = fc.constantFrom('a', 'b')
      const step = fc.oneof(
        fc.record({
          do: fc.constant('set' as const),
          key,
          value: fc.string(),
          ttlMs: fc.integer({ min: 1, max: 50 }),
        }),
        fc.record({
          do: fc.constant('create' as const),
          key,
          value: fc.string(),
          ttlMs: fc.integer({ min: 1, max: 50 }),
        }),
        fc.record({ do: fc.constant('change' as const), key, value: fc.string(), isStale: fc.boolean() }),
        fc.record({ do: fc.constant('delete' as const), key }),
        fc.record({ do: fc.constant('wait' as const), forMs: fc.integer({ min: 1, max: 40 }) }),
      )
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
          const { store, close } = await open(() => time)
          const model = new Map<string, { value: string; version: number; until: number }>()
          const find = (name: string) => {
            const known = model.get(name)
            return known !== undefined && known.until > time ? known : undefined
          }
          for (const one of steps) {
            if (one.do === 'wait') {
              time += one.forMs
              continue
            }
            const known = find(one.key)
            if (one.do === 'delete') {
              expect(await store.delete(one.key)).toBe(known !== undefined)
              model.delete(one.key)
              continue
            }
            const ttlMs = one.do === 'change' ? 20 : one.ttlMs
            const current = known?.version ?? 0
            const wanted = {
              set: undefined,
              create: 0,
              change: current - (one.do === 'change' && one.isStale ? 1 : 0),
            }
            const ifVersion = wanted[one.do]
            const expected = ifVersion === undefined || ifVersion === current
            const version = await store.set(one.key, one.value, {
              ttlMs,
              ...(ifVersion === undefined ? {} : { ifVersion }),
            })
            expect(version !== undefined).toBe(expected)
            if (version !== undefined) model.set(one.key, { value: one.value, version, until: time + ttlMs })
            const now = find(one.key)
            expect(await store.get(one.key)).toEqual(now && { value: now.value, version: now.version })
          }
          await close?.()
        }),
        { numRuns: 30 },
      )
    })
  })
}
