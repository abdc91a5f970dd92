import type { DatabaseConnection, Dialect } from 'kysely'
import { traceStatement } from 'plinth'

/** Databases by the names that traces have for them. */
export type TracedSystem = 'sqlite' | 'postgresql'

/** The same dialect, whose statements are told of in the trace of the call that they belong to. */
export function createTracedDialect(dialect: Dialect, system: TracedSystem): Dialect {
  const traced = new WeakSet<DatabaseConnection>()
  /** In its own place: what a driver gets back must be what it gave. */
  function trace(connection: DatabaseConnection): DatabaseConnection {
    if (traced.has(connection)) return connection
    traced.add(connection)
    const execute = connection.executeQuery.bind(connection)
    connection.executeQuery = (query, options) =>
      traceStatement({ system, text: query.sql }, () => execute(query, options))
    return connection
  }
  return {
    createAdapter: () => dialect.createAdapter(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
    createDriver() {
      const driver = dialect.createDriver()
      const acquire = driver.acquireConnection.bind(driver)
      driver.acquireConnection = async (options) => trace(await acquire(options))
      return driver
    },
  }
}
