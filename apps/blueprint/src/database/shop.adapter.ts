import { type Kysely, sql } from 'kysely'
import type { Tables } from '../storage/tables.ts'
import type { Cell, ShopReader } from './database.service.ts'

/** Most users that one answer holds. */
const MAX_USERS = 1_000

/** Reads the sample shop by way of `db`, which should be a handle that cannot write. */
export function createShopReader(db: Kysely<Tables>): ShopReader {
  return {
    async listRows(table, limit) {
      const rows: Array<Record<string, Cell>> = await db
        .selectFrom(`public.${table}`)
        .selectAll()
        .orderBy('id')
        .limit(limit)
        .execute()
      return { columns: Object.keys(rows[0] ?? {}), rows }
    },
    listUsers: (minSignups) =>
      db
        .selectFrom('public.users as users')
        .leftJoin('public.signups as signups', 'signups.user_id', 'users.id')
        .select(['users.id', 'users.name', 'users.email', 'users.team'])
        .select(({ fn }) => fn.count<number>('signups.id').as('signups'))
        .groupBy(['users.id', 'users.name', 'users.email', 'users.team'])
        .having(({ fn }) => fn.count('signups.id'), '>=', minSignups)
        .orderBy('signups', 'desc')
        .orderBy('users.id')
        .limit(MAX_USERS)
        .execute(),
    async describeTable(schema, table) {
      const columns = await sql<{ name: string; type: string; notnull: number; pk: number }>`
        select name, type, "notnull", pk from pragma_table_info(${table}, ${schema})`.execute(db)
      return columns.rows.map(({ name, type, notnull, pk }) => ({
        name,
        type,
        nullable: notnull === 0 && pk === 0,
      }))
    },
  }
}
