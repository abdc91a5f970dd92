import { test } from 'vitest'
import { openPostgres } from '../contracts/services.ts'
import { createPostgresSpace, type PostgresSpace } from './own-space.ts'
import { testStreamOutages } from './streams-outage.ts'

const service = await openPostgres()

if (service === undefined) test.skip('streams without their Postgres', () => {})
else testPostgres(createPostgresSpace(service))

function testPostgres(own: PostgresSpace): void {
  const { pool, space } = own
  /** As after a crash: the tables of streams are not logged. */
  const loseLogs = async () => {
    await pool.query(`TRUNCATE ${space}.event_logs, ${space}.events`)
  }
  testStreamOutages({ ...own, loseLogs })
}
