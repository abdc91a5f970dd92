import { describe, expect, test } from 'vitest'
import { createLeases, type Lease, type Leases } from '../../src/storage/lease.ts'
import { type Driver, oddKeys, withStores } from './driver.ts'

/** What leases must do, whatever store they are kept in. */
export function testLeases(driver: Driver): void {
  describe(`${driver.name} leases`, () => {
    const ttlMs = 1_000
    let time = 0

    /** Leases of two clients, on a clock the test turns. */
    function withLeases(run: (one: Leases, two: Leases) => Promise<void>): Promise<void> {
      time = 1_000
      return withStores(driver, { count: 2, now: () => time }, (one, two = one) =>
        run(createLeases(one.documents), createLeases(two.documents)),
      )
    }

    /** Twenty-five of each client ask at once. Those that got it. */
    async function race(one: Leases, two: Leases): Promise<Lease[]> {
      const asked = Array.from({ length: 50 }, (_, at) =>
        (at % 2 === 0 ? one : two).acquire('a', { ttlMs: 60_000 }),
      )
      return (await Promise.all(asked)).filter((lease) => lease !== undefined)
    }

    test('a key that is held is nobody else’s until it is released', () =>
      withLeases(async (one, two) => {
        const lease = await one.acquire('a', { ttlMs })
        expect(await two.acquire('a', { ttlMs })).toBeUndefined()
        expect(await one.acquire('a', { ttlMs })).toBeUndefined()
        expect(await lease?.release()).toBe(true)
        const next = await two.acquire('a', { ttlMs })
        expect(next?.fence).toBeGreaterThan(Number(lease?.fence))
      }))

    test('a lease that ran out can be taken over, and its holder can neither renew nor release any more', () =>
      withLeases(async (one, two) => {
        const late = await one.acquire('a', { ttlMs })
        time += ttlMs - 1
        expect(await two.acquire('a', { ttlMs })).toBeUndefined()
        time += 1
        const next = await two.acquire('a', { ttlMs })
        expect(next?.fence).toBeGreaterThan(Number(late?.fence))
        expect(await late?.renew()).toBe(false)
        expect(await late?.release()).toBe(false)
        expect(await one.acquire('a', { ttlMs })).toBeUndefined()
        expect(await next?.renew()).toBe(true)
      }))

    test('renewing starts the time anew, and changes no fence', () =>
      withLeases(async (one, two) => {
        const lease = await one.acquire('a', { ttlMs })
        const fence = lease?.fence
        for (let times = 0; times < 3; times++) {
          time += ttlMs - 1
          expect(await lease?.renew()).toBe(true)
        }
        time += ttlMs - 1
        expect(await two.acquire('a', { ttlMs })).toBeUndefined()
        expect(lease?.fence).toBe(fence)
        expect(await lease?.release()).toBe(true)
      }))

    test('a lease that ran out stays over, also where nobody took it', () =>
      withLeases(async (one, two) => {
        const lease = await one.acquire('a', { ttlMs })
        time += ttlMs
        expect(await lease?.renew()).toBe(false)
        expect(await lease?.release()).toBe(false)
        expect(await two.acquire('a', { ttlMs })).toBeDefined()
      }))

    test('a lease that was released can be renewed and released no more', () =>
      withLeases(async (one, two) => {
        const lease = await one.acquire('a', { ttlMs })
        const [released, renewed, again] = await Promise.all([
          lease?.release(),
          lease?.renew(),
          lease?.release(),
        ])
        expect([released, renewed, again]).toEqual([true, false, false])
        expect(await two.acquire('a', { ttlMs })).toBeDefined()
      }))

    test('renewals at once all hold', () =>
      withLeases(async (one) => {
        const lease = await one.acquire('a', { ttlMs })
        const renewals = await Promise.all(Array.from({ length: 5 }, () => lease?.renew()))
        expect(renewals).toEqual([true, true, true, true, true])
        expect(await lease?.release()).toBe(true)
      }))

    test('keys do not meet, whatever they are', () =>
      withLeases(async (one, two) => {
        for (const key of oddKeys) expect(await one.acquire(key, { ttlMs })).toBeDefined()
        for (const key of oddKeys) expect(await two.acquire(key, { ttlMs })).toBeUndefined()
      }))

    test('of fifty that ask two clients at once exactly one gets it, the first time and after it ran out', () =>
      withLeases(async (one, two) => {
        const first = await race(one, two)
        expect(first).toHaveLength(1)
        time += 60_000
        const second = await race(one, two)
        expect(second).toHaveLength(1)
        expect(second[0]?.fence).toBeGreaterThan(Number(first[0]?.fence))
        expect(await first[0]?.renew()).toBe(false)
      }))

    test('on the clock of the service, holders follow each other and never meet', () =>
      withStores(driver, { count: 2 }, async (one, two = one) => {
        const fences: number[] = []
        let holders = 0
        async function work({ documents }: typeof one): Promise<void> {
          for (let done = 0; done < 5; ) {
            const lease = await createLeases(documents).acquire('a', { ttlMs: 60_000 })
            if (lease === undefined) continue
            fences.push(lease.fence)
            expect(++holders).toBe(1)
            await lease.renew()
            holders--
            done++
            expect(await lease.release()).toBe(true)
          }
        }
        await Promise.all([work(one), work(two), work(one), work(two)])
        expect(fences).toEqual([...new Set(fences)].sort((a, b) => a - b))
        expect(fences).toHaveLength(20)
      }))
  })
}
