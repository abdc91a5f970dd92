import { test } from 'vitest'
import { openPostgres } from '../contracts/services.ts'
import { testOutages } from './outage.ts'
import { createPostgresSpace, type PostgresSpace } from './own-space.ts'

const service = await openPostgres()

if (service === undefined) test.skip('replicas without their Postgres', () => {})
else testPostgres(createPostgresSpace(service))

function testPostgres(own: PostgresSpace): void {
  testOutages(own)
}
