import { Redis } from 'ioredis'
import { createRedisStores, fromNodeRedis } from 'plinth/redis'
import { createTestClient } from 'plinth/testing'
import { createClient } from 'redis'
import { afterAll, describe, expect, test } from 'vitest'
import { insuranceCounters } from '../../src/storage/insurance-counter.ts'
import { MemoryCounterStore } from '../../src/storage/memory-counter.ts'
import { buy, toFailure } from '../unit/middleware/keyed.ts'
import { createSpace, type OpenOptions, tryTo, withStores } from './driver.ts'
import { createShop } from './policies.ts'
import { findFreePort, openRedis, openSilentPort } from './services.ts'
import { testStores } from './stores.ts'
import { expectUnreachable } from './unreachable.ts'

const service = await openRedis()

afterAll(() => service?.close())

function connect(connectionName = 'plinth-test'): Redis {
  const client = new Redis(service?.url ?? '', { connectionName })
  client.on('error', () => {})
  return client
}

async function open({ space = createSpace(), now, eventLogs }: OpenOptions) {
  const client = connect(space)
  const stores = createRedisStores(client, {
    prefix: space,
    timeoutMs: 15_000,
    ...eventLogs,
    ...(now === undefined ? {} : { now }),
  })
  const close = async () => {
    await stores.close()
    await removeKeys(client, space)
    client.disconnect()
  }
  return { stores, client, close }
}

/** The same over the package `redis`. */
async function openByNodeRedis({ space = createSpace(), now, eventLogs }: OpenOptions) {
  const client = createClient({ url: service?.url ?? '', name: space })
  client.on('error', () => {})
  await client.connect()
  const stores = createRedisStores(fromNodeRedis(client), {
    prefix: space,
    timeoutMs: 15_000,
    ...eventLogs,
    ...(now === undefined ? {} : { now }),
  })
  const close = async () => {
    await stores.close()
    const keys = await client.keys(`${space}:*`)
    if (keys.length > 0) await client.unlink(keys)
    client.destroy()
  }
  return { stores, close }
}

async function removeKeys(client: Redis, space: string): Promise<void> {
  const keys = await client.keys(`${space}:*`)
  if (keys.length > 0) await client.unlink(keys)
}

/** Cuts the connections in a space that hear channels. */
async function cut(space: string): Promise<void> {
  const client = connect()
  const hearing = (await listConnections(client, space)).filter((line) => !line.includes(' sub=0 '))
  for (const line of hearing) await client.client('KILL', 'ID', Number(/id=(\d+)/.exec(line)?.[1]))
  client.disconnect()
}

async function count(space: string): Promise<number> {
  const client = connect()
  const found = await listConnections(client, space)
  client.disconnect()
  return found.length
}

async function listConnections(client: Redis, space: string): Promise<string[]> {
  const lines = String(await client.client('LIST')).split('\n')
  return lines.filter((line) => line.includes(`name=${space} `))
}

describe.skipIf(service === undefined)('with a service', () => {
  testStores({ name: 'Redis', open, cut, count })
  testStores({ name: 'Redis by the package redis', open: openByNodeRedis, cut, count })

  test('every key has an expiry and one place in a cluster', async () => {
    const space = createSpace()
    const { stores, client, close } = await open({ space })
    await stores.counters.take('a|b', { limit: 1, windowMs: 1_000, burst: 1 }, 1)
    await stores.documents.set('a', 'x', { ttlMs: 1_000 })
    await stores.documents.set('b', 'x', { ttlMs: 1_000 })
    await stores.documents.delete('b')
    await stores.cache.set('a', 'x', 1_000)
    await stores.keptResults.keep('anna', 'x')
    await stores.eventLogs.open('a', { owner: 'anna', meta: '' })
    const keys = (await client.keys(`${space}:*`)).sort()
    expect(keys.map((key) => key.split(':')[1])).toEqual([
      'cache',
      'counter',
      'document',
      'document',
      'events',
      'result',
    ])
    expect(keys.every((key) => /\{[^{}]+\}$/.test(key))).toBe(true)
    for (const key of keys) expect(await client.pttl(key)).toBeGreaterThan(0)
    await close()
  })

  test('versions grow even after Redis has forgotten the key', async () => {
    const space = createSpace()
    const { stores, client, close } = await open({ space })
    const first = Number(await stores.documents.set('a', '1', { ttlMs: 60_000 }))
    await removeKeys(client, space)
    expect(await stores.documents.set('a', '2', { ifVersion: 0, ttlMs: 60_000 })).toBeGreaterThan(first)
    await close()
  })

  test('a server that forgot the scripts is told again', () => {
    const space = createSpace()
    return withStores({ name: 'Redis', open }, { space }, async ({ documents }) => {
      await documents.set('a', '1', { ttlMs: 60_000 })
      const client = connect()
      await client.script('FLUSH')
      client.disconnect()
      expect(await documents.set('a', '2', { ttlMs: 60_000 })).toBeTypeOf('number')
      expect(await documents.get('a')).toMatchObject({ value: '2' })
    })
  })

  test('a client that connects late, and keeps nothing for later, hears messages too', async () => {
    const client = new Redis(service?.url ?? '', { lazyConnect: true, enableOfflineQueue: false })
    await client.connect()
    const { bus } = createRedisStores(client, { prefix: createSpace(), timeoutMs: 15_000 })
    const { promise: heard, resolve } = Promise.withResolvers<string>()
    await bus.subscribe('news', { message: resolve })
    await bus.publish('news', 'hello')
    expect(await heard).toBe('hello')
    await bus.close()
    client.disconnect()
  })

  test('a connection that was cut makes no wrong answer, and the next request finds its way', async () => {
    const { stores, client, close } = await open({})
    await stores.documents.set('a', '1', { ttlMs: 60_000 })
    client.disconnect(true)
    await expect.poll(() => tryTo(() => stores.documents.get('a'))).toMatchObject({ value: '1' })
    await close()
  })
})

test.each([{ enableOfflineQueue: true }, { enableOfflineQueue: false, maxRetriesPerRequest: 1 }])(
  'a Redis that is down rejects with an error that names it (%j)',
  async (options) => {
    const client = new Redis(await findFreePort(), '127.0.0.1', options)
    client.on('error', () => {})
    const stores = createRedisStores(client, { timeoutMs: 100 })
    await expectUnreachable(stores, 'Redis')
    await stores.close()
    client.disconnect()
  },
)

test('a Redis that does not answer rejects with an error that names it', async () => {
  const silent = await openSilentPort()
  const client = new Redis(silent.port, '127.0.0.1')
  client.on('error', () => {})
  const stores = createRedisStores(client, { timeoutMs: 100 })
  await expectUnreachable(stores, 'Redis')
  await stores.close()
  client.disconnect()
  silent.close()
})

test.each([
  ['is down', async () => ({ port: await findFreePort(), close() {} })],
  ['does not answer', openSilentPort],
])(
  'for a client of the package redis, a Redis that %s rejects with an error that names it',
  async (_how, openPort) => {
    const { port, close } = await openPort()
    const client = createClient({ socket: { port, host: '127.0.0.1', reconnectStrategy: 20 } })
    client.on('error', () => {})
    client.connect().catch(() => {})
    const stores = createRedisStores(fromNodeRedis(client), { timeoutMs: 100 })
    await expectUnreachable(stores, 'Redis')
    await stores.close()
    client.destroy()
    close()
  },
)

test('without Redis limits hold locally, keys refuse to start anything, and caches are skipped', async () => {
  const client = new Redis(await findFreePort(), '127.0.0.1')
  client.on('error', () => {})
  const stores = createRedisStores(client, { timeoutMs: 50 })
  const counters = insuranceCounters(stores.counters, new MemoryCounterStore({ now: Date.now }))
  const { server, ran } = createShop({ ...stores, counters })
  const caller = createTestClient(server)
  const rings = await Promise.all(Array.from({ length: 12 }, () => caller.callTool('ring')))
  expect(rings.filter(({ isError }) => isError !== true)).toHaveLength(10)
  expect(toFailure(await buy(caller, 'a'))).toMatchObject({ error: 'store_unavailable', retry: true })
  expect((await caller.callTool('look')).isError).toBeUndefined()
  expect(ran.filter((name) => name !== 'ring')).toEqual(['look'])
  caller.close()
  client.disconnect()
})

test('a time limit that makes no sense is refused', () => {
  const client = new Redis({ lazyConnect: true })
  expect(() => createRedisStores(client, { timeoutMs: 0 })).toThrow(
    '"timeoutMs" must be a positive whole number, got 0.',
  )
})

test.each([
  [{ eventTtlMs: 0 }, '"eventTtlMs" must be a positive whole number, got 0.'],
  [{ maxEvents: 1.5 }, '"maxEvents" must be a positive whole number, got 1.5.'],
  [{ maxEventChars: -1 }, '"maxEventChars" must be a positive whole number, got -1.'],
  [{ eventLeaseMs: 2_000, eventTtlMs: 1_000 }, '"eventLeaseMs" must be at most "eventTtlMs", got 2000.'],
])('bounds of event logs that make no sense are refused (%j)', (options, message) => {
  expect(() => createRedisStores(new Redis({ lazyConnect: true }), options)).toThrow(message)
})

test.each([0, -1, 1.5])('a silence of %d milliseconds is refused', (silenceMs) => {
  expect(() => fromNodeRedis(createClient(), { silenceMs })).toThrow(
    `"silenceMs" must be a positive whole number, got ${silenceMs}.`,
  )
})
