import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { DialectName } from '../migrate.ts'
import { toCountedKey } from './column-types.ts'

/** Tickets of this server's own, for where no other system keeps them. */
export function tickets(dialect: DialectName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('tickets')
        .addColumn('number', toCountedKey(dialect), (column) => column.primaryKey())
        .addColumn('tenant', 'text', (column) => column.notNull())
        .addColumn('id', 'varchar(40)', (column) => column.notNull())
        .addColumn('title', 'varchar(200)', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('priority', 'varchar(10)', (column) => column.notNull())
        .addColumn('status', 'varchar(10)', (column) => column.notNull())
        .addColumn('created_at', 'varchar(30)', (column) => column.notNull())
        .addUniqueConstraint('tickets_id', ['tenant', 'id'])
        .execute()
    },
  }
}
