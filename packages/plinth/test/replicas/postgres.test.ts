import { test } from 'vitest'
import { openPostgres } from '../contracts/services.ts'
import { createPostgresSpace, type PostgresSpace } from './own-space.ts'
import { testReplicas } from './suite.ts'

const service = await openPostgres()

if (service === undefined) test.skip('replicas over Postgres', () => {})
else testPostgres(createPostgresSpace(service))

function testPostgres(own: PostgresSpace): void {
  const { pool, space } = own
  const cut = async () => {
    const hearing = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE application_name = $1 AND (query LIKE 'LISTEN %' OR query = 'SELECT 1')`
    await pool.query(hearing, [space])
  }
  testReplicas({ ...own, cut })
}
