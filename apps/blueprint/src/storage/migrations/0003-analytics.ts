import type { Kysely } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { DialectName } from '../migrate.ts'
import { dropLeftovers } from './drop-leftovers.ts'

/** Roll-ups of the sample shop. Needs a schema named `analytics`, for the same reasons as the shop's. */
export function analytics(dialect: DialectName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const schema = db.schema.withSchema('analytics')
      await dropLeftovers(schema, dialect, ['daily_orders', 'daily_signups'])
      await schema
        .createTable('daily_orders')
        .addColumn('day', 'varchar(10)', (column) => column.primaryKey())
        .addColumn('orders', 'integer', (column) => column.notNull())
        .addColumn('revenue_cents', 'integer', (column) => column.notNull())
        .execute()
      await schema
        .createTable('daily_signups')
        .addColumn('day', 'varchar(10)', (column) => column.notNull())
        .addColumn('source', 'varchar(50)', (column) => column.notNull())
        .addColumn('signups', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('daily_signups_primary', ['day', 'source'])
        .execute()
    },
  }
}
