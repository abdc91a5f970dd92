import type { Storage } from '../storage/storage.ts'
import type { Cell, ShopReader } from './database.service.ts'

/** Most users that one answer holds. */
const MAX_USERS = 1_000

/** Reads the sample shop through the handle that cannot write. */
export function createShopReader({
  readOnlyDb: db,
  listColumns,
}: Pick<Storage, 'readOnlyDb' | 'listColumns'>): ShopReader {
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
    describeTable: listColumns,
  }
}
