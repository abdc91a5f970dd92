import { openSqliteStorage } from './open-sqlite.ts'
import type { Storage } from './storage.ts'

/** Opens the Postgres that `databaseUrl` names; without one, SQLite files in `dataDir`. */
export async function openStorage(where: { databaseUrl?: string; dataDir: string }): Promise<Storage> {
  if (where.databaseUrl === undefined) return openSqliteStorage(where.dataDir)
  const { openPostgresStorage } = await import('./open-postgres.ts')
  return openPostgresStorage(where.databaseUrl)
}
