import type { Notice } from '../notice.ts'
import type { PostgresStorage, Storage } from '../storage/storage.ts'
import type { QueryRunner } from './database.service.ts'
import type { QueryRole } from './postgres-query-role.ts'
import { createSqliteQueryRunner } from './sqlite-query-runner.adapter.ts'

/** A query runner, and what the people who run the server should know about it. */
export interface OpenQueryRunner {
  /** Absent where nothing but the check of each statement would stand between SQL from outside and the database. */
  runner?: QueryRunner
  /** How much else stands between them. */
  notices: readonly Notice[]
  /** Ends what runs statements, and the connections that are its own. */
  close(): Promise<void>
}

/** How SQL from outside reaches a Postgres: with a login of its own, or with a role that the connection assumes. */
export interface QueryAccess {
  queryUrl?: string
  queryRole?: string
}

/** Most kilobytes that one statement may put aside on disk. */
const MAX_TEMPORARY_KB = 65_536

/** Four statements run at once, and each may have to be cancelled. */
const QUERY_POOL = { max: 6, statementTimeoutMs: 30_000, isReadOnly: true } as const

/**
 * Opens the query runner of a database. On Postgres there is none without a login or a role that can only read the
 * shop.
 *
 * @throws {Error} naming `DATABASE_QUERY_URL` or `DATABASE_QUERY_ROLE` when that cannot be used, or can do more.
 */
export async function openQueryRunner(storage: Storage, access: QueryAccess = {}): Promise<OpenQueryRunner> {
  if (storage.dialect === 'postgres') return openPostgresQueryRunner(storage, access)
  const runner = createSqliteQueryRunner({ files: storage.files })
  return { runner, notices: [], close: () => runner.close() }
}

async function openPostgresQueryRunner(
  { readOnlyPool }: PostgresStorage,
  { queryUrl, queryRole }: QueryAccess,
): Promise<OpenQueryRunner> {
  // Loaded where it is needed: the parser is a megabyte of WebAssembly.
  const { createPostgresQueryRunner } = await import('./postgres-query-runner.adapter.ts')
  const { checkQueryLogin, checkQueryRole } = await import('./postgres-query-role.ts')
  const { createPostgresPool, endPostgresPool } = await import('../storage/postgres-pool.ts')
  const own = queryUrl === undefined ? undefined : createPostgresPool({ url: queryUrl, ...QUERY_POOL })
  const pool = own ?? readOnlyPool
  const close = async (): Promise<void> => void (own && (await endPostgresPool(own)))
  try {
    const found = await (queryUrl === undefined
      ? checkQueryRole(pool, queryRole)
      : checkQueryLogin(pool, queryUrl))
    if (found.powers.length > 0) return { notices: [toRefusal(found)], close }
    const runner = createPostgresQueryRunner({
      pool,
      ...(queryRole === undefined ? {} : { role: queryRole }),
      ...(found.temporaryLimit === 'ours' ? { maxTemporaryKb: MAX_TEMPORARY_KB } : {}),
    })
    return { runner, notices: toNotices(found), close }
  } catch (error) {
    await close()
    throw error
  }
}

function toRefusal({ role, powers }: QueryRole): Notice {
  const message =
    `run_query is not offered: it would run as "${role}", which ${powers.join(', ')}. ` +
    'Set DATABASE_QUERY_URL to a login that can only read the shop; the README of the blueprint says how to make one.'
  return { level: 'warn', message }
}

function toNotices({ role, login, temporaryLimit }: QueryRole): Notice[] {
  const fence = `run_query runs as "${role}", which can only read the shop`
  const connection = `on connections of "${login}". A login of its own in DATABASE_QUERY_URL would hold back more.`
  const message = role === login ? `${fence}.` : `${fence}, ${connection}`
  const unbounded: Notice = {
    level: 'warn',
    message:
      `Statements of run_query may put any amount aside on disk, because "${login}" may not set temp_file_limit. ` +
      `As a superuser: alter role "${login}" set temp_file_limit = '${MAX_TEMPORARY_KB}kB'.`,
  }
  return [{ level: 'info', message }, ...(temporaryLimit === 'none' ? [unbounded] : [])]
}
