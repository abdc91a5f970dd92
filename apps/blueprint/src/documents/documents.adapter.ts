import type { Storage } from '../storage/storage.ts'
import type { DocumentIndex } from './documents.service.ts'

/** Keeps documents in the database, and finds them with its full-text index. */
export function createDocumentIndex({
  db,
  searchDocuments,
}: Pick<Storage, 'db' | 'searchDocuments'>): DocumentIndex {
  return {
    search: searchDocuments,
    async put(tenant, document) {
      const row = { ...document, indexed_at: new Date().toISOString() }
      const query = db.insertInto('documents').values({ tenant, ...row })
      await query
        .onConflict((conflict) =>
          conflict.columns(['tenant', 'url']).where('tenant', 'is not', null).doUpdateSet(row),
        )
        .execute()
    },
    async readBody(tenant, url) {
      const query = db
        .selectFrom('documents')
        .select('body')
        .where('tenant', '=', tenant)
        .where('url', '=', url)
      return (await query.executeTakeFirst())?.body
    },
    async count(tenant) {
      const query = db.selectFrom('documents').where('tenant', '=', tenant)
      const row = await query.select(({ fn }) => fn.countAll().as('count')).executeTakeFirstOrThrow()
      return Number(row.count)
    },
  }
}
