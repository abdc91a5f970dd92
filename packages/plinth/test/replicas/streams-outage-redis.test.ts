import { test } from 'vitest'
import { openRedis } from '../contracts/services.ts'
import { createRedisSpace, type RedisSpace } from './own-space.ts'
import { testStreamOutages } from './streams-outage.ts'

const service = await openRedis()

if (service === undefined) test.skip('streams without their Redis', () => {})
else testRedis(createRedisSpace(service))

function testRedis(own: RedisSpace): void {
  testStreamOutages({ ...own, loseLogs: () => own.lose(`${own.space}:events:*`) })
}
