import type { PostgresStorage, Storage } from '../storage/storage.ts'
import type { QueryRunner } from './database.service.ts'
import { createSqliteQueryRunner } from './sqlite-query-runner.adapter.ts'

/** A line for the people who run the server. */
export type Notice = { level: 'info' | 'warn'; message: string }

/** A query runner, and what the people who run the server should know about it. */
export interface OpenQueryRunner {
  runner: QueryRunner
  /** How much stands between SQL from outside and the database, besides the check of each statement. */
  notice?: Notice
}

/** Most kilobytes that one statement may put aside on disk. */
const MAX_TEMPORARY_KB = 65_536

/**
 * Opens the query runner of a database.
 *
 * @throws {Error} naming `DATABASE_QUERY_ROLE` when that role cannot be used.
 */
export async function openQueryRunner(storage: Storage, queryRole?: string): Promise<OpenQueryRunner> {
  if (storage.dialect === 'postgres') return openPostgresQueryRunner(storage, queryRole)
  return { runner: createSqliteQueryRunner({ files: storage.files }) }
}

async function openPostgresQueryRunner(
  { readOnlyPool: pool }: PostgresStorage,
  queryRole: string | undefined,
): Promise<OpenQueryRunner> {
  // Loaded where it is needed: the parser is a megabyte of WebAssembly.
  const { createPostgresQueryRunner } = await import('./postgres-query-runner.adapter.ts')
  const { checkQueryRole } = await import('./postgres-query-role.ts')
  const { role, powers, canLimitTemporaryFiles } = await checkQueryRole(pool, queryRole)
  const runner = createPostgresQueryRunner({
    pool,
    ...(queryRole === undefined ? {} : { role: queryRole }),
    ...(canLimitTemporaryFiles ? { maxTemporaryKb: MAX_TEMPORARY_KB } : {}),
  })
  return { runner, notice: toNotice(role, powers) }
}

function toNotice(role: string, powers: readonly string[]): Notice {
  if (powers.length === 0)
    return { level: 'info', message: `run_query runs as "${role}", which can only read the shop.` }
  const message = `run_query runs as "${role}", which ${powers.join(', ')}. Name a role in DATABASE_QUERY_ROLE that can only read the shop.`
  return { level: 'warn', message }
}
