import { test } from 'vitest'
import { openPostgres } from '../contracts/services.ts'
import { createPostgresSpace, type PostgresSpace } from './own-space.ts'
import { testCalls, testLostProcesses, testSessionStreams, testStreams } from './streams.ts'

const service = await openPostgres()

if (service === undefined) test.skip('streams over Postgres', () => {})
else testPostgres(createPostgresSpace(service))

function testPostgres(own: PostgresSpace): void {
  testStreams(own, testCalls, testSessionStreams, testLostProcesses)
}
