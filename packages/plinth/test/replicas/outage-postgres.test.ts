import { Pool } from 'pg'
import { test } from 'vitest'
import { createSpace } from '../contracts/driver.ts'
import { openPostgres } from '../contracts/services.ts'
import { testOutages } from './outage.ts'

const service = await openPostgres()

if (service === undefined) test.skip('replicas without their Postgres', () => {})
else testPostgres(service.url)

function testPostgres(storeUrl: string): void {
  const space = createSpace()
  const clear = async () => {
    const pool = new Pool({ connectionString: storeUrl, max: 1 })
    await pool.query(`DROP SCHEMA IF EXISTS ${space} CASCADE`)
    await pool.end()
    await service?.close()
  }
  testOutages({ name: 'Postgres', storeUrl, space, clear })
}
