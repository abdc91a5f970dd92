import { type Kysely, sql } from 'kysely'
import { migrate, TENANT_SCHEMA } from './migrate.ts'
import { explainFailure } from './postgres-failure.ts'
import { createPostgresKysely, createPostgresPool, endPostgresPool } from './postgres-pool.ts'
import { searchPostgres } from './postgres-search.ts'
import { seed } from './sample/seed.ts'
import type { Column, PostgresStorage } from './storage.ts'
import type { Tables } from './tables.ts'

/** How long a start may wait for another process that migrates, and how long one migration may take. */
const START_TIMEOUT_MS = 300_000

/** For what tools do to the tables of tenants. */
const MAIN_POOL = { min: 2, max: 10, statementTimeoutMs: 10_000 } as const

/** For what only reads, SQL from outside included. */
const READ_ONLY_POOL = { min: 2, max: 10, statementTimeoutMs: 30_000, isReadOnly: true } as const

/**
 * Opens a Postgres database, migrates it and fills it with sample data once. Processes that start at the same time
 * wait for each other.
 *
 * @throws {Error} naming `DATABASE_URL`, the place and the fix when the database cannot be used.
 */
export async function openPostgresStorage(databaseUrl: string): Promise<PostgresStorage> {
  try {
    await prepareDatabase(databaseUrl)
  } catch (error) {
    throw explainFailure({ setting: 'DATABASE_URL', url: databaseUrl }, error)
  }
  const pool = createPostgresPool({ url: databaseUrl, ...MAIN_POOL })
  const readOnlyPool = createPostgresPool({ url: databaseUrl, ...READ_ONLY_POOL })
  const db = createPostgresKysely(pool)
  const readOnlyDb = createPostgresKysely(readOnlyPool)
  return {
    dialect: 'postgres',
    db,
    readOnlyDb,
    readOnlyPool,
    ping: () => pool.query('select 1'),
    searchDocuments: (question) => searchPostgres(readOnlyDb, question),
    listColumns: (schema, table) => listColumns(readOnlyDb, schema, table),
    async close() {
      await Promise.all([endPostgresPool(pool), endPostgresPool(readOnlyPool)])
    },
  }
}

/** On one connection, whose end also ends the lock. */
async function prepareDatabase(url: string): Promise<void> {
  const pool = createPostgresPool({ url, max: 1, statementTimeoutMs: START_TIMEOUT_MS })
  try {
    await createPostgresKysely(pool)
      .connection()
      .execute(async (db) => {
        await assertUtf8(db)
        await sql`select pg_advisory_lock(hashtext(${TENANT_SCHEMA}))`.execute(db)
        await createSchemas(db)
        await migrate(db, 'postgres')
        await seed(db)
      })
  } finally {
    await pool.end()
  }
}

async function assertUtf8(db: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ server_encoding: string }>`show server_encoding`.execute(db)
  const encoding = rows[0]?.server_encoding
  if (encoding !== 'UTF8') throw new Error(`The database must be encoded in UTF8, and is in ${encoding}.`)
}

/** Looks first, because "if not exists" asks for the right to create even where there is nothing to do. */
async function createSchemas(db: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ name: string }>`select nspname as name from pg_namespace`.execute(db)
  const names = new Set(rows.map(({ name }) => name))
  for (const schema of [TENANT_SCHEMA, 'public', 'analytics']) {
    if (!names.has(schema)) await db.schema.createSchema(schema).execute()
  }
}

async function listColumns(db: Kysely<Tables>, schema: string, table: string): Promise<Column[]> {
  const { rows } = await sql<Column>`
    select attname as name, format_type(atttypid, atttypmod) as type, not attnotnull as nullable
    from pg_attribute where attrelid = to_regclass(format('%I.%I', ${schema}::text, ${table}::text))
      and attnum > 0 and not attisdropped
    order by attnum`.execute(db)
  return rows
}
