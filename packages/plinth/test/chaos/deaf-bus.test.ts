import { Redis } from 'ioredis'
import { createRedisStores, fromNodeRedis, type RedisLike } from 'plinth/redis'
import { createClient } from 'redis'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createSpace, tryTo } from '../contracts/driver.ts'
import { openRedis } from '../contracts/services.ts'
import { openProxy } from './proxy.ts'

/** How often a bus asks whether anybody is there, in milliseconds. */
const heartbeatMs = 15_000

const service = await openRedis()
const port = Number(new URL(service?.url ?? 'redis://localhost').port || 6379)

afterAll(() => service?.close())
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => void vi.useRealTimers())

interface Connected {
  readonly client: RedisLike
  disconnect(): void
}

interface ConnectOptions {
  readonly port: number
  readonly name: string
  /** Whether a connection that was cut stays cut. */
  readonly givesUp?: boolean
}

async function connectIoredis({ port, name, givesUp = false }: ConnectOptions): Promise<Connected> {
  const never = givesUp ? { retryStrategy: () => null } : {}
  const options = { port, host: '127.0.0.1', connectionName: name, disconnectTimeout: 100, ...never }
  const client = new Redis(options)
  client.on('error', () => {})
  return { client, disconnect: () => client.disconnect() }
}

async function connectNodeRedis({ port, name, givesUp = false }: ConnectOptions): Promise<Connected> {
  const never = givesUp ? { reconnectStrategy: false as const } : {}
  const client = createClient({ name, socket: { port, host: '127.0.0.1', ...never } })
  client.on('error', () => {})
  await client.connect()
  return { client: fromNodeRedis(client), disconnect: () => client.destroy() }
}

/** A bus that listens, and what it hears. */
async function listen({ client }: Connected, prefix: string) {
  const { bus } = createRedisStores(client, { prefix, timeoutMs: 300 })
  const said: string[] = []
  await bus.subscribe('news', { message: (text) => said.push(text), missed: () => said.push('missed') })
  return { bus, said }
}

async function tellNews(prefix: string): Promise<void> {
  const other = new Redis(service?.url ?? '')
  await createRedisStores(other, { prefix }).bus.publish('news', 'hello')
  other.disconnect()
}

async function cutHearing(name: string): Promise<void> {
  const other = new Redis(service?.url ?? '')
  const lines = String(await other.client('LIST')).split('\n')
  const hearing = lines.filter((line) => line.includes(`name=${name} `) && !line.includes(' sub=0 '))
  for (const line of hearing) await other.client('KILL', 'ID', Number(/id=(\d+)/.exec(line)?.[1]))
  other.disconnect()
}

describe.skipIf(service === undefined).each([
  ['ioredis', connectIoredis],
  ['redis', connectNodeRedis],
])('a bus over the package %s', (_name, connect) => {
  test('whose connection nobody answers any more connects again, and says that it missed something', async () => {
    const proxy = await openProxy(port)
    const prefix = createSpace()
    const connected = await connect({ port: proxy.port, name: prefix })
    const { bus, said } = await listen(connected, prefix)
    proxy.forget()
    vi.advanceTimersByTime(heartbeatMs)
    await expect.poll(() => said).toEqual(['missed'])
    await tellNews(prefix)
    await expect.poll(() => said).toEqual(['missed', 'hello'])
    await bus.close()
    connected.disconnect()
    proxy.close()
  })

  test('whose client gave up connecting again gets another connection', async () => {
    const prefix = createSpace()
    const connected = await connect({ port, name: prefix, givesUp: true })
    const { bus, said } = await listen(connected, prefix)
    await cutHearing(prefix)
    // It may be a little until the client knows that it was cut.
    const beat = () => void vi.advanceTimersByTime(heartbeatMs)
    await expect.poll(() => [beat(), ...said]).toEqual([undefined, 'missed'])
    await tellNews(prefix)
    await expect.poll(() => said).toEqual(['missed', 'hello'])
    await bus.close()
    connected.disconnect()
  })
})

test.skipIf(service === undefined)(
  'a client of the package redis whose requests nobody answers any more connects again',
  async () => {
    const proxy = await openProxy(port)
    const raw = createClient({ disableOfflineQueue: true, socket: { port: proxy.port, host: '127.0.0.1' } })
    raw.on('error', () => {})
    await raw.connect()
    const client = fromNodeRedis(raw, { silenceMs: 300 })
    const { documents } = createRedisStores(client, { prefix: createSpace(), timeoutMs: 100 })
    await documents.set('a', '1', { ttlMs: 60_000 })
    proxy.forget()
    await expect(documents.get('a')).rejects.toThrow('did not answer within 100 ms')
    // Requests go on all the time: that something is written says nothing of the other end.
    await expect.poll(() => tryTo(() => documents.get('a'))).toMatchObject({ value: '1' })
    raw.destroy()
    proxy.close()
  },
)
