import { type Kysely, sql } from 'kysely'
import type { DocumentQuestion, SearchHit } from '../documents/documents.service.ts'
import type { SearchQuery } from '../documents/search-query.ts'
import type { Tables } from './tables.ts'

/**
 * Searches with SQLite's full-text index. A word of the title counts as much as five of the text. A tenant's own copy
 * of a shared document hides the shared one: it is the newer of the two.
 */
export async function searchSqlite(
  db: Kysely<Tables>,
  { tenant, query, limit, category }: DocumentQuestion,
): Promise<SearchHit[]> {
  const isInCategory = category === undefined ? sql`true` : sql`d.category = ${category}`
  const { rows } = await sql<SearchHit>`
    select d.title, d.url, d.category,
      snippet(documents_search, 1, '**', '**', '…', 32) as snippet,
      round(-bm25(documents_search, 5.0, 1.0), 4) as score
    from documents_search join documents d on d.id = documents_search.rowid
    where documents_search match ${toMatch(query)} and ${isInCategory}
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
