import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'
import type { DialectName } from '../migrate.ts'
import { toCountedKey } from './column-types.ts'

/** The documents themselves. How they are searched differs by database and has a migration of its own. */
export function documents(dialect: DialectName): Migration {
  return {
    async up(db: Kysely<unknown>): Promise<void> {
      await db.schema
        .createTable('documents')
        .addColumn('id', toCountedKey(dialect), (column) => column.primaryKey())
        .addColumn('tenant', 'text')
        .addColumn('url', 'varchar(3000)', (column) => column.notNull())
        .addColumn('title', 'varchar(200)', (column) => column.notNull())
        .addColumn('body', 'text', (column) => column.notNull())
        .addColumn('category', 'varchar(20)')
        .addColumn('indexed_at', 'varchar(30)', (column) => column.notNull())
        .execute()
      await createUniqueUrls(db)
    },
  }
}

/** Two indexes, because a unique index counts every null tenant as different. */
async function createUniqueUrls(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createIndex('documents_of_tenant')
    .on('documents')
    .columns(['tenant', 'url'])
    .unique()
    .where(sql.ref('tenant'), 'is not', null)
    .execute()
  await db.schema
    .createIndex('documents_of_everybody')
    .on('documents')
    .column('url')
    .unique()
    .where(sql.ref('tenant'), 'is', null)
    .execute()
}
