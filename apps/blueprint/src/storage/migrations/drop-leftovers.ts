import type { SchemaModule } from 'kysely'
import type { DialectName } from '../migrate.ts'

/**
 * Removes what a crash left behind on SQLite, where one migration writes to several files, which do not commit
 * together. On Postgres nothing can be left behind: what has the same name there belongs to somebody else.
 */
export async function dropLeftovers(
  schema: SchemaModule,
  dialect: DialectName,
  tables: readonly string[],
): Promise<void> {
  if (dialect !== 'sqlite') return
  for (const table of tables) await schema.dropTable(table).ifExists().execute()
}
