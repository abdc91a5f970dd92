import { hasSqlDetails, parse } from 'libpg-query'
import {
  ALLOWED_FIELDS,
  ALLOWED_FUNCTIONS,
  ALLOWED_NODES,
  ALLOWED_TYPES,
  ALLOWED_VALUES,
} from './postgres-names.ts'

/** What a statement may read. */
export interface SelectScope {
  schema: string
  /** The tables of the schema that may be read. */
  tables: readonly string[]
}

/** A statement that may be run, or the reason why the text is none. */
export type ParsedPostgresSelect = PostgresSelect | { reason: string }

/** One SELECT of known parts. */
export interface PostgresSelect {
  statement: string
  /**
   * What stands behind a dot, as `b` in `a.b`. Where `a` has no such column, Postgres calls a function of that name on
   * the row, or on the value where `a` is a function in FROM, so none of them may be the name of one.
   */
  attributes: readonly string[]
}

/** Deepest nesting of the parse tree. An operator takes one or two levels, a subquery about ten. */
const MAX_DEPTH = 500

/** The tree says no. Its message is the reason. */
class Refused extends Error {}

/** The names that WITH gives to queries, as far as they can be seen from one place. */
type Names = ReadonlySet<string>

type Fields = Readonly<Record<string, unknown>>

interface Walk extends SelectScope {
  /** Bytes of the text before which the schema must be written. */
  unqualified: number[]
  attributes: Set<string>
}

/**
 * Reads `sql` with the grammar of Postgres itself and checks every node of the tree: one SELECT, of known nodes,
 * functions and types alone, from tables of one schema. Gives it back with the schema written before each table, so
 * that it means the same where the search path shows nothing but pg_catalog. What is behind dots is for the caller to
 * look up: only the server knows all of its functions.
 *
 * @throws {SqlError} of libpg-query when `sql` does not parse.
 */
export async function parsePostgresSelect(sql: string, scope: SelectScope): Promise<ParsedPostgresSelect> {
  // The parser would stop here, and the server would read on.
  if (sql.includes('\0')) return { reason: 'The statement holds a NUL character.' }
  const text = sql.toWellFormed()
  if (text.trim() === '') return { reason: 'The statement is empty.' }
  const { stmts = [] } = await parse(text)
  const [only] = stmts
  if (!only) return { reason: 'The statement is empty.' }
  if (stmts.length > 1) return { reason: 'Only one statement is allowed.' }
  const select = toFields(only.stmt)['SelectStmt']
  if (!select) return { reason: 'Only SELECT, or WITH followed by SELECT, is allowed.' }
  const walk: Walk = { ...scope, unqualified: [], attributes: new Set() }
  try {
    visit(select, walk, { names: new Set(), depth: 0 })
  } catch (error) {
    if (error instanceof Refused) return { reason: error.message }
    throw error
  }
  const { stmt_location: start = 0, stmt_len: length } = only
  const end = length ? start + length : undefined
  return {
    statement: qualify(Buffer.from(text), walk, { start, end }),
    attributes: [...walk.attributes],
  }
}

/** Whether the parser says so, and not something that went wrong with it. */
export function isSyntaxError(error: unknown): error is Error {
  return hasSqlDetails(error)
}

interface Place {
  names: Names
  depth: number
}

/** Every value of the tree, once. Only a SELECT has WITH, whose names can be seen in all the rest of it. */
function visit(value: unknown, walk: Walk, { names, depth }: Place): void {
  if (typeof value !== 'object' || value === null) return
  if (depth > MAX_DEPTH) throw new Refused('The statement is nested too deeply.')
  if (Array.isArray(value)) {
    for (const item of value) visit(item, walk, { names, depth: depth + 1 })
    return
  }
  const { withClause, ...fields } = toFields(value)
  const seen = withClause ? visitWith(toFields(withClause), walk, { names, depth: depth + 1 }) : names
  const place = { names: seen, depth: depth + 1 }
  for (const [key, item] of Object.entries(fields)) visitField(key, item, { walk, place })
}

/** Without RECURSIVE, only what follows a query sees its name. */
function visitWith({ ctes, recursive }: Fields, walk: Walk, { names, depth }: Place): Names {
  const queries = toList(ctes).map(toQuery)
  const seen = new Set(names)
  if (recursive) for (const { ctename } of queries) seen.add(toQueryName(ctename))
  for (const query of queries) {
    visit(query, walk, { names: new Set(seen), depth: depth + 1 })
    seen.add(toQueryName(query['ctename']))
  }
  return seen
}

function toQuery(cte: unknown): Fields {
  const { CommonTableExpr: query, ...others } = toFields(cte)
  const [other] = Object.keys(others)
  if (other !== undefined) throw new Refused(explainNode(other))
  return toFields(query)
}

/** A name such as pg_authid would hide a table of Postgres, or be hidden by it. */
function toQueryName(name: unknown): string {
  if (/^pg_/i.test(String(name))) throw new Refused('A name in WITH must not begin with "pg_".')
  return String(name)
}

/** A node stands under its kind, which begins with a capital letter, or under the name of a field of one kind. */
function visitField(key: string, value: unknown, { walk, place }: { walk: Walk; place: Place }): void {
  checks[key]?.(toFields(value), walk, place.names)
  const isAllowed = /^[A-Z]/.test(key) ? ALLOWED_NODES.has(key) : ALLOWED_FIELDS.has(key)
  if (!isAllowed) throw new Refused(explainNode(key))
  visit(value, walk, place)
}

type Check = (fields: Fields, walk: Walk, names: Names) => void

/** Of parts that are never allowed, only those that a sentence of their own is worth. */
const checks: Readonly<Record<string, Check>> = {
  intoClause: () => {
    throw new Refused('SELECT INTO is not allowed: it would create a table.')
  },
  lockingClause: () => {
    throw new Refused('FOR UPDATE and its like are not allowed: they lock rows.')
  },
  RangeVar: checkTable,
  FuncCall: ({ funcname }) => checkName(funcname, ALLOWED_FUNCTIONS, 'function'),
  typeName: ({ names, pct_type }) => {
    if (pct_type) throw new Refused('%TYPE is not allowed.')
    checkName(names, ALLOWED_TYPES, 'type')
  },
  SQLValueFunction: ({ op }) => {
    if (!ALLOWED_VALUES.has(String(op))) throw new Refused('Nothing may be asked about the connection.')
  },
  A_Expr: ({ name }) => checkOperator(name),
  SubLink: ({ operName }) => checkOperator(operName),
  SortBy: ({ useOp }) => checkOperator(useOp),
  CollateClause: ({ collname }) => checkPlace(collname, 'collation'),
  ColumnRef: keepAttribute,
  indirection: checkIndirection,
}

function checkTable({ catalogname, schemaname, relname, location }: Fields, walk: Walk, names: Names): void {
  const name = String(relname)
  const isBare = !schemaname && !catalogname
  if (isBare && names.has(name)) return
  const isInSchema = !catalogname && (isBare || schemaname === walk.schema)
  if (!isInSchema || !walk.tables.includes(name)) {
    const full = [catalogname, schemaname, name].filter(Boolean).join('.')
    const list = walk.tables.join(', ')
    throw new Refused(`The table ${full} is not one of the schema "${walk.schema}": ${list}.`)
  }
  // A location of 0 is left out of the tree, but no table can stand at the very start.
  if (isBare) walk.unqualified.push(Number(location))
}

function checkName(names: unknown, allowed: ReadonlySet<string>, kind: string): void {
  const parts = toNames(names)
  const name = parts.length === 2 && parts[0] === 'pg_catalog' ? parts[1] : parts.join('.')
  if (!allowed.has(name ?? '')) throw new Refused(`The ${kind} ${parts.join('.')} is not allowed.`)
}

function checkOperator(names: unknown): void {
  checkPlace(names, 'operator')
}

/** Of three parts, the first would be a database. */
function checkPlace(names: unknown, kind: string): void {
  const parts = toNames(names)
  const isOfPostgres = parts.length < 2 || (parts.length === 2 && parts[0] === 'pg_catalog')
  if (!isOfPostgres) throw new Refused(`The ${kind} ${parts.join('.')} is not allowed.`)
}

/** A function or a type that may be called may be called so too. */
function keepAttribute({ fields }: Fields, { attributes }: Walk): void {
  const [, ...behind] = toList(fields)
  const last = toFields(toFields(behind.at(-1))['String'])['sval']
  if (last === undefined || ALLOWED_FUNCTIONS.has(String(last)) || ALLOWED_TYPES.has(String(last))) return
  attributes.add(String(last))
}

/** Subscripts and `.*` call nothing. */
function checkIndirection(items: Fields): void {
  const other = toList(items).flatMap((item) =>
    Object.keys(toFields(item)).filter((kind) => kind !== 'A_Indices' && kind !== 'A_Star'),
  )
  if (other.length > 0) {
    throw new Refused(
      'A name behind parentheses or brackets, as in (x).name, is not allowed: it can call a function. ' +
        'Select the column in FROM, or all of them with (x).*.',
    )
  }
}

/** Why a statement may not be run on a server that has functions or types of these names. */
export function explainAttribute(name: string): string {
  return (
    `The name ${name} may not stand behind a dot: where there is no such column, Postgres calls its function of that ` +
    'name. Give the column another name, or leave out what stands before the dot.'
  )
}

function explainNode(kind: string): string {
  if (kind === 'ParamRef') return 'Parameters such as $1 are not allowed: write the value.'
  if (kind.endsWith('Stmt')) return 'Only SELECT is allowed, also inside WITH.'
  return `This kind of expression is not allowed (${kind}).`
}

function toNames(value: unknown): string[] {
  return toList(value).map((name) => String(toFields(toFields(name)['String'])['sval']))
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A list has its places for fields. */
function toFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

/** Places are bytes, and so is the text. */
function qualify(
  text: Buffer,
  { schema, unqualified }: Walk,
  { start, end = text.length }: { start: number; end: number | undefined },
): string {
  const places = unqualified.sort((one, other) => one - other)
  const starts = [start, ...places]
  return starts
    .map((from, index) => text.toString('utf8', from, starts[index + 1] ?? end))
    .join(`"${schema}".`)
}
