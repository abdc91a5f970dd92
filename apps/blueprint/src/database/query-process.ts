import { constants, DatabaseSync, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { type Refusal, refuse } from '../refusal.ts'
import type { Cell, QueryFailed, QueryRefused, QueryRows, QuerySchema } from './database.service.ts'

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

/** Functions that only compute, from SQLite's core, aggregate, date, math, window and JSON functions. */
const ALLOWED_FUNCTIONS: ReadonlySet<string> = new Set(
  (
    'abs acos asin atan atan2 avg ceil ceiling char coalesce concat concat_ws cos count cume_dist date datetime ' +
    'degrees dense_rank exp first_value floor format glob group_concat hex iif ifnull instr json json_array ' +
    'json_array_length json_extract json_group_array json_group_object json_object json_type json_valid julianday ' +
    'lag last_value lead length like likelihood likely ln log log10 log2 lower ltrim max min mod nth_value ntile ' +
    'nullif octet_length percent_rank pi pow power printf quote radians random rank replace round row_number rtrim ' +
    'sign sin sqrt strftime string_agg substr substring sum tan time timediff total trim trunc typeof unicode ' +
    'unixepoch unlikely upper'
  ).split(' '),
)

/** Older releases of Node cannot ask about tables and functions, nor limit what a statement holds. */
const canGuard = 'setAuthorizer' in DatabaseSync.prototype && 'limits' in new DatabaseSync(':memory:')

interface Handle {
  database: DatabaseSync
  /** Why the authorizer said no to the statement that is being prepared. */
  denied: { reason?: string }
}

const handles = new Map<string, Handle>()

process.on('message', (job: QueryJob) => {
  process.send?.({ id: job.id, outcome: run(job) } satisfies QueryOutcome)
})

// Whoever started this process is gone, so nobody can ask any more.
process.on('disconnect', () => process.exit())

function run(job: QueryJob): QueryOutcome['outcome'] {
  if (!canGuard) return refuse('query_refused', { reason: 'SQL can only be run on Node 26 or newer.' })
  let handle: Handle | undefined
  try {
    handle = handles.get(job.schema) ?? open(job)
    delete handle.denied.reason
    return read(handle.database.prepare(job.sql), job)
  } catch (error) {
    const denied = handle?.denied.reason
    if (denied !== undefined) return refuse('query_refused', { reason: denied })
    return refuse('query_failed', { reason: error instanceof Error ? error.message.slice(0, 500) : 'Unknown.' })
  }
}

/** The file stands under the schema's name beside an empty main database: a bare table name can mean no other. */
function open(job: QueryJob): Handle {
  const database = new DatabaseSync(':memory:', { readOnly: true, limits: LIMITS })
  database.exec(`pragma hard_heap_limit = ${HEAP_LIMIT_BYTES}`)
  database.prepare(`attach database ? as "${job.schema}"`).run(job.file)
  database.limits.attach = 0
  database.exec('pragma query_only = on; pragma trusted_schema = off')
  const handle: Handle = { database, denied: {} }
  database.setAuthorizer(createAuthorizer(job, { denied: handle.denied, objects: listObjects(database, job.schema) }))
  handles.set(job.schema, handle)
  return handle
}

type Authorizer = NonNullable<Parameters<DatabaseSync['setAuthorizer']>[0]>

/**
 * SQLite asks this about tables, columns and functions of a statement, after all names are resolved. It does not ask
 * about columns that NATURAL and USING join by, so the file itself must hold nothing to hide.
 */
function createAuthorizer(
  { schema, tables }: QueryJob,
  { denied, objects }: { denied: Handle['denied']; objects: ReadonlySet<string> },
): Authorizer {
  const allowed = new Set(tables)
  /** A table of which no column is used comes as it was written, without its schema; so does a WITH name. */
  function isCounted(name: string): boolean {
    return allowed.has(name) || !(objects.has(name) || /^(sqlite|pragma)_/.test(name))
  }
  function explain(...[action, subject, detail, place]: Parameters<Authorizer>): string | undefined {
    if (action === constants.SQLITE_SELECT || action === constants.SQLITE_RECURSIVE) return undefined
    if (action === constants.SQLITE_FUNCTION) {
      const name = String(detail).toLowerCase()
      return ALLOWED_FUNCTIONS.has(name) ? undefined : `The function ${name} is not allowed.`
    }
    if (action !== constants.SQLITE_READ) return 'Only reading is allowed.'
    const name = String(subject).toLowerCase()
    if (place === schema ? allowed.has(name) : place === null && detail === '' && isCounted(name)) return undefined
    return `The table ${subject} is not one of the schema "${schema}": ${tables.join(', ')}.`
  }
  return (...question) => {
    const reason = explain(...question)
    if (reason === undefined) return constants.SQLITE_OK
    denied.reason ??= reason
    return constants.SQLITE_DENY
  }
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

function toDistinct(names: string[]): string[] {
  const uses = new Map<string, number>()
  return names.map((name) => {
    const use = (uses.get(name) ?? 0) + 1
    uses.set(name, use)
    return use === 1 ? name : `${name}_${use}`
  })
}

function toCell(value: SQLOutputValue): Cell {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('hex')
  return value
}
