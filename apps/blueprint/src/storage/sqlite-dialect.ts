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

/** How many compiled statements one connection keeps. The oldest goes first. */
const MAX_STATEMENTS = 200

/** SQLite can undo changes to the schema, so each start migrates as a whole, and one process at a time. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true
  }
}

/** Lets kysely speak to Node's own SQLite. The dialect owns `database` and closes it on `destroy()`. */
export function createSqliteDialect(database: DatabaseSync): Dialect {
  return {
    createDriver: (): Driver => createSqliteDriver(database),
    createQueryCompiler: (): QueryCompiler => new SqliteQueryCompiler(),
    createAdapter: (): DialectAdapter => new TransactionalSqliteAdapter(),
    createIntrospector: (db: Kysely<unknown>): DatabaseIntrospector => new SqliteIntrospector(db),
  }
}

function createSqliteDriver(database: DatabaseSync): Driver {
  const connection = createConnection(database)
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
    rollbackTransaction: async () => void (await run('rollback')),
    releaseConnection: async () => turns.give(),
    destroy: async () => {
      if (database.isOpen) database.close()
    },
  }
}

function createConnection(database: DatabaseSync): DatabaseConnection {
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
  return {
    executeQuery: async <Row>(query: CompiledQuery): Promise<QueryResult<Row>> =>
      execute<Row>(prepare(query.sql), query.parameters.map(toSqlInput)),
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
