import { Redis } from 'ioredis'
import { test } from 'vitest'
import { createSpace } from '../contracts/driver.ts'
import { openRedis } from '../contracts/services.ts'
import { testOutages } from './outage.ts'

const service = await openRedis()

if (service === undefined) test.skip('replicas without their Redis', () => {})
else testRedis(service.url)

function testRedis(storeUrl: string): void {
  const space = createSpace()
  const clear = async () => {
    const client = new Redis(storeUrl)
    const keys = await client.keys(`${space}:*`)
    if (keys.length > 0) await client.unlink(keys)
    client.disconnect()
    await service?.close()
  }
  testOutages({ name: 'Redis', storeUrl, space, clear })
}
