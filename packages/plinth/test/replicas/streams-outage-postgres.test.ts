import { Pool } from 'pg'
import { test } from 'vitest'
import { createSpace } from '../contracts/driver.ts'
import { openPostgres } from '../contracts/services.ts'
import { testStreamOutages } from './streams-outage.ts'

const service = await openPostgres()

if (service === undefined) test.skip('streams without their Postgres', () => {})
else testPostgres(service.url)

function testPostgres(storeUrl: string): void {
  const space = createSpace()
  const pool = new Pool({ connectionString: storeUrl, max: 1 })
  testStreamOutages({
    name: 'Postgres',
    storeUrl,
    space,
    /** As after a crash: the tables of streams are not logged. */
    async loseLogs() {
      await pool.query(`TRUNCATE ${space}.event_logs, ${space}.events`)
    },
    async clear() {
      await pool.query(`DROP SCHEMA IF EXISTS ${space} CASCADE`)
      await pool.end()
      await service?.close()
    },
  })
}
