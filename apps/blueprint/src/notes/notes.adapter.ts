import { type Kysely, sql } from 'kysely'
import type { Tables } from '../storage/tables.ts'
import type { NoteStore } from './notes.service.ts'

const NOTE_COLUMNS = ['name', 'content', 'created_at', 'updated_at'] as const

/** Keeps notes in the database, in the same SQL for SQLite and Postgres. */
export function createNoteStore(db: Kysely<Tables>): NoteStore {
  return {
    async insert(tenant, note) {
      const query = db.insertInto('notes').values({ tenant, ...note })
      const rows = await query
        .onConflict((conflict) => conflict.doNothing())
        .returning('name')
        .execute()
      return rows.length === 1
    },
    find: (tenant, name) =>
      ofTenant(db, tenant).select(NOTE_COLUMNS).where('name', '=', name).executeTakeFirst(),
    list: (tenant, after, limit) =>
      ofTenant(db, tenant)
        .select(['name', sql<number>`length(content)`.as('length'), 'updated_at'])
        .where('name', '>', after)
        .orderBy('name')
        .limit(limit)
        .execute(),
    listNames: (tenant, prefix, limit) => listNames(db, tenant, { prefix, limit }),
    async delete(tenant, name) {
      const query = db.deleteFrom('notes').where('tenant', '=', tenant).where('name', '=', name)
      return (await query.returning('name').execute()).length === 1
    },
    async count(tenant) {
      const row = await ofTenant(db, tenant)
        .select(({ fn }) => fn.countAll().as('count'))
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },
  }
}

function ofTenant(db: Kysely<Tables>, tenant: string) {
  return db.selectFrom('notes').where('tenant', '=', tenant)
}

/** Compares the start of the name instead of using LIKE, whose `_` is a letter that names may have. */
async function listNames(
  db: Kysely<Tables>,
  tenant: string,
  { prefix, limit }: { prefix: string; limit: number },
): Promise<string[]> {
  const rows = await ofTenant(db, tenant)
    .select('name')
    .where(sql<string>`substr(name, 1, ${sql.lit([...prefix].length)})`, '=', prefix)
    .orderBy('name')
    .limit(limit)
    .execute()
  return rows.map((row) => row.name)
}
