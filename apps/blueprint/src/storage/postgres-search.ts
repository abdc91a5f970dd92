import { type Kysely, type RawBuilder, sql } from 'kysely'
import type { DocumentQuestion, SearchHit } from '../documents/documents.service.ts'
import type { SearchQuery } from '../documents/search-query.ts'
import type { Tables } from './tables.ts'

/** How many characters of a text are looked through for a snippet. */
const SNIPPET_CHARACTERS = 200_000

const SNIPPET_OPTIONS = 'StartSel=**, StopSel=**, MinWords=12, MaxWords=32'

/**
 * Searches with the full-text index of Postgres. A word of the title counts as much as five of the text. A tenant's
 * own copy of a shared document hides the shared one: it is the newer of the two.
 */
export async function searchPostgres(
  db: Kysely<Tables>,
  { tenant, query, limit, category }: DocumentQuestion,
): Promise<SearchHit[]> {
  const isInCategory = category === undefined ? sql`true` : sql`d.category = ${category}`
  // Snippets are made for the rows that are shown only.
  const { rows } = await sql<SearchHit>`
    with asked as (select ${toTsQuery(query)} as words),
    best as (
      select d.title, d.url, d.category, d.body, d.id,
        ts_rank('{0, 0, 0.2, 1}', d.search, asked.words, 1) as rank
      from documents d, asked
      where d.search @@ asked.words and ${isInCategory}
        and (d.tenant = ${tenant} or (d.tenant is null and not exists (
          select 1 from documents own where own.tenant = ${tenant} and own.url = d.url)))
      order by rank desc, d.id
      limit ${limit}
    )
    select best.title, best.url, best.category, round(best.rank::numeric, 4)::float8 as score,
      ts_headline('words', left(best.body, ${SNIPPET_CHARACTERS}), asked.words, ${SNIPPET_OPTIONS}) as snippet
    from best, asked
    order by best.rank desc, best.id`.execute(db)
  return rows
}

/** Every word goes in as a parameter, so that none of them can be read as an operator of the index. */
function toTsQuery(query: SearchQuery): RawBuilder<unknown> {
  if (query.kind === 'term') return sql`phraseto_tsquery('words', to_words(${query.words.join(' ')}))`
  if (query.kind === 'or') return sql`(${sql.join(query.any.map(toTsQuery), sql` || `)})`
  const parts = [...query.all.map(toTsQuery), ...query.none.map((one) => sql`!!${toTsQuery(one)}`)]
  return sql`(${sql.join(parts, sql` && `)})`
}
