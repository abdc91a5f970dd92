import { test } from 'vitest'
import { testOutages } from './outage.ts'
import { startOwnPostgres } from './own-services.ts'

const service = await startOwnPostgres()

if (service === undefined) test.skip('an outage of Postgres', () => {})
else testOutages('Postgres', service)
