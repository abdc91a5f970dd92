import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseError, escapeIdentifier, type Pool, type PoolClient, type QueryConfig } from 'pg'
import { traceStatement } from 'plinth'
import { refuse } from '../refusal.ts'
import { ANSWER_MARGIN_MS, isUnanswered } from '../storage/postgres-pool.ts'
import { QUERY_SCHEMAS, type QueryRefusal, type QueryRows, type QueryRunner } from './database.service.ts'
import { type BoundedRow, toBoundedStatement, toDescribingStatement, toQueryRows } from './postgres-rows.ts'
import {
  explainAttribute,
  isSyntaxError,
  type PostgresSelect,
  parsePostgresSelect,
} from './postgres-select.ts'
import { BUSY_RETRY_AFTER_MS, createPlaces } from './query-places.ts'

/** Options of the query runner on Postgres. */
export interface PostgresQueryRunnerOptions {
  /** Connections that cannot write. */
  pool: Pool
  /** Whose rights a statement has. Default: those of the connection. */
  role?: string
  /** Most statements that run at the same time. Default `4`. */
  maxRunning?: number
  /** Most statements that wait for a place. Further ones are refused. Default `16`. */
  maxWaiting?: number
  /** How long a statement may wait for somebody who changes a table's form, in milliseconds. Default `1_000`. */
  lockTimeoutMs?: number
  /** Most kilobytes that one statement may put aside on disk; only where the connection may say so. Default: no say. */
  maxTemporaryKb?: number
}

type Query = Parameters<QueryRunner['run']>[0]
type Checked = Query & Pick<PostgresSelect, 'attributes'>
type Outcome = QueryRows | QueryRefusal

/** How long a cancelled statement gets to end before it is told again, in milliseconds. */
const CANCEL_AGAIN_MS = 50

/**
 * Runs SQL in transactions that can only read, with the rights of a role that can do little else, once every node of
 * its parse tree was found harmless. Postgres itself stops what takes too long and cuts what is too large.
 */
export function createPostgresQueryRunner(options: PostgresQueryRunnerOptions): QueryRunner {
  const { maxRunning = 4, maxWaiting = 16 } = options
  const places = createPlaces(maxRunning, maxWaiting)
  return {
    dialect: 'PostgreSQL',
    async run(query, signal) {
      const checked = await check(query)
      if ('refused' in checked) return checked
      if (!(await places.take(signal))) return refuseBusy()
      const { statement: sql, attributes } = checked
      const running = traceStatement({ system: 'postgresql', text: sql }, () =>
        runOnConnection(options, { ...query, sql, attributes }, signal),
      )
      return orAbort(
        running.finally(() => places.give()),
        signal,
      )
    },
    // The pool belongs to whoever made it.
    async close() {},
  }
}

async function check({ sql, schema }: Query): Promise<PostgresSelect | QueryRefusal> {
  try {
    const parsed = await parsePostgresSelect(sql, { schema, tables: QUERY_SCHEMAS[schema] })
    return 'reason' in parsed ? refuse('query_refused', parsed) : parsed
  } catch (error) {
    if (!isSyntaxError(error)) throw error
    return refuse('query_failed', { reason: error.message.slice(0, 500) })
  }
}

async function runOnConnection(
  options: PostgresQueryRunnerOptions,
  query: Checked,
  signal: AbortSignal,
): Promise<Outcome> {
  const client = await connect(options.pool)
  if (!client) return refuseBusy()
  let cancelling: Cancelling | undefined
  let isLost = false
  try {
    await client.query(toBegin(options, query))
    const { pid, called } = await ask(client, query.attributes)
    if (called !== undefined) return refuse('query_refused', { reason: explainAttribute(called) })
    cancelling = cancelOnAbort(options.pool, pid, signal)
    return await readRows(client, query, signal)
  } catch (error) {
    isLost = isUnanswered(error)
    if (signal.aborted) throw signal.reason
    return toRefusal(error, query)
  } finally {
    await cancelling?.end()
    client.release(isLost || !(await rollBack(client)))
  }
}

/** A connection, or nothing where all of them are in use for too long. */
async function connect(pool: Pool): Promise<PoolClient | undefined> {
  try {
    return await pool.connect()
  } catch (error) {
    const isFull = error instanceof Error && error.message.startsWith('timeout exceeded')
    if (isFull || toCode(error) === '53300') return undefined
    throw error
  }
}

/** Functions and types of the one schema that the search path shows; only these can be called by a bare name. */
const ASK = `
  select pg_backend_pid() as pid, (
    select min(a.name) from unnest($1::name[]) as a(name)
    where exists (select from pg_proc where proname = a.name and pronamespace = 'pg_catalog'::regnamespace)
      or exists (select from pg_type where typname = a.name and typnamespace = 'pg_catalog'::regnamespace)
  ) as called`

/** Who runs the statement, and which of the names behind its dots Postgres would call, if any. */
async function ask(
  client: PoolClient,
  attributes: readonly string[],
): Promise<{ pid: number; called: string | undefined }> {
  const { rows } = await client.query<{ pid: number; called: string | null }>(ASK, [attributes])
  return { pid: Number(rows[0]?.pid), called: rows[0]?.called ?? undefined }
}

async function readRows(client: PoolClient, query: Query, signal: AbortSignal): Promise<QueryRows> {
  const { sql, limits } = query
  const toConfig = (text: string): QueryConfig & { query_timeout: number } => ({
    text,
    query_timeout: limits.timeoutMs + ANSWER_MARGIN_MS,
  })
  signal.throwIfAborted()
  const { fields } = await client.query(toConfig(toDescribingStatement(sql)))
  signal.throwIfAborted()
  const { rows } = await client.query<BoundedRow>(toConfig(toBoundedStatement(sql, fields.length, limits)))
  return toQueryRows(fields, rows, limits.maxRows)
}

/** Everything that the text of a statement or its answer could mean differently is settled here. */
function toBegin(options: PostgresQueryRunnerOptions, { limits }: Query): string {
  const { role, lockTimeoutMs = 1_000, maxTemporaryKb } = options
  const settings = {
    // Temporary tables and types come last; not named, they would come first.
    search_path: 'pg_catalog, pg_temp',
    standard_conforming_strings: 'on',
    statement_timeout: limits.timeoutMs,
    lock_timeout: lockTimeoutMs,
    work_mem: `'16MB'`,
    max_parallel_workers_per_gather: 0,
    datestyle: 'iso',
    intervalstyle: 'iso_8601',
    timezone: `'UTC'`,
    bytea_output: 'hex',
    extra_float_digits: 1,
    ...(maxTemporaryKb === undefined ? {} : { temp_file_limit: maxTemporaryKb }),
    // Last, because it may not be allowed to set what stands above.
    ...(role === undefined ? {} : { role: escapeIdentifier(role) }),
  }
  const sets = Object.entries(settings).map(([name, value]) => `set local ${name} = ${value}`)
  return ['begin read only', ...sets].join(';')
}

interface Cancelling {
  /** No more of it: whoever has the connection next is not cancelled. */
  end(): Promise<void>
}

/** Told again until it ends: what comes before the statement has reached the server has nothing to cancel. */
function cancelOnAbort(pool: Pool, pid: number, signal: AbortSignal): Cancelling {
  let isEnded = false
  let cancelling = Promise.resolve()
  async function cancel(): Promise<void> {
    while (!isEnded) {
      // What cannot be cancelled ends by its timeout.
      await pool.query('select pg_cancel_backend($1)', [pid]).catch(() => {})
      await sleep(CANCEL_AGAIN_MS)
    }
  }
  const onAbort = (): void => {
    cancelling = cancel()
  }
  signal.addEventListener('abort', onAbort, { once: true })
  return {
    end() {
      isEnded = true
      signal.removeEventListener('abort', onAbort)
      return cancelling
    },
  }
}

/** Twice, because a cancellation that came too late for the statement can still stop what follows it. */
async function rollBack(client: PoolClient): Promise<boolean> {
  for (let tries = 0; tries < 2; tries += 1) {
    try {
      await client.query('rollback')
      return true
    } catch (error) {
      if (toCode(error) !== '57014') return false
    }
  }
  return false
}

/** Of what Postgres says about a statement, all may be told: the statement saw nothing that its author may not see. */
function toRefusal(error: unknown, { limits }: Query): QueryRefusal {
  const code = toCode(error)
  if (code === '57014') return refuse('query_timeout', { timeout_ms: limits.timeoutMs })
  if (code === '55P03' || code === '53300') return refuseBusy()
  // Of the classes of codes, these are about the connection and the server, and not about the statement.
  if (!(error instanceof DatabaseError) || /^(08|57|58|XX)/.test(code ?? '08')) throw error
  return refuse('query_failed', { reason: error.message.slice(0, 500) })
}

/** Five characters, of which the first two are the class. */
function toCode(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined
}

function refuseBusy(): QueryRefusal {
  return refuse('queries_busy', { retry_after_ms: BUSY_RETRY_AFTER_MS })
}

/** Whoever leaves need not wait until the database has stopped; its place stays taken until then. */
function orAbort<Value>(work: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  return Promise.race([work, promise]).finally(() => signal.removeEventListener('abort', onAbort))
}
