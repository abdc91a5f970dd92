import { Redis } from 'ioredis'
import { test } from 'vitest'
import { createSpace } from '../contracts/driver.ts'
import { openRedis } from '../contracts/services.ts'
import { testStreamOutages } from './streams-outage.ts'

const service = await openRedis()

if (service === undefined) test.skip('streams without their Redis', () => {})
else testRedis(service.url)

function testRedis(storeUrl: string): void {
  const space = createSpace()
  const client = new Redis(storeUrl)
  const lose = async (pattern: string) => {
    const keys = await client.keys(`${space}:${pattern}`)
    if (keys.length > 0) await client.unlink(keys)
  }
  testStreamOutages({
    name: 'Redis',
    storeUrl,
    space,
    loseLogs: () => lose('events:*'),
    async clear() {
      await lose('*')
      client.disconnect()
      await service?.close()
    },
  })
}
