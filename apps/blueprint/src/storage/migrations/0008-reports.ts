import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Finished reports. Those that are being worked out are jobs. */
export const reports: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('reports')
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('id', 'varchar(200)', (column) => column.notNull())
      .addColumn('kind', 'varchar(40)', (column) => column.notNull())
      .addColumn('from_day', 'varchar(10)', (column) => column.notNull())
      .addColumn('to_day', 'varchar(10)', (column) => column.notNull())
      .addColumn('generated_at', 'varchar(30)', (column) => column.notNull())
      .addColumn('weeks', 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint('reports_primary', ['tenant', 'id'])
      .execute()
  },
}
