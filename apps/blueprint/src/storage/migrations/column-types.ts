import { type RawBuilder, sql } from 'kysely'
import type { DialectName } from '../migrate.ts'

/** A primary key that the database counts up. SQLite counts an "integer primary key" by itself. */
export function toCountedKey(dialect: DialectName): 'integer' | 'bigserial' {
  return dialect === 'sqlite' ? 'integer' : 'bigserial'
}

/** Text that is compared by its bytes, as SQLite always does: the order of pages depends on no locale. */
export function toOrderedText(dialect: DialectName, length: number): RawBuilder<unknown> {
  const collation = dialect === 'sqlite' ? sql`` : sql` collate "C"`
  return sql`varchar(${sql.lit(length)})${collation}`
}
