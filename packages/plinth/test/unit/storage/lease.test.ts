import { createLeases } from 'plinth'
import { expect, test } from 'vitest'
import type { DocumentStore } from '../../../src/storage/document.ts'
import { MemoryDocumentStore } from '../../../src/storage/memory-document.ts'
import { StoreError } from '../../../src/storage/store-error.ts'

const ttlMs = 1_000

/** A store in memory on a clock of its own. While it is silent, it does what it is asked and its answers get lost. */
function openStore() {
  const state = { time: 1_000, isSilent: false, asked: 0 }
  const store = new MemoryDocumentStore({ now: () => state.time })
  const answer = async <T>(value: T): Promise<T> => {
    state.asked++
    if (state.isSilent) throw new StoreError('Redis', 'did not answer within 1000 ms.')
    return value
  }
  const documents: DocumentStore = {
    get: (key) => answer(store.get(key)),
    set: (key, value, write) => answer(store.set(key, value, write)),
    delete: (key, options) => answer(store.delete(key, options)),
  }
  return { state, store, documents, leases: createLeases(documents) }
}

test('a renewal whose answer got lost is made up for by the next one', async () => {
  const { state, leases } = openStore()
  const lease = await leases.acquire('a', { ttlMs })
  const fence = lease?.fence
  state.isSilent = true
  await expect(lease?.renew()).rejects.toThrow('did not answer')
  await expect(lease?.renew()).rejects.toThrow('did not answer')
  state.isSilent = false
  state.time += ttlMs - 1
  expect(await lease?.renew()).toBe(true)
  state.time += ttlMs - 1
  expect(await leases.acquire('a', { ttlMs })).toBeUndefined()
  expect(lease?.fence).toBe(fence)
  expect(await lease?.release()).toBe(true)
})

test('a release after a renewal whose answer got lost lets go', async () => {
  const { state, leases } = openStore()
  const lease = await leases.acquire('a', { ttlMs })
  state.isSilent = true
  await expect(lease?.renew()).rejects.toThrow('did not answer')
  state.isSilent = false
  expect(await lease?.release()).toBe(true)
  expect(await leases.acquire('a', { ttlMs })).toBeDefined()
})

test('a holder that could not be told that it holds a key keeps it from others for its time only', async () => {
  const { state, leases } = openStore()
  state.isSilent = true
  await expect(leases.acquire('a', { ttlMs })).rejects.toThrow(StoreError)
  state.isSilent = false
  expect(await leases.acquire('a', { ttlMs })).toBeUndefined()
  state.time += ttlMs
  expect(await leases.acquire('a', { ttlMs })).toBeDefined()
})

test('a write that a client sends twice makes one holder, who knows it', async () => {
  const { store, documents } = openStore()
  let isResent = true
  const resending: DocumentStore = {
    ...documents,
    async set(...write) {
      if (isResent) await documents.set(...write)
      isResent = false
      return documents.set(...write)
    },
  }
  const lease = await createLeases(resending).acquire('a', { ttlMs })
  expect(lease?.fence).toBe(store.get('lease|a')?.version)
  isResent = true
  expect(await lease?.renew()).toBe(true)
  expect(await lease?.release()).toBe(true)
})

test('a lease that is being released is not renewed, whatever became of the release', async () => {
  const { state, leases } = openStore()
  const lease = await leases.acquire('a', { ttlMs })
  state.isSilent = true
  await expect(lease?.release()).rejects.toThrow('did not answer')
  state.isSilent = false
  expect(await lease?.renew()).toBe(false)
  expect(await leases.acquire('a', { ttlMs })).toBeDefined()
})

test('leases outlive whatever else the store forgets where it has no room', async () => {
  const store = new MemoryDocumentStore({ maxKeys: 2, now: () => 0 })
  const lease = await createLeases(store).acquire('a', { ttlMs })
  for (const key of ['b', 'c', 'd']) store.set(key, 'x', { ttlMs })
  expect(await lease?.renew()).toBe(true)
})

test('servers with a prefix of their own hold their keys apart', async () => {
  const { documents } = openStore()
  const [one, two] = ['one', 'two'].map((prefix) => createLeases(documents, { prefix }))
  expect(await one?.acquire('a', { ttlMs })).toBeDefined()
  expect(await two?.acquire('a', { ttlMs })).toBeDefined()
  expect(await one?.acquire('a', { ttlMs })).toBeUndefined()
})

test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a time of %d is refused', async (wrong) => {
  const { leases, state } = openStore()
  await expect(leases.acquire('a', { ttlMs: wrong })).rejects.toThrow(
    `"ttlMs" must be a positive whole number, got ${wrong}.`,
  )
  expect(state.asked).toBe(0)
})
