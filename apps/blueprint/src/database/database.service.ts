import { type Refusal, refuse } from '../refusal.ts'

/** Tables of the sample shop that `query_database` may read. */
export type ShopTable = 'products' | 'orders' | 'customers'

/** The schemas that SQL may be run in, and every table that each one shows. */
export const QUERY_SCHEMAS = {
  public: ['products', 'orders', 'customers', 'users', 'signups'],
  analytics: ['daily_orders', 'daily_signups'],
} as const satisfies Record<string, readonly string[]>

/** Name of a schema that SQL may be run in. */
export type QuerySchema = keyof typeof QUERY_SCHEMAS

/**
 * What a cell can hold once it is JSON. Integers too large for a number, bytes as hex, and what JSON does not know come
 * as strings. SQLite has no booleans.
 */
export type Cell = string | number | boolean | null

/** Rows of a table, with the names of their columns. */
export interface TableRows {
  /** Names of the columns, in the order of the table. */
  columns: string[]
  /** One object a row. */
  rows: Array<Record<string, Cell>>
}

/** Somebody who brings signups. */
export interface UserSignups {
  id: number
  name: string
  email: string
  team: string
  signups: number
}

/** One column of a table. */
export interface ColumnDescription {
  name: string
  type: string
  nullable: boolean
}

/** A table and its columns. */
export interface TableDescription {
  table: string
  schema: QuerySchema
  columns: ColumnDescription[]
}

/** What came of a query. */
export interface QueryRows {
  /** Names of the columns as the query gives them; equal names get a number. */
  columns: string[]
  /** One array a row, in the order of `columns`. */
  rows: Cell[][]
  /** Whether rows were left out, because there were too many or they were too large. */
  truncated: boolean
}

/** How much a query may take and give. */
export interface QueryLimits {
  /** Most rows. */
  maxRows: number
  /** Most bytes of all rows as JSON. */
  maxBytes: number
  /** Longest run in milliseconds. After it the query is stopped, wherever it is. */
  timeoutMs: number
}

/** The database will not run this SQL. */
export type QueryRefused = Refusal<'query_refused', { reason: string }>

/** The SQL ran too long and was stopped. */
export type QueryTimeout = Refusal<'query_timeout', { timeout_ms: number }>

/** The SQL is allowed and does not work. */
export type QueryFailed = Refusal<'query_failed', { reason: string }>

/** So many queries are running that this one was not started. */
export type QueriesBusy = Refusal<'queries_busy', { retry_after_ms: number }>

/** Every way in which a query is answered without rows. */
export type QueryRefusal = QueryRefused | QueryTimeout | QueryFailed | QueriesBusy

/** Reads the sample shop through a handle that cannot write. */
export interface ShopReader {
  /** The first rows of a table, by id. */
  listRows(table: ShopTable, limit: number): Promise<TableRows>
  /** Users with at least so many signups, the most first. */
  listUsers(minSignups: number): Promise<UserSignups[]>
  /** The columns of a table, empty when there is no such table. */
  describeTable(schema: QuerySchema, table: string): Promise<ColumnDescription[]>
}

/** Runs SQL that somebody else wrote: it can only read, only the tables of one schema, and only so much. */
export interface QueryRunner {
  /** The dialect of SQL that it understands. */
  readonly dialect: 'SQLite' | 'PostgreSQL'
  /** Runs one statement. Rejects with the reason of `signal` when that aborts first; the statement is stopped. */
  run(
    query: { sql: string; schema: QuerySchema; limits: QueryLimits },
    signal: AbortSignal,
  ): Promise<QueryRows | QueryRefusal>
  /** Ends what runs statements. Those that run or wait fail. */
  close(): Promise<void>
}

/** Answers questions about the sample shop. */
export interface DatabaseService {
  /** The dialect of SQL that `runQuery` understands, or nothing where it runs none. */
  readonly dialect: QueryRunner['dialect'] | undefined
  /** The first rows of a table. */
  queryTable(table: ShopTable, limit: number): Promise<TableRows>
  /** Users with at least so many signups, the most first. */
  queryUsers(minSignups: number): Promise<UserSignups[]>
  /** Runs one read-only statement in one schema. */
  runQuery(sql: string, schema: QuerySchema, signal: AbortSignal): Promise<QueryRows | QueryRefusal>
  /** A table by name, or nothing when no schema shows such a table. */
  describeTable(table: string): Promise<TableDescription | undefined>
  /** Names of all tables that start with `prefix`. */
  completeTable(prefix: string): string[]
}

/** Options of the database service. */
export interface DatabaseServiceOptions {
  /** Reads the sample shop. */
  reader: ShopReader
  /** Runs SQL. Without it none is run. */
  runner?: QueryRunner
  /** What one query may take and give. Default 200 rows, 262,144 bytes, 5,000 ms. */
  limits?: Partial<QueryLimits>
}

/** Creates the service. The sample shop belongs to no tenant: everybody sees the same rows. */
export function createDatabaseService(options: DatabaseServiceOptions): DatabaseService {
  const { reader, runner } = options
  const limits = { maxRows: 200, maxBytes: 262_144, timeoutMs: 5_000, ...options.limits }
  return {
    dialect: runner?.dialect,
    queryTable: (table, limit) => reader.listRows(table, limit),
    queryUsers: (minSignups) => reader.listUsers(minSignups),
    async runQuery(sql, schema, signal) {
      if (!runner) return refuse('query_refused', { reason: 'No SQL is run here.' })
      return runner.run({ sql, schema, limits }, signal)
    },
    async describeTable(table) {
      const schema = findSchema(table)
      if (!schema) return undefined
      return { table, schema, columns: await reader.describeTable(schema, table) }
    },
    completeTable: (prefix) => listTables().filter((table) => table.startsWith(prefix)),
  }
}

function listTables(): string[] {
  return Object.values(QUERY_SCHEMAS).flat()
}

function findSchema(table: string): QuerySchema | undefined {
  if (isTableOf('public', table)) return 'public'
  return isTableOf('analytics', table) ? 'analytics' : undefined
}

/** Whether `schema` shows `table`. */
export function isTableOf(schema: QuerySchema, table: string): boolean {
  const tables: readonly string[] = QUERY_SCHEMAS[schema]
  return tables.includes(table)
}
