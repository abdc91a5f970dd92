import { onTestFinished } from 'vitest'
import type { QueryRunner } from '../../src/database/database.service.ts'
import { createPostgresQueryRunner } from '../../src/database/postgres-query-runner.adapter.ts'
import { createSqliteQueryRunner } from '../../src/database/sqlite-query-runner.adapter.ts'
import type { Storage } from '../../src/storage/storage.ts'

/** How many statements run and wait. */
export interface Places {
  maxRunning?: number
  maxWaiting?: number
}

/** The query runner of a storage, closed after the test. */
export function createRunner(storage: Storage, places: Places = {}): QueryRunner {
  const runner =
    storage.dialect === 'postgres'
      ? createPostgresQueryRunner({ pool: storage.readOnlyPool, ...places })
      : createSqliteQueryRunner({ files: storage.files, ...places })
  onTestFinished(() => runner.close())
  return runner
}
