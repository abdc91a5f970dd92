import { Pool } from 'pg'
import { test } from 'vitest'
import { createSpace } from '../contracts/driver.ts'
import { openPostgres } from '../contracts/services.ts'
import { testReplicas } from './suite.ts'

const service = await openPostgres()

if (service === undefined) test.skip('replicas over Postgres', () => {})
else testPostgres(service.url)

function testPostgres(storeUrl: string): void {
  const space = createSpace()
  const pool = new Pool({ connectionString: storeUrl, max: 1 })
  testReplicas({
    name: 'Postgres',
    storeUrl,
    space,
    async clear() {
      await pool.query(`DROP SCHEMA IF EXISTS ${space} CASCADE`)
      await pool.end()
      await service?.close()
    },
    async cut() {
      const hearing = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = $1 AND (query LIKE 'LISTEN %' OR query = 'SELECT 1')`
      await pool.query(hearing, [space])
    },
  })
}
