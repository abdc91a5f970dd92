import type { DocumentStore, DocumentWrite, StoredDocument } from './document.ts'
import { clock, type PostgresDatabase, type Row } from './postgres-pool.ts'
import { toStoreKey } from './store-key.ts'

/**
 * Documents in Postgres, each kept for its whole time. A document that is gone leaves its row for a while: so a later
 * one waits for that row, and only then takes the next version.
 */
export class PostgresDocumentStore implements DocumentStore {
  private readonly database: PostgresDatabase
  private readonly statements: Readonly<Record<'get' | 'replace' | 'create' | 'change' | 'delete', string>>

  constructor(database: PostgresDatabase) {
    this.database = database
    this.statements = createStatements(database.schema)
  }

  async get(key: string): Promise<StoredDocument | undefined> {
    const row = await this.database.find(this.statements.get, [toStoreKey(key)])
    return row === undefined ? undefined : { value: String(row['value']), version: Number(row['version']) }
  }

  async set(key: string, value: string, write: DocumentWrite): Promise<number | undefined> {
    return toVersion(await this.write([toStoreKey(key), Buffer.from(value), write.ttlMs], write.ifVersion))
  }

  async delete(key: string, { ifVersion = null }: { ifVersion?: number | null } = {}): Promise<boolean> {
    const row = await this.database.find(this.statements.delete, [toStoreKey(key), ifVersion])
    return row !== undefined
  }

  private write(values: unknown[], ifVersion: number | undefined): Promise<Row | undefined> {
    if (ifVersion === undefined) return this.database.find(this.statements.replace, values)
    if (ifVersion === 0) return this.database.find(this.statements.create, values)
    return this.database.find(this.statements.change, [...values, ifVersion])
  }
}

function createStatements(schema: string): PostgresDocumentStore['statements'] {
  const table = `${schema}.documents`
  const next = `nextval('${schema}.versions')`
  const insert = `WITH ${clock}
    INSERT INTO ${table} AS document (key, version, value, expires_at)
    SELECT $2, ${next}, $3, now + $4::double precision FROM clock
    ON CONFLICT (key) DO UPDATE
    SET version = ${next}, value = EXCLUDED.value, expires_at = EXCLUDED.expires_at`
  return {
    get: `WITH ${clock} SELECT value, version FROM ${table}, clock
      WHERE key = $2 AND expires_at > now`,
    replace: `${insert} RETURNING version`,
    create: `${insert} WHERE document.expires_at <= (SELECT now FROM clock) RETURNING version`,
    change: `WITH ${clock} UPDATE ${table}
      SET version = ${next}, value = $3, expires_at = now + $4::double precision FROM clock
      WHERE key = $2 AND version = $5::bigint AND expires_at > now RETURNING version`,
    delete: `WITH ${clock} UPDATE ${table} SET expires_at = now, value = '' FROM clock
      WHERE key = $2 AND expires_at > now AND version = coalesce($3::bigint, version) RETURNING version`,
  }
}

function toVersion(row: Row | undefined): number | undefined {
  return row === undefined ? undefined : Number(row['version'])
}
