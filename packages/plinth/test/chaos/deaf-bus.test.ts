import { Redis } from 'ioredis'
import { createRedisStores } from 'plinth/redis'
import { afterEach, expect, test, vi } from 'vitest'
import { createSpace } from '../contracts/driver.ts'
import { openRedis } from '../contracts/services.ts'
import { openProxy } from './proxy.ts'

const service = await openRedis()

afterEach(() => {
  vi.useRealTimers()
  return service?.close()
})

test.skipIf(service === undefined)(
  'a bus whose connection nobody answers any more connects again, and says that it missed something',
  async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    const proxy = await openProxy(Number(new URL(service?.url ?? '').port || 6379))
    const client = new Redis(`redis://127.0.0.1:${proxy.port}`, { disconnectTimeout: 100 })
    client.on('error', () => {})
    const prefix = createSpace()
    const { bus } = createRedisStores(client, { prefix, timeoutMs: 300 })
    const missed = Promise.withResolvers<void>()
    const heard = Promise.withResolvers<string>()
    await bus.subscribe('news', { message: heard.resolve, missed: missed.resolve })
    proxy.forget()
    vi.advanceTimersByTime(15_000)
    await missed.promise
    const other = new Redis(service?.url ?? '')
    await createRedisStores(other, { prefix }).bus.publish('news', 'hello')
    expect(await heard.promise).toBe('hello')
    await bus.close()
    for (const one of [client, other]) one.disconnect()
    proxy.close()
  },
)
