import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { DialectName } from '../migrate.ts'
import { toOrderedText } from './column-types.ts'

export function notes(dialect: DialectName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('notes')
        .addColumn('tenant', 'text', (column) => column.notNull())
        .addColumn('name', toOrderedText(dialect, 100), (column) => column.notNull())
        .addColumn('content', 'text', (column) => column.notNull())
        .addColumn('created_at', 'varchar(30)', (column) => column.notNull())
        .addColumn('updated_at', 'varchar(30)', (column) => column.notNull())
        .addPrimaryKeyConstraint('notes_primary', ['tenant', 'name'])
        .execute()
    },
  }
}
