import { test } from 'vitest'
import { openRedis } from '../contracts/services.ts'
import { testOutages } from './outage.ts'
import { createRedisSpace, type RedisSpace } from './own-space.ts'

const service = await openRedis()

if (service === undefined) test.skip('replicas without their Redis', () => {})
else testRedis(createRedisSpace(service))

function testRedis(own: RedisSpace): void {
  testOutages(own)
}
