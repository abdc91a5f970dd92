import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { migrate } from './migrate.ts'
import { seed } from './sample/seed.ts'
import { createSqliteDialect } from './sqlite-dialect.ts'
import type { Tables } from './tables.ts'

/** Where the SQLite files are. */
export interface SqliteFiles {
  /** What tenants own. No process that runs SQL from outside ever opens it. */
  main: string
  /** The shared sample shop. */
  public: string
  /** Roll-ups of the shop. */
  analytics: string
}

/** An open database. */
export interface Storage {
  /** Reads and writes. */
  db: Kysely<Tables>
  /** Can only read: a second handle that SQLite itself keeps from writing. */
  readOnlyDb: Kysely<Tables>
  /** The files behind both handles. */
  files: SqliteFiles
  /** Closes both handles. Closing twice is allowed. */
  close(): Promise<void>
}

/** How long a statement waits for another process' write lock, in milliseconds. Nothing else runs meanwhile. */
const BUSY_TIMEOUT_MS = 2_000

/**
 * Opens, or creates, the SQLite database in `dataDir`, migrates it and fills it with sample data once.
 *
 * @throws {Error} when the directory cannot be written or a migration fails.
 */
export async function openSqliteStorage(dataDir: string): Promise<Storage> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const files = {
    main: join(dataDir, 'blueprint.db'),
    public: join(dataDir, 'shop.db'),
    analytics: join(dataDir, 'analytics.db'),
  }
  const { db, close } = openHandle(files)
  try {
    await migrate(db, 'sqlite')
    await seed(db)
    const reader = openHandle(files, true)
    return {
      db,
      readOnlyDb: reader.db,
      files,
      async close() {
        await reader.close()
        // The last handle to close writes the log back into the files, which one that only reads cannot.
        await close()
      },
    }
  } catch (error) {
    await close()
    throw error
  }
}

function openHandle(files: SqliteFiles, readOnly = false): { db: Kysely<Tables>; close(): Promise<void> } {
  const database = new DatabaseSync(files.main, {
    readOnly,
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: true,
  })
  database.prepare('attach database ? as public').run(files.public)
  database.prepare('attach database ? as analytics').run(files.analytics)
  for (const schema of ['main', 'public', 'analytics']) {
    if (!readOnly) database.exec(`pragma ${schema}.journal_mode = wal`)
    database.exec(`pragma ${schema}.synchronous = normal`)
  }
  const db = new Kysely<Tables>({ dialect: createSqliteDialect(database) })
  return {
    db,
    async close() {
      await db.destroy()
      // A handle that was never used is none that kysely would close.
      if (database.isOpen) database.close()
    },
  }
}
