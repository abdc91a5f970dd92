import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import {
  CompiledQuery,
  type DatabaseConnection,
  type DatabaseIntrospector,
  type Dialect,
  type DialectAdapter,
  type Driver,
  type Kysely,
  type QueryCompiler,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { isOutOfRoom, StorageFullError } from './storage-full-error.ts'

/** How many compiled statements one connection keeps. The oldest goes first. */
const MAX_STATEMENTS = 200

/** SQLite can undo changes to the schema, so each start migrates as a whole, and one process at a time. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

/** Options of the dialect. */
export interface SqliteDialectOptions {
  /** The handle. The dialect owns it and closes it on `destroy()`. */
  database: DatabaseSync
  /** The file that it has open, to be named to those who run the server. */
  file: string
  /** Hears of each statement that found no room to write. */
  onFull: (error: StorageFullError) => void
}

/** Lets kysely speak to Node's own SQLite. A statement that finds no room rejects with a `StorageFullError`. */
export function createSqliteDialect(options: SqliteDialectOptions): Dialect {
  return {
    createDriver: (): Driver => createSqliteDriver(options),
    createQueryCompiler: (): QueryCompiler => new SqliteQueryCompiler(),
    createAdapter: (): DialectAdapter => new TransactionalSqliteAdapter(),
    createIntrospector: (db: Kysely<unknown>): DatabaseIntrospector => new SqliteIntrospector(db),
  }
}

function createSqliteDriver(options: SqliteDialectOptions): Driver {
  const { database } = options
  const connection = createConnection(options)
  const turns = createTurns()
  const run = (sql: string): Promise<unknown> => connection.executeQuery(CompiledQuery.raw(sql))
  return {
    init: async () => {},
    acquireConnection: async () => {
      await turns.take()
      return connection
    },
    // IMMEDIATE takes the write lock at once: a reader that turns writer midway would fail as busy instead.
    beginTransaction: async () => void (await run('begin immediate')),
    commitTransaction: async () => void (await run('commit')),
    // For want of room, SQLite may have rolled back by itself.
    rollbackTransaction: async () => void (database.isTransaction && (await run('rollback'))),
    releaseConnection: async () => turns.give(),
    destroy: async () => {
      if (database.isOpen) database.close()
    },
  }
}

function createConnection({ database, file, onFull }: SqliteDialectOptions): DatabaseConnection {
  const statements = new Map<string, StatementSync>()
  function prepare(sql: string): StatementSync {
    const known = statements.get(sql)
    if (known) return known
    const oldest = statements.size >= MAX_STATEMENTS ? statements.keys().next().value : undefined
    if (oldest !== undefined) statements.delete(oldest)
    const statement = database.prepare(sql)
    statements.set(sql, statement)
    return statement
  }
  function explain(error: unknown): unknown {
    if (!isOutOfRoom(error)) return error
    const full = new StorageFullError(file, error)
    onFull(full)
    return full
  }
  return {
    async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
      try {
        return execute<Row>(prepare(query.sql), query.parameters.map(toSqlInput))
      } catch (error) {
        throw explain(error)
      }
    },
    // biome-ignore lint/correctness/useYield: kysely's contract wants a generator, and ours can only refuse.
    async *streamQuery(): AsyncIterableIterator<never> {
      throw new Error('The SQLite dialect does not stream: select with a limit instead.')
    },
  }
}

function execute<Row>(statement: StatementSync, parameters: SQLInputValue[]): QueryResult<Row> {
  if (statement.columns().length > 0)
    return { rows: statement.all(...parameters).map((row) => ({ ...row }) as Row) }
  const { changes, lastInsertRowid } = statement.run(...parameters)
  return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) }
}

function toSqlInput(value: unknown): SQLInputValue {
  if (value === undefined || value === null) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Date) return value.toISOString()
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value
  if (value instanceof Uint8Array) return value
  throw new TypeError(
    `SQLite cannot store a ${typeof value}: pass a string, number, bigint, boolean, Date or bytes`,
  )
}

/** One connection, so users of it stand in line: a transaction must not be entered by somebody else's query. */
function createTurns(): { take(): Promise<void>; give(): void } {
  let isTaken = false
  const waiting: Array<() => void> = []
  return {
    take() {
      if (isTaken) return new Promise((resolve) => waiting.push(resolve))
      isTaken = true
      return Promise.resolve()
    },
    give() {
      const next = waiting.shift()
      if (next) next()
      else isTaken = false
    },
  }
}
