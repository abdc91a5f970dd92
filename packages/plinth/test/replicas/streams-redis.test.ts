import { test } from 'vitest'
import { openRedis } from '../contracts/services.ts'
import { createRedisSpace, type RedisSpace } from './own-space.ts'
import { testCalls, testLostProcesses, testSessionStreams, testStreams } from './streams.ts'

const service = await openRedis()

if (service === undefined) test.skip('streams over Redis', () => {})
else testRedis(createRedisSpace(service))

function testRedis(own: RedisSpace): void {
  testStreams(own, testCalls, testSessionStreams, testLostProcesses)
}
