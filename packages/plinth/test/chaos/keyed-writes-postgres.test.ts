import { afterAll, test } from 'vitest'
import { openPostgres } from '../contracts/services.ts'
import { testKeyedWrites } from './keyed-writes.ts'

const service = await openPostgres()

if (service === undefined) test.skip('keyed writes over Postgres', () => {})
else {
  afterAll(() => service.close())
  testKeyedWrites('Postgres', () => service.url)
}
