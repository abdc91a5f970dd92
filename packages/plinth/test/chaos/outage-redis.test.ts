import { test } from 'vitest'
import { testOutages } from './outage.ts'
import { startOwnRedis } from './own-services.ts'

const service = await startOwnRedis()

if (service === undefined) test.skip('an outage of Redis', () => {})
else testOutages('Redis', service)
