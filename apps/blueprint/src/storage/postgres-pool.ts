import { setTimeout as sleep } from 'node:timers/promises'
import { Kysely, PostgresDialect, type PostgresPoolClient, type PostgresQueryResult } from 'kysely'
import { Pool, type PoolClient, type QueryResultRow, types } from 'pg'
import { TENANT_SCHEMA } from './migrate.ts'
import type { Tables } from './tables.ts'
import { createTracedDialect } from './traced-dialect.ts'

/** How a pool of connections is made. */
export interface PostgresPoolOptions {
  /** A postgres:// URL. */
  url: string
  /** Connections that stay open once they were needed. Default `0`. */
  min?: number
  /** Most connections. */
  max: number
  /** How long Postgres may work on one statement, in milliseconds. */
  statementTimeoutMs: number
  /** How long a statement may wait for a lock, in milliseconds. Default: as long as for the statement. */
  lockTimeoutMs?: number
  /** Whether Postgres itself keeps the connections from writing. Default `false`. */
  isReadOnly?: boolean
}

/** How long it may take to connect, or to get a connection that others use, in milliseconds. */
const CONNECT_TIMEOUT_MS = 5_000

/** How much longer than Postgres we wait for its answer, in milliseconds. After that the connection is given up. */
export const ANSWER_MARGIN_MS = 2_000

const IDLE_TIMEOUT_MS = 30_000

const END_TIMEOUT_MS = 5_000

/** Opens nothing yet: connections are made when they are needed. */
export function createPostgresPool(options: PostgresPoolOptions): Pool {
  const pool = new Pool({
    connectionString: options.url,
    application_name: 'plinth-blueprint',
    min: options.min ?? 0,
    max: options.max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    idleTimeoutMillis: IDLE_TIMEOUT_MS,
    query_timeout: options.statementTimeoutMs + ANSWER_MARGIN_MS,
    keepAlive: true,
    types: { getTypeParser },
    // Set here and not in the URL, so that nothing in the URL can take it back.
    onConnect: async (client) => void (await client.query(toSettings(options))),
  })
  // Statements report what fails, and the pool replaces a connection that was cut. Without a listener, one that is cut
  // would end the process: the pool hears of those that rest, and nobody of those that are in use.
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}

/** Waits for the connections that are in use, but not for ever. Ending twice is allowed. */
export async function endPostgresPool(pool: Pool): Promise<void> {
  if (pool.ending) return
  await Promise.race([pool.end(), sleep(END_TIMEOUT_MS, undefined, { ref: false })])
}

/** kysely on a pool, which stays its owner's to end. */
export function createPostgresKysely(pool: Pool): Kysely<Tables> {
  const dialect = new PostgresDialect({
    pool: { options: pool.options, end: async () => {}, connect: async () => guard(await pool.connect()) },
  })
  return new Kysely({ dialect: createTracedDialect(dialect, 'postgresql') })
}

function toSettings({ statementTimeoutMs, lockTimeoutMs, isReadOnly = false }: PostgresPoolOptions): string {
  const settings = {
    search_path: TENANT_SCHEMA,
    statement_timeout: statementTimeoutMs,
    lock_timeout: lockTimeoutMs ?? statementTimeoutMs,
    idle_in_transaction_session_timeout: statementTimeoutMs,
    default_transaction_read_only: isReadOnly ? 'on' : 'off',
  }
  return Object.entries(settings)
    .map(([name, value]) => `set ${name} = ${value}`)
    .join(';')
}

/** A connection that did not answer in time is not given back: whoever got it next would wait as well. */
function guard(client: PoolClient): PostgresPoolClient {
  let isLost = false
  async function query<Row>(text: string, values: readonly unknown[]): Promise<PostgresQueryResult<Row>> {
    try {
      return (await client.query<Row & QueryResultRow>(
        text,
        values.map(toStorable),
      )) as PostgresQueryResult<Row>
    } catch (error) {
      isLost ||= isUnanswered(error)
      throw error
    }
  }
  return {
    query: query as PostgresPoolClient['query'],
    release: (isBroken) => client.release(isBroken || isLost),
  }
}

/** Postgres holds no NUL character; like half a character, it becomes the one that stands for what cannot be told. */
function toStorable(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value
}

/** Whether this is how pg says that a statement was not answered in time. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout'
}

/** Counts and sums come as numbers, as they do from SQLite, as long as a number can hold them. */
const getTypeParser: typeof types.getTypeParser = (oid: number, format?: 'text' | 'binary') =>
  oid === types.builtins.INT8 ? parseInteger : types.getTypeParser(oid, format)

function parseInteger(text: string): number | string {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}
