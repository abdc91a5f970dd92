import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely, sql } from 'kysely'
import { migrate } from './migrate.ts'
import { seed } from './sample/seed.ts'
import { createSqliteDialect } from './sqlite-dialect.ts'
import { searchSqlite } from './sqlite-search.ts'
import type { Column, SqliteFiles, SqliteStorage } from './storage.ts'
import { isForWantOfRoom } from './storage-full-error.ts'
import type { Tables } from './tables.ts'
import { createTracedDialect } from './traced-dialect.ts'

/** How long a statement waits for another process' write lock, in milliseconds. Nothing else runs meanwhile. */
const BUSY_TIMEOUT_MS = 2_000

/**
 * Opens, or creates, the SQLite database in `dataDir`, which must be there, migrates it and fills it with sample data once.
 *
 * @throws {Error} when the directory cannot be written, naming it where its disk is full, or a migration fails.
 */
export async function openSqliteStorage(dataDir: string): Promise<SqliteStorage> {
  try {
    return await openFiles(dataDir)
  } catch (error) {
    if (!isForWantOfRoom(error)) throw error
    const fix = 'Make room on its disk, or name another directory.'
    throw new Error(`"PLINTH_DATA_DIR" cannot be used, at ${dataDir}: nothing can be written. ${fix}`, {
      cause: error,
    })
  }
}

async function openFiles(dataDir: string): Promise<SqliteStorage> {
  const files = {
    main: join(dataDir, 'blueprint.db'),
    public: join(dataDir, 'shop.db'),
    analytics: join(dataDir, 'analytics.db'),
  }
  const { onFull, tellFull } = createFullNews()
  const { db, close } = openHandle(files, { tellFull })
  try {
    await migrate(db, 'sqlite')
    await seed(db)
    const reader = openHandle(files, { tellFull, readOnly: true })
    return {
      dialect: 'sqlite',
      db,
      readOnlyDb: reader.db,
      files,
      onFull,
      searchDocuments: (question) => searchSqlite(db, question),
      listColumns: (schema, table) => listColumns(reader.db, schema, table),
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

type Listen = SqliteStorage['onFull']
type Listener = Parameters<Listen>[0]

/** Statements fail before anybody can listen, too; those end the start with what they say. */
function createFullNews(): { onFull: Listen; tellFull: Listener } {
  let listener: Listener | undefined
  return {
    onFull(next) {
      listener = next
    },
    tellFull: (error) => listener?.(error),
  }
}

interface HandleOptions {
  tellFull: Listener
  readOnly?: boolean
}

function openHandle(
  files: SqliteFiles,
  { tellFull, readOnly = false }: HandleOptions,
): { db: Kysely<Tables>; close(): Promise<void> } {
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
  const dialect = createTracedDialect(
    createSqliteDialect({ database, file: files.main, onFull: tellFull }),
    'sqlite',
  )
  const db = new Kysely<Tables>({ dialect })
  return {
    db,
    async close() {
      await db.destroy()
      // A handle that was never used is none that kysely would close.
      if (database.isOpen) database.close()
    },
  }
}

async function listColumns(db: Kysely<Tables>, schema: string, table: string): Promise<Column[]> {
  const { rows } = await sql<{ name: string; type: string; notnull: number; pk: number }>`
    select name, type, "notnull", pk from pragma_table_info(${table}, ${schema})`.execute(db)
  return rows.map(({ name, type, notnull, pk }) => ({ name, type, nullable: notnull === 0 && pk === 0 }))
}
