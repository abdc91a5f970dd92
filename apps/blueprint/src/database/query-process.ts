import { DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { refuse } from '../refusal.ts'
import type { Cell, QueryFailed, QueryRefused, QueryRows, QuerySchema } from './database.service.ts'
import { toDistinct } from './distinct-names.ts'
import { assertAuthorized, assertReadOnly, createQueryAuthorizer, type Denied } from './query-authorizer.ts'

/**
 * A process of its own that runs SQL from outside. It is killed when a statement takes too long: SQLite runs a
 * statement in one go, so neither a timer nor the end of a worker thread would stop it.
 */

/** One statement to run, and everything that decides what it may see. */
export interface QueryJob {
  /** Comes back with the outcome. */
  id: number
  sql: string
  schema: QuerySchema
  /** The SQLite file behind the schema. */
  file: string
  /** The only tables that may be read. */
  tables: readonly string[]
  maxRows: number
  maxBytes: number
}

/** What came of a job. */
export interface QueryOutcome {
  id: number
  outcome: QueryRows | QueryRefused | QueryFailed
}

/** Most memory that SQLite may take, so that no statement can take the machine's. */
const HEAP_LIMIT_BYTES = 64 * 1024 * 1024

/** Longest value or row in bytes, and how much else one statement may hold. */
const LIMITS = { length: 1_000_000, exprDepth: 100, compoundSelect: 20, likePatternLength: 1_000, attach: 1 }

/** Older releases of Node cannot ask about tables and functions, nor limit what a statement holds. */
const canGuard = 'setAuthorizer' in DatabaseSync.prototype && 'limits' in new DatabaseSync(':memory:')

interface Handle {
  database: DatabaseSync
  /** Why the authorizer said no to the statement that is being prepared. */
  denied: Denied
}

const handles = new Map<string, Handle>()

process.on('message', (job: QueryJob) => {
  process.send?.({ id: job.id, outcome: run(job) } satisfies QueryOutcome)
})

// Whoever started this process is gone, so nobody can ask any more.
process.on('disconnect', () => process.exit())

function run(job: QueryJob): QueryOutcome['outcome'] {
  if (!canGuard) return refuse('query_refused', { reason: 'SQL can only be run on Node 26 or newer.' })
  const handle = handles.get(job.schema) ?? tryToOpen(job)
  if (!handle) return refuse('query_refused', { reason: 'This Node does not hold SQL back as it must.' })
  takeReason(handle.denied)
  try {
    return read(handle.database.prepare(job.sql), job)
  } catch (error) {
    const denied = takeReason(handle.denied)
    if (denied !== undefined) return refuse('query_refused', { reason: denied.slice(0, 500) })
    return refuse('query_failed', { reason: toReason(error) })
  }
}

/** The reason of the statement before must not explain this one. */
function takeReason(denied: Denied): string | undefined {
  const { reason } = denied
  delete denied.reason
  return reason
}

/** SQLite's own sentences are about the statement; those of anything else are nobody's business. */
function toReason(error: unknown): string {
  const isOfSqlite = error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR'
  return isOfSqlite ? error.message.slice(0, 500) : 'The query could not be run.'
}

/** A handle, or nothing where the one that there is lets through what it must stop. */
function tryToOpen(job: QueryJob): Handle | undefined {
  try {
    return open(job)
  } catch (error) {
    // For the people who run the server; it says nothing about anybody's data.
    process.stderr.write(`run_query cannot be guarded: ${String(error)}\n`)
    return undefined
  }
}

/** The file stands under the schema's name beside an empty main database: a bare table name can mean no other. */
function open(job: QueryJob): Handle {
  const database = new DatabaseSync(':memory:', { readOnly: true, limits: LIMITS })
  database.exec(`pragma hard_heap_limit = ${HEAP_LIMIT_BYTES}`)
  database.prepare(`attach database ? as "${job.schema}"`).run(job.file)
  database.limits.attach = 0
  assertReadOnly(database, job)
  database.exec('pragma query_only = on; pragma trusted_schema = off')
  const handle: Handle = { database, denied: {} }
  const scope = { schema: job.schema, tables: job.tables, objects: listObjects(database, job.schema) }
  database.setAuthorizer(createQueryAuthorizer(scope, handle.denied))
  assertAuthorized(database, scope, handle.denied)
  handles.set(job.schema, handle)
  return handle
}

/** Everything that a name in FROM could mean besides a WITH name: what the file holds, and what SQLite brings along. */
function listObjects(database: DatabaseSync, schema: string): ReadonlySet<string> {
  const held = database.prepare(`select name from "${schema}".sqlite_schema`).all()
  const brought = database.prepare('select name from pragma_module_list').all()
  return new Set([...held, ...brought].map(({ name }) => String(name).toLowerCase()))
}

function read(statement: StatementSync, { maxRows, maxBytes }: QueryJob): QueryRows {
  statement.setReturnArrays(true)
  statement.setReadBigInts(true)
  const columns = toDistinct(statement.columns().map((column) => column.name))
  const rows: Cell[][] = []
  let bytes = 0
  for (const values of statement.iterate()) {
    const row = Object.values(values).map(toCell)
    bytes += Buffer.byteLength(JSON.stringify(row)) + 1
    if (rows.length === maxRows || bytes > maxBytes) return { columns, rows, truncated: true }
    rows.push(row)
  }
  return { columns, rows, truncated: false }
}

function toCell(value: SQLOutputValue): Cell {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return value
}
