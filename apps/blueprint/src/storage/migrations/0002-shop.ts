import { type Kysely, type SchemaModule, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { DialectName } from '../migrate.ts'
import { dropLeftovers } from './drop-leftovers.ts'

/**
 * The shared sample shop. It needs a schema named `public` that holds nothing of any tenant, because people run SQL
 * of their own in it: an attached file on SQLite, a schema on Postgres.
 */
export function shop(dialect: DialectName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      const schema = db.schema.withSchema('public')
      await dropLeftovers(schema, dialect, ['signups', 'users', 'orders', 'customers', 'products'])
      await createProducts(schema)
      await createCustomers(schema)
      await createOrders(schema, (table) => references(dialect, table))
      await createUsers(schema)
      await createSignups(schema, (table) => references(dialect, table))
    },
  }
}

type References = (table: string) => ReturnType<typeof sql>

async function createProducts(schema: SchemaModule): Promise<void> {
  await schema
    .createTable('products')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'varchar(100)', (column) => column.notNull())
    .addColumn('category', 'varchar(50)', (column) => column.notNull())
    .addColumn('price_cents', 'integer', (column) => column.notNull())
    .addColumn('stock', 'integer', (column) => column.notNull())
    .execute()
}

async function createCustomers(schema: SchemaModule): Promise<void> {
  await schema
    .createTable('customers')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'varchar(100)', (column) => column.notNull())
    .addColumn('email', 'varchar(200)', (column) => column.notNull().unique())
    .addColumn('country', 'varchar(2)', (column) => column.notNull())
    .addColumn('created_on', 'varchar(10)', (column) => column.notNull())
    .execute()
}

async function createOrders(schema: SchemaModule, to: References): Promise<void> {
  await schema
    .createTable('orders')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('customer_id', 'integer', (column) => column.notNull().modifyEnd(to('customers')))
    .addColumn('product_id', 'integer', (column) => column.notNull().modifyEnd(to('products')))
    .addColumn('quantity', 'integer', (column) => column.notNull())
    .addColumn('total_cents', 'integer', (column) => column.notNull())
    .addColumn('status', 'varchar(20)', (column) => column.notNull())
    .addColumn('ordered_on', 'varchar(10)', (column) => column.notNull())
    .execute()
}

async function createUsers(schema: SchemaModule): Promise<void> {
  await schema
    .createTable('users')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('name', 'varchar(100)', (column) => column.notNull())
    .addColumn('email', 'varchar(200)', (column) => column.notNull().unique())
    .addColumn('team', 'varchar(50)', (column) => column.notNull())
    .addColumn('joined_on', 'varchar(10)', (column) => column.notNull())
    .execute()
}

async function createSignups(schema: SchemaModule, to: References): Promise<void> {
  await schema
    .createTable('signups')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('user_id', 'integer', (column) => column.notNull().modifyEnd(to('users')))
    .addColumn('source', 'varchar(50)', (column) => column.notNull())
    .addColumn('signed_up_on', 'varchar(10)', (column) => column.notNull())
    .execute()
}

/** SQLite refuses the schema's name in a reference; without one, the same schema is meant there. */
function references(dialect: DialectName, table: string): ReturnType<typeof sql> {
  return dialect === 'sqlite'
    ? sql`references ${sql.id(table)} (id)`
    : sql`references ${sql.id('public', table)} (id)`
}
