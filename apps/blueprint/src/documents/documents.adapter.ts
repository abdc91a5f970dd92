import { type Kysely, sql } from 'kysely'
import type { Tables } from '../storage/tables.ts'
import type { DocumentCategory, DocumentIndex, SearchHit } from './documents.service.ts'
import type { SearchQuery } from './search-query.ts'

/** Finds documents with SQLite's full-text index. A word of the title counts as much as five of the text. */
export function createSqliteDocumentIndex(db: Kysely<Tables>): DocumentIndex {
  return {
    search: (tenant, { query, limit, category }) =>
      search(db, { tenant, match: toMatch(query), limit, category }),
    async put(tenant, document) {
      const row = { ...document, indexed_at: new Date().toISOString() }
      await db.transaction().execute(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('documents')
          .set(row)
          .where('tenant', '=', tenant)
          .where('url', '=', document.url)
          .executeTakeFirst()
        if (numUpdatedRows === 0n)
          await transaction
            .insertInto('documents')
            .values({ tenant, ...row })
            .execute()
      })
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

interface Search {
  tenant: string
  match: string
  limit: number
  category: DocumentCategory | undefined
}

/** A tenant's own copy of a shared document hides the shared one: it is the newer of the two. */
async function search(db: Kysely<Tables>, { tenant, match, limit, category }: Search): Promise<SearchHit[]> {
  const isInCategory = category === undefined ? sql`true` : sql`d.category = ${category}`
  const { rows } = await sql<SearchHit>`
    select d.title, d.url, d.category,
      snippet(documents_search, 1, '**', '**', '…', 32) as snippet,
      round(-bm25(documents_search, 5.0, 1.0), 4) as score
    from documents_search join documents d on d.id = documents_search.rowid
    where documents_search match ${match} and ${isInCategory}
      and (d.tenant = ${tenant} or (d.tenant is null and not exists (
        select 1 from documents own where own.tenant = ${tenant} and own.url = d.url)))
    order by bm25(documents_search, 5.0, 1.0), d.id
    limit ${limit}`.execute(db)
  return rows
}

/** Every word goes into quotes, so that none of them can be read as an operator of the index. */
function toMatch(query: SearchQuery): string {
  if (query.kind === 'term') return `"${query.words.join(' ')}"`
  if (query.kind === 'or') return `(${query.any.map(toMatch).join(' OR ')})`
  const all = query.all.map(toMatch).join(' AND ')
  if (query.none.length === 0) return `(${all})`
  return `((${all}) NOT (${query.none.map(toMatch).join(' OR ')}))`
}
