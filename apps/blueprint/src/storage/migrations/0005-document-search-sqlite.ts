import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** A full-text index that holds no text of its own and follows `documents` through triggers. */
export const documentSearchSqlite: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql`create virtual table documents_search using fts5(
      title, body, content='documents', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2'
    )`.execute(db)
    await sql`create trigger documents_search_insert after insert on documents begin
      insert into documents_search (rowid, title, body) values (new.id, new.title, new.body);
    end`.execute(db)
    await sql`create trigger documents_search_delete after delete on documents begin
      insert into documents_search (documents_search, rowid, title, body)
      values ('delete', old.id, old.title, old.body);
    end`.execute(db)
    await sql`create trigger documents_search_update after update on documents begin
      insert into documents_search (documents_search, rowid, title, body)
      values ('delete', old.id, old.title, old.body);
      insert into documents_search (rowid, title, body) values (new.id, new.title, new.body);
    end`.execute(db)
  },
}
