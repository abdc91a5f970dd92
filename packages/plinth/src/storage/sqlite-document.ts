import type { DocumentStore, DocumentWrite, StoredDocument } from './document.ts'
import { SqliteFile, type SqliteStatement } from './sqlite-file.ts'

export interface SqliteDocumentOptions {
  /** The file, made where there is none. Processes of one machine may share it. */
  readonly path: string
  /** Most documents, roughly. Default `1_000_000`. */
  readonly maxKeys?: number
  /** How long a write may wait for another process, in milliseconds; the event loop waits with it. Default `1_000`. */
  readonly busyTimeoutMs?: number
  /** The clock, in milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

// The version is the row's own number, and AUTOINCREMENT never gives a number twice: to write is to take a new row.
const schema = `
  CREATE TABLE IF NOT EXISTS documents (
    version INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    value TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    pinned INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS documents_expiry ON documents (expires_at);
`

const write = 'INSERT OR REPLACE INTO documents (key, value, expires_at, pinned)'
const isLive = 'SELECT 1 FROM documents WHERE key = :key AND expires_at > :now'

/**
 * Documents in a SQLite file, for one machine. What was written survives a crash of the process and of the machine
 * (WAL, `synchronous = FULL`).
 */
export class SqliteDocumentStore implements DocumentStore {
  private readonly file: SqliteFile
  private readonly maxKeys: number
  private readonly statements: Readonly<Record<keyof typeof queries, SqliteStatement>>

  constructor(options: SqliteDocumentOptions) {
    const { path, maxKeys = 1_000_000, busyTimeoutMs = 1_000, now = Date.now } = options
    this.maxKeys = maxKeys
    this.file = new SqliteFile({ path, busyTimeoutMs, synchronous: 'FULL', now })
    this.file.exec(schema)
    this.file.onSweep(() => this.sweep())
    this.statements = prepareAll(this.file)
  }

  get(key: string): StoredDocument | undefined {
    const row = this.statements.get.get({ key, now: this.file.now() })
    return row === undefined ? undefined : { value: String(row['value']), version: Number(row['version']) }
  }

  set(key: string, value: string, { ifVersion, ttlMs, isPinned }: DocumentWrite): number | undefined {
    this.file.countWrite()
    const now = this.file.now()
    const values = { key, value, expiresAt: now + ttlMs, pinned: isPinned === true ? 1 : 0 }
    return toVersion(this.run(values, ifVersion, now))
  }

  delete(key: string, options: { ifVersion?: number } = {}): boolean {
    const { ifVersion = null } = options
    return this.statements.delete.run({ key, ifVersion, now: this.file.now() }) > 0
  }

  /** Ends the connection. The store cannot be used afterwards. */
  close(): void {
    this.file.close()
  }

  private run(values: Record<string, string | number>, ifVersion: number | undefined, now: number): unknown {
    if (ifVersion === undefined) return this.statements.replace.get(values)
    if (ifVersion === 0) return this.statements.create.get({ ...values, now })
    return this.statements.change.get({ ...values, now, ifVersion })
  }

  private sweep(): void {
    this.statements.expire.run({ now: this.file.now() })
    this.statements.evict.run({ maxKeys: this.maxKeys })
  }
}

const queries = {
  get: 'SELECT value, version FROM documents WHERE key = :key AND expires_at > :now',
  replace: `${write} VALUES (:key, :value, :expiresAt, :pinned) RETURNING version`,
  create: `${write} SELECT :key, :value, :expiresAt, :pinned WHERE NOT EXISTS (${isLive}) RETURNING version`,
  change: `${write} SELECT :key, :value, :expiresAt, :pinned
    WHERE EXISTS (${isLive} AND version = :ifVersion) RETURNING version`,
  delete: `DELETE FROM documents WHERE key = :key AND expires_at > :now
    AND version = coalesce(:ifVersion, version)`,
  expire: 'DELETE FROM documents WHERE expires_at <= :now',
  evict: `DELETE FROM documents WHERE version IN (SELECT version FROM documents WHERE pinned = 0 ORDER BY version
    LIMIT max(0, (SELECT count(*) FROM documents) - :maxKeys))`,
} as const

function prepareAll(file: SqliteFile): Record<keyof typeof queries, SqliteStatement> {
  const entries = Object.entries(queries).map(([name, sql]) => [name, file.prepare(sql)] as const)
  return Object.fromEntries(entries) as Record<keyof typeof queries, SqliteStatement>
}

function toVersion(row: unknown): number | undefined {
  if (row === undefined) return undefined
  return Number((row as { version: number | bigint }).version)
}
