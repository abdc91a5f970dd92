import type { Kysely } from 'kysely'
import type { Pool } from 'pg'
import type { DocumentQuestion, SearchHit } from '../documents/documents.service.ts'
import type { StorageFullError } from './storage-full-error.ts'
import type { Tables } from './tables.ts'

/** An open database, with what SQLite and Postgres do each in their own way. */
export interface OpenDatabase {
  /** Reads and writes. */
  db: Kysely<Tables>
  /** Can only read: handles of their own, which the database itself keeps from writing. */
  readOnlyDb: Kysely<Tables>
  /** The documents that answer a question best, the best first. */
  searchDocuments(question: DocumentQuestion): Promise<SearchHit[]>
  /** The columns of a table, empty when there is no such table. */
  listColumns(schema: string, table: string): Promise<Column[]>
  /** Closes every handle. Closing twice is allowed. */
  close(): Promise<void>
}

/** One column of a table. */
export interface Column {
  name: string
  /** As the database calls it. */
  type: string
  nullable: boolean
}

/** Where the SQLite files are. */
export interface SqliteFiles {
  /** What tenants own. No process that runs SQL from outside ever opens it. */
  main: string
  /** The shared sample shop. */
  public: string
  /** Roll-ups of the shop. */
  analytics: string
}

/** SQLite files in a directory. */
export interface SqliteStorage extends OpenDatabase {
  dialect: 'sqlite'
  /** The files behind the handles. */
  files: SqliteFiles
  /** Sets who hears of each statement that found no room to write. Default nobody. */
  onFull(listener: (error: StorageFullError) => void): void
}

/** A Postgres database. */
export interface PostgresStorage extends OpenDatabase {
  dialect: 'postgres'
  /** The connections behind `readOnlyDb`. */
  readOnlyPool: Pool
  /** Whether Postgres answers. */
  ping(): Promise<unknown>
}

/** Where the blueprint keeps its data. */
export type Storage = SqliteStorage | PostgresStorage
