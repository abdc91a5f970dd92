import { expect } from 'vitest'
import { createLeases } from '../../src/storage/lease.ts'
import type { SharedStores } from '../../src/storage/shared-stores.ts'

/** Asserts that every operation rejects with an error that names the service. */
export async function expectUnreachable(stores: SharedStores, service: string): Promise<void> {
  const { counters, documents, cache, keptResults, bus, eventLogs } = stores
  const asked = [
    async () => counters.take('a', { limit: 1, windowMs: 1_000, burst: 1 }, 1),
    async () => documents.get('a'),
    async () => documents.set('a', 'x', { ttlMs: 1_000 }),
    async () => documents.delete('a'),
    () => createLeases(documents).acquire('a', { ttlMs: 1_000 }),
    async () => cache.get('a'),
    async () => cache.set('a', 'x', 1_000),
    async () => keptResults.keep('anna', 'x'),
    async () => keptResults.read('anna', 'x'),
    async () => eventLogs.open('a', { owner: 'anna', meta: '' }),
    async () => eventLogs.append('a', { producer: 1, first: 0, texts: ['x'] }),
    async () => eventLogs.claim('a', 'anna'),
    async () => eventLogs.read('a', { owner: 'anna', after: -1 }),
    () => bus.publish('a', 'x'),
    () => bus.subscribe('a', { message() {} }),
  ].map((ask) => ask())
  const settled = await Promise.allSettled(asked)
  const errors = settled.map((one) => (one.status === 'rejected' ? one.reason : undefined))
  for (const error of errors) expect(error).toMatchObject({ name: 'StoreError', service })
  for (const error of errors) expect(String(error.message)).toMatch(new RegExp(`^${service} `))
}
