import { Redis } from 'ioredis'
import { test } from 'vitest'
import { createSpace } from '../contracts/driver.ts'
import { openRedis } from '../contracts/services.ts'
import { testReplicas } from './suite.ts'

const service = await openRedis()

if (service === undefined) test.skip('replicas over Redis', () => {})
else testRedis(service.url)

function testRedis(storeUrl: string): void {
  const space = createSpace()
  const client = new Redis(storeUrl)
  testReplicas({
    name: 'Redis',
    storeUrl,
    space,
    async clear() {
      const keys = await client.keys(`*${space}*`)
      if (keys.length > 0) await client.unlink(keys)
      client.disconnect()
      await service?.close()
    },
    async cut() {
      const listed = String(await client.client('LIST')).split('\n')
      const hearing = listed.filter((line) => line.includes(`name=${space} `) && !line.includes(' sub=0 '))
      for (const line of hearing) await client.client('KILL', 'ID', Number(/id=(\d+)/.exec(line)?.[1]))
    },
  })
}
