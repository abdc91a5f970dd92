import type { CacheStore } from './cache.ts'
import type { KeptResultStore } from './kept-result.ts'
import type { SqliteFile, SqliteStatement } from './sqlite-file.ts'

export interface SqliteTextOptions {
  readonly maxTextChars: number
  /** Most rows, roughly. */
  readonly maxKeys: number
}

type Statements = Readonly<Record<'read' | 'keep' | 'expire' | 'evict', SqliteStatement>>

/** Texts with an owner and an expiry. Where there are too many, the oldest go first. */
class SqliteTexts {
  private readonly file: SqliteFile
  private readonly statements: Statements
  private readonly options: SqliteTextOptions

  constructor(file: SqliteFile, table: 'cache' | 'results', options: SqliteTextOptions) {
    file.exec(`
      CREATE TABLE IF NOT EXISTS ${table} (
        id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, text TEXT NOT NULL,
        expires_at REAL NOT NULL
      ) STRICT;
      CREATE INDEX IF NOT EXISTS ${table}_expiry ON ${table} (expires_at);
    `)
    this.file = file
    this.options = options
    this.statements = prepareTexts(file, table)
    file.onSweep(() => this.sweep())
  }

  read(owner: string, key: string): string | undefined {
    const row = this.statements.read.get({ key, owner, now: this.file.now() })
    return row === undefined ? undefined : String(row['text'])
  }

  keep(owner: string, key: string, { text, ttlMs }: { text: string; ttlMs: number }): void {
    const now = this.file.now()
    this.file.countWrite()
    const isTooLarge = text.length > this.options.maxTextChars
    // A text that may not be kept still takes the place of an older one.
    this.statements.keep.run({
      key,
      owner,
      text: isTooLarge ? '' : text,
      expiresAt: isTooLarge ? 0 : now + ttlMs,
    })
  }

  private sweep(): void {
    this.statements.expire.run({ now: this.file.now() })
    this.statements.evict.run({ maxKeys: this.options.maxKeys })
  }
}

function prepareTexts(file: SqliteFile, table: string): Statements {
  return {
    read: file.prepare(`SELECT text FROM ${table} WHERE key = :key AND owner = :owner AND expires_at > :now`),
    keep: file.prepare(`INSERT OR REPLACE INTO ${table} (key, owner, text, expires_at)
      VALUES (:key, :owner, :text, :expiresAt)`),
    expire: file.prepare(`DELETE FROM ${table} WHERE expires_at <= :now`),
    evict: file.prepare(`DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} ORDER BY id
      LIMIT max(0, (SELECT count(*) FROM ${table}) - :maxKeys))`),
  }
}

/** A cache in a SQLite file. */
export class SqliteCacheStore implements CacheStore {
  private readonly texts: SqliteTexts

  constructor(file: SqliteFile, options: SqliteTextOptions) {
    this.texts = new SqliteTexts(file, 'cache', options)
  }

  get(key: string): string | undefined {
    return this.texts.read('', key)
  }

  set(key: string, text: string, ttlMs: number): void {
    this.texts.keep('', key, { text, ttlMs })
  }
}

/** Kept results in a SQLite file. */
export class SqliteKeptResultStore implements KeptResultStore {
  private readonly texts: SqliteTexts
  private readonly ttlMs: number
  private readonly createKey: () => string

  constructor(file: SqliteFile, options: SqliteTextOptions & { ttlMs: number; createKey: () => string }) {
    this.texts = new SqliteTexts(file, 'results', options)
    this.ttlMs = options.ttlMs
    this.createKey = options.createKey
  }

  keep(owner: string, text: string): string {
    const id = this.createKey()
    this.texts.keep(owner, id, { text, ttlMs: this.ttlMs })
    return id
  }

  read(owner: string, id: string): string | undefined {
    return this.texts.read(owner, id)
  }
}
