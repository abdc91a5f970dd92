import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** One row, by which processes tell whether they keep their data in one place. */
export const dataId: Migration = {
  async up(db: Kysely<{ data_id: { id: string } }>): Promise<void> {
    await db.schema
      .createTable('data_id')
      .addColumn('id', 'varchar(40)', (column) => column.primaryKey())
      .execute()
    await db.insertInto('data_id').values({ id: crypto.randomUUID() }).execute()
  },
}
