import { afterAll, test } from 'vitest'
import { openRedis } from '../contracts/services.ts'
import { testKeyedWrites } from './keyed-writes.ts'

const service = await openRedis()

if (service === undefined) test.skip('keyed writes over Redis', () => {})
else {
  afterAll(() => service.close())
  testKeyedWrites('Redis', () => service.url)
}
