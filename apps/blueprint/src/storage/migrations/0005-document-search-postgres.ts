import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/**
 * A full-text index that follows `documents` through a trigger. It reads texts as SQLite's does: words end at whatever
 * is neither letter nor digit, accents do not count, forms of a word are one word, and no word is too common.
 */
export const documentSearchPostgres: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create text search dictionary porter_stem (template = snowball, language = porter)`.execute(db)
    await sql`create text search configuration words (copy = simple)`.execute(db)
    await sql`alter text search configuration words
      alter mapping for asciiword, word, numword, asciihword, hword, numhword, hword_asciipart, hword_part
      with porter_stem`.execute(db)
    await createWordsFunction(db)
    await createTrigger(db)
    await sql`create index documents_search on documents using gin (search)`.execute(db)
  },
}

/** Combining accents, once letters are taken apart. */
const MARKS = '[\\u0300-\\u036f]+'

/** Everything in ASCII, Latin-1 and the general and CJK punctuation that is neither letter nor digit. */
const SEPARATORS =
  '[\\u0001-/:-@\\[-`{-\\u00a9\\u00ab-\\u00b4\\u00b6-\\u00b9\\u00bb-\\u00bf\\u2000-\\u206f\\u3000-\\u3004]+'

/** Without marks and punctuation, the parser finds nothing but words: no host names, paths or e-mail addresses. */
async function createWordsFunction(db: Kysely<unknown>): Promise<void> {
  await sql`create function to_words(text) returns text language sql immutable strict parallel safe as $$
    select regexp_replace(
      regexp_replace(normalize($1, nfd), ${sql.lit(MARKS)}, '', 'g'), ${sql.lit(SEPARATORS)}, ' ', 'g')
    $$`.execute(db)
}

/** Postgres keeps at most 1 MB of words of one document; of one with more, the first 250,000 characters are found. */
async function createTrigger(db: Kysely<unknown>): Promise<void> {
  await sql`alter table documents add column search tsvector not null default ''`.execute(db)
  await sql`create function index_document() returns trigger language plpgsql set search_path from current as $$
    declare title tsvector := setweight(to_tsvector('words', to_words(new.title)), 'A');
    begin
      begin
        new.search := title || setweight(to_tsvector('words', to_words(new.body)), 'B');
      exception when program_limit_exceeded then
        new.search := title || setweight(to_tsvector('words', to_words(left(new.body, 250000))), 'B');
      end;
      return new;
    end $$`.execute(db)
  await sql`create trigger documents_search_update before insert or update of title, body on documents
    for each row execute function index_document()`.execute(db)
}
