import { constants, type DatabaseSync } from 'node:sqlite'
import type { QuerySchema } from './database.service.ts'

/** What a statement may see. */
export interface QueryScope {
  schema: QuerySchema
  /** The only tables that may be read, in lower case. */
  tables: readonly string[]
  /** Every name in lower case that means something in FROM without being defined in the statement. */
  objects: ReadonlySet<string>
}

/** Where the authorizer leaves its reason, because SQLite's own message has none. */
export interface Denied {
  reason?: string
}

type Authorizer = NonNullable<Parameters<DatabaseSync['setAuthorizer']>[0]>

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

/**
 * SQLite asks this about the tables, columns and functions of a statement, after all names are resolved. It does not
 * ask about columns that NATURAL and USING join by, so the file itself must hold nothing to hide.
 */
export function createQueryAuthorizer(scope: QueryScope, denied: Denied): Authorizer {
  return function authorize(action, ...[subject, detail, place]) {
    const reason = explain(scope, action, { subject, detail, place })
    if (reason === undefined) return constants.SQLITE_OK
    denied.reason ??= reason
    return constants.SQLITE_DENY
  }
}

/** One statement for each kind of harm. */
function listProbes({ schema, tables: [table] }: QueryScope): string[] {
  return [
    `insert into "${schema}"."${table}" default values`,
    `update "${schema}"."${table}" set rowid = 1`,
    `delete from "${schema}"."${table}"`,
    `drop table "${schema}"."${table}"`,
    `create table "${schema}".probe (a)`,
    'create temp table probe (a)',
    "attach ':memory:' as other",
    `detach "${schema}"`,
    'pragma user_version',
    `select name from "${schema}".sqlite_schema`,
    'select name from pragma_module_list',
    "select load_extension('x')",
    'begin',
  ]
}

/**
 * Asks a handle about one statement of each kind of harm before anything else is run on it: its authorizer must stop
 * each of them.
 *
 * @throws {Error} naming the first statement that it does not stop.
 */
export function assertAuthorized(database: DatabaseSync, scope: QueryScope, denied: Denied): void {
  for (const probe of listProbes(scope)) {
    delete denied.reason
    try {
      database.prepare(probe)
    } catch {
      // Another reason to fail, such as a table that is not there, says nothing about the authorizer.
    }
    if (denied.reason === undefined) throw new Error(`The authorizer does not stop: ${probe}`)
  }
  delete denied.reason
}

/**
 * @throws {Error} when a handle can write, whatever its authorizer says.
 */
export function assertReadOnly(database: DatabaseSync, { schema }: Pick<QueryScope, 'schema'>): void {
  database.exec('begin')
  try {
    database.exec(`create table "${schema}".probe (a)`)
  } catch (error) {
    if (error instanceof Error && error.message.includes('readonly')) return
    throw error
  } finally {
    database.exec('rollback')
  }
  throw new Error(`The handle of the schema "${schema}" can write.`)
}

interface Question {
  subject: string | null
  detail: string | null
  place: string | null
}

/** Why the statement may not do this, or nothing when it may. */
function explain(scope: QueryScope, action: number, question: Question): string | undefined {
  if (action === constants.SQLITE_SELECT || action === constants.SQLITE_RECURSIVE) return undefined
  if (action === constants.SQLITE_READ) return explainRead(scope, question)
  if (action !== constants.SQLITE_FUNCTION) return 'Only reading is allowed.'
  const name = String(question.detail).toLowerCase()
  return ALLOWED_FUNCTIONS.has(name) ? undefined : `The function ${name} is not allowed.`
}

function explainRead({ schema, tables, objects }: QueryScope, question: Question): string | undefined {
  const { subject, detail, place } = question
  const name = String(subject).toLowerCase()
  if (tables.includes(name) && (place === schema || place === null)) return undefined
  // A table of which no column is used comes as it was written, without its schema. So does a name from WITH.
  const isDefinedInStatement =
    place === null && detail === '' && !objects.has(name) && !/^(sqlite|pragma)_/.test(name)
  if (isDefinedInStatement) return undefined
  return `The table ${subject} is not one of the schema "${schema}": ${tables.join(', ')}.`
}
