import { test } from 'vitest'
import { openRedis } from '../contracts/services.ts'
import { createRedisSpace, type RedisSpace } from './own-space.ts'
import { testReplicas } from './suite.ts'

const service = await openRedis()

if (service === undefined) test.skip('replicas over Redis', () => {})
else testRedis(createRedisSpace(service))

function testRedis(own: RedisSpace): void {
  const { client, space } = own
  const cut = async () => {
    const listed = String(await client.client('LIST')).split('\n')
    const hearing = listed.filter((line) => line.includes(`name=${space} `) && !line.includes(' sub=0 '))
    for (const line of hearing) await client.client('KILL', 'ID', Number(/id=(\d+)/.exec(line)?.[1]))
  }
  testReplicas({ ...own, cut })
}
