import type { Kysely } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { notes } from './migrations/0001-notes.ts'
import { shop } from './migrations/0002-shop.ts'
import { analytics } from './migrations/0003-analytics.ts'
import { documents } from './migrations/0004-documents.ts'
import { documentSearchPostgres } from './migrations/0005-document-search-postgres.ts'
import { documentSearchSqlite } from './migrations/0005-document-search-sqlite.ts'
import { billing } from './migrations/0006-billing.ts'
import { tickets } from './migrations/0007-tickets.ts'
import { reports } from './migrations/0008-reports.ts'
import { dataId } from './migrations/0009-data-id.ts'

/** The databases that the blueprint can stand on. */
export type DialectName = 'sqlite' | 'postgres'

/** Where Postgres has what tenants own, and the list of migrations. No SQL from outside is ever run in it. */
export const TENANT_SCHEMA = 'blueprint'

/** A database that could not be brought up to date, such as one that a newer version has been at. */
export class MigrationError extends Error {
  constructor(migration: string, cause: unknown) {
    super(`The database could not be migrated (${migration}).`, { cause })
    this.name = 'MigrationError'
  }
}

/**
 * Brings the schema up to date. Running it again does nothing.
 *
 * @throws {MigrationError} when a migration fails; its transaction is rolled back and the server must not start.
 */
export async function migrate<DB>(db: Kysely<DB>, dialect: DialectName): Promise<void> {
  const provider = { getMigrations: async (): Promise<Record<string, Migration>> => listMigrations(dialect) }
  // Another application in the same Postgres may have a list of migrations of its own.
  const place = dialect === 'postgres' ? { migrationTableSchema: TENANT_SCHEMA } : {}
  const { error, results } = await new Migrator({ db, provider, ...place }).migrateToLatest()
  if (error === undefined) return
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'before the first one'
  throw new MigrationError(failed, error)
}

/** In the order of their names, which never change once released. */
function listMigrations(dialect: DialectName): Record<string, Migration> {
  return {
    '0001-notes': notes(dialect),
    '0002-shop': shop(dialect),
    '0003-analytics': analytics(dialect),
    '0004-documents': documents(dialect),
    ...listSearchMigrations(dialect),
    '0006-billing': billing,
    '0007-tickets': tickets(dialect),
    '0008-reports': reports,
    '0009-data-id': dataId,
  }
}

function listSearchMigrations(dialect: DialectName): Record<string, Migration> {
  if (dialect === 'sqlite') return { '0005-document-search-sqlite': documentSearchSqlite }
  return { '0005-document-search-postgres': documentSearchPostgres }
}
