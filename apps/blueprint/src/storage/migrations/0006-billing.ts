import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'

/** A ledger to which rows are only added: a balance is the sum of what was bought. */
export const billing: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable('purchases')
      .addColumn('receipt', 'varchar(40)', (column) => column.primaryKey())
      .addColumn('tenant', 'text', (column) => column.notNull())
      .addColumn('amount', 'integer', (column) => column.notNull())
      .addColumn('bought_at', 'varchar(30)', (column) => column.notNull())
      .addColumn('caller', 'text')
      .addColumn('purchase_key', 'varchar(255)')
      .execute()
    // Nulls differ from each other, so purchases without a key never meet here.
    await db.schema
      .createIndex('purchases_once')
      .on('purchases')
      .columns(['tenant', 'caller', 'purchase_key'])
      .unique()
      .execute()
  },
}
