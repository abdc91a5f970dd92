import type { CacheStore } from './cache.ts'
import type { KeptResultStore } from './kept-result.ts'
import { clock, type PostgresDatabase, type Row } from './postgres-pool.ts'
import { toStoreKey } from './store-key.ts'

/** A cache in Postgres. */
export class PostgresCacheStore implements CacheStore {
  private readonly database: PostgresDatabase
  private readonly maxTextChars: number
  private readonly statements: { readonly get: string; readonly set: string }

  constructor(database: PostgresDatabase, options: { maxTextChars: number }) {
    this.database = database
    this.maxTextChars = options.maxTextChars
    const table = `${database.schema}.cache`
    this.statements = {
      get: `WITH ${clock} SELECT text FROM ${table}, clock WHERE key = $2 AND expires_at > now`,
      set: `WITH ${clock}
        INSERT INTO ${table} (key, text, expires_at) SELECT $2, $3, now + $4::double precision FROM clock
        ON CONFLICT (key) DO UPDATE SET text = EXCLUDED.text, expires_at = EXCLUDED.expires_at`,
    }
  }

  async get(key: string): Promise<string | undefined> {
    return toText(await this.database.find(this.statements.get, [toStoreKey(key)]))
  }

  async set(key: string, text: string, ttlMs: number): Promise<void> {
    const isTooLarge = text.length > this.maxTextChars
    // A text that may not be kept still takes the place of an older one.
    const values = isTooLarge ? [Buffer.alloc(0), 0] : [Buffer.from(text), ttlMs]
    await this.database.find(this.statements.set, [toStoreKey(key), ...values])
  }
}

/** Kept results in Postgres. */
export class PostgresKeptResultStore implements KeptResultStore {
  private readonly database: PostgresDatabase
  private readonly options: { ttlMs: number; maxTextChars: number; createKey: () => string }
  private readonly statements: { readonly keep: string; readonly read: string }

  constructor(database: PostgresDatabase, options: PostgresKeptResultStore['options']) {
    this.database = database
    this.options = options
    const table = `${database.schema}.results`
    this.statements = {
      keep: `WITH ${clock} INSERT INTO ${table} (id, owner, text, expires_at)
        SELECT $2, $3, $4, now + $5::double precision FROM clock`,
      read: `WITH ${clock} SELECT text FROM ${table}, clock WHERE id = $2 AND owner = $3 AND expires_at > now`,
    }
  }

  async keep(owner: string, text: string): Promise<string> {
    const { createKey, maxTextChars, ttlMs } = this.options
    const id = createKey()
    if (text.length > maxTextChars) return id
    const values = [toStoreKey(id), Buffer.from(owner), Buffer.from(text), ttlMs]
    await this.database.find(this.statements.keep, values)
    return id
  }

  async read(owner: string, id: string): Promise<string | undefined> {
    return toText(await this.database.find(this.statements.read, [toStoreKey(id), Buffer.from(owner)]))
  }
}

function toText(row: Row | undefined): string | undefined {
  return row === undefined ? undefined : String(row['text'])
}
