import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { isSqliteError, toSqliteError } from '../storage/sqlite-file.ts'
import type { JobRecord, JobStore } from './job.ts'
import { type DueJobs, type JobRows, RowJobStore } from './row-job-store.ts'

/** What a store of jobs in a SQLite file is made with. */
export interface SqliteJobOptions {
  /** The file, made where there is none. Processes of one machine may share it. */
  readonly path: string
  /** Most jobs, ended ones included. Default `100_000`. */
  readonly maxJobs?: number
  /** Most jobs of one tenant. Default: `maxJobs`. */
  readonly maxJobsPerTenant?: number
  /** How long a write may wait for another process, in milliseconds; the event loop waits with it. Default `1_000`. */
  readonly busyTimeoutMs?: number
  /** The clock, in milliseconds. Default `Date.now`. */
  readonly now?: () => number
}

/** A job store that can be closed. */
export interface SqliteJobStore extends JobStore {
  /** Ends the connection. The store cannot be used afterwards. */
  close(): void
}

/**
 * Jobs in a SQLite file, for one machine. What was accepted survives a crash of the process and of the machine (WAL,
 * `synchronous = FULL`); processes that share the file share the work.
 */
export function createSqliteJobStore(options: SqliteJobOptions): SqliteJobStore {
  const {
    path,
    busyTimeoutMs = 1_000,
    maxJobs = 100_000,
    maxJobsPerTenant = maxJobs,
    now = Date.now,
  } = options
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;')
  database.exec(schema)
  const store = new RowJobStore(new SqliteJobRows(database, path), { maxJobs, maxJobsPerTenant, now })
  return Object.assign(store, { close: () => database.close() })
}

const schema = `
  CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    queue TEXT NOT NULL,
    name TEXT NOT NULL,
    tenant TEXT NOT NULL,
    key TEXT,
    priority INTEGER NOT NULL,
    claimable_at INTEGER,
    expires_at INTEGER NOT NULL,
    dead INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX IF NOT EXISTS jobs_key ON jobs (queue, key) WHERE key IS NOT NULL;
  CREATE INDEX IF NOT EXISTS jobs_claimable ON jobs (queue, claimable_at) WHERE claimable_at IS NOT NULL;
  CREATE INDEX IF NOT EXISTS jobs_expiry ON jobs (expires_at);
  CREATE INDEX IF NOT EXISTS jobs_tenant ON jobs (tenant);
  CREATE TABLE IF NOT EXISTS job_turns (tenant TEXT PRIMARY KEY, turn INTEGER NOT NULL) STRICT;
`

const isOpen = `(record ->> '$.status' IN ('working', 'input_required'))`

const queries = {
  find: 'SELECT record FROM jobs WHERE id = :id',
  findByKey: 'SELECT record FROM jobs WHERE queue = :queue AND key = :key',
  write: `INSERT INTO jobs (id, queue, name, tenant, key, priority, claimable_at, expires_at, dead, record)
    VALUES (:id, :queue, :name, :tenant, :key, :priority, :claimableAt, :expiresAt, :dead, :record)
    ON CONFLICT (id) DO UPDATE SET claimable_at = excluded.claimable_at, expires_at = excluded.expires_at,
    dead = excluded.dead, record = excluded.record`,
  pick: `SELECT record FROM jobs LEFT JOIN job_turns USING (tenant)
    WHERE queue = :queue AND claimable_at <= :now AND expires_at > :now
    AND name IN (SELECT value FROM json_each(:names))
    ORDER BY priority DESC, coalesce(turn, 0), number LIMIT 1`,
  noteTurn: `INSERT INTO job_turns VALUES (:tenant, (SELECT coalesce(max(turn), 0) + 1 FROM job_turns))
    ON CONFLICT (tenant) DO UPDATE SET turn = excluded.turn`,
  listDead: `SELECT record FROM jobs WHERE queue = :queue AND dead = 1 AND expires_at > :now
    ORDER BY number LIMIT :limit`,
  count: 'SELECT count(*) AS count FROM jobs',
  countTenant: 'SELECT count(*) AS count FROM jobs WHERE tenant = :tenant',
  countDue: `SELECT count(*) AS count FROM jobs WHERE queue = :queue AND claimable_at <= :now
    AND expires_at > :now`,
  countDead: 'SELECT count(*) AS count FROM jobs WHERE queue = :queue AND dead = 1 AND expires_at > :now',
  listOverdue: `SELECT record FROM jobs WHERE expires_at <= :now AND ${isOpen} ORDER BY expires_at LIMIT :limit`,
  removeOver: `DELETE FROM jobs WHERE number IN
    (SELECT number FROM jobs WHERE expires_at <= :now AND NOT ${isOpen} LIMIT :limit)`,
  forgetTurns: 'DELETE FROM job_turns WHERE tenant NOT IN (SELECT tenant FROM jobs)',
  remove: 'DELETE FROM jobs WHERE id = :id',
} as const

class SqliteJobRows implements JobRows {
  private readonly database: DatabaseSync
  private readonly path: string
  private readonly statements: Readonly<Record<keyof typeof queries, StatementSync>>

  constructor(database: DatabaseSync, path: string) {
    this.database = database
    this.path = path
    this.statements = prepareAll(database)
  }

  atomically<T>(change: () => T): T {
    try {
      this.database.exec('BEGIN IMMEDIATE')
      const value = change()
      this.database.exec('COMMIT')
      return value
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK')
      throw isSqliteError(error) ? toSqliteError(this.path, error) : error
    }
  }

  find(id: string): JobRecord | undefined {
    return toRecord(this.statements.find.get({ id }))
  }

  findByKey(queue: string, key: string): JobRecord | undefined {
    return toRecord(this.statements.findByKey.get({ queue, key }))
  }

  write(record: JobRecord): void {
    const { id, queue, name, tenant, key = null, priority, claimableAt = null, expiresAt, isDead } = record
    const row = { id, queue, name, tenant, key, priority, claimableAt, expiresAt, dead: isDead ? 1 : 0 }
    this.statements.write.run({ ...row, record: JSON.stringify(record) })
  }

  pick({ queue, names, now }: DueJobs): JobRecord | undefined {
    return toRecord(this.statements.pick.get({ queue, names: JSON.stringify(names), now }))
  }

  noteTurn(tenant: string): void {
    this.statements.noteTurn.run({ tenant })
  }

  listDead(options: { queue: string; limit: number; now: number }): readonly JobRecord[] {
    return this.statements.listDead.all({ ...options }).flatMap((row) => toRecord(row) ?? [])
  }

  count(tenant?: string): number {
    const { count, countTenant } = this.statements
    const row = tenant === undefined ? count.get() : countTenant.get({ tenant })
    return Number(row?.['count'])
  }

  countDue(queue: string, now: number): number {
    return Number(this.statements.countDue.get({ queue, now })?.['count'])
  }

  countDead(queue: string, now: number): number {
    return Number(this.statements.countDead.get({ queue, now })?.['count'])
  }

  listOverdue(options: { limit: number; now: number }): readonly JobRecord[] {
    return this.statements.listOverdue.all({ ...options }).flatMap((row) => toRecord(row) ?? [])
  }

  removeOver(options: { limit: number; now: number }): number {
    const { changes } = this.statements.removeOver.run({ ...options })
    if (changes > 0) this.statements.forgetTurns.run()
    return Number(changes)
  }

  remove(id: string): void {
    this.statements.remove.run({ id })
  }
}

function toRecord(row: Record<string, unknown> | undefined): JobRecord | undefined {
  return row === undefined ? undefined : (JSON.parse(String(row['record'])) as JobRecord)
}

function prepareAll(database: DatabaseSync): Record<keyof typeof queries, StatementSync> {
  const entries = Object.entries(queries).map(([name, sql]) => [name, database.prepare(sql)] as const)
  return Object.fromEntries(entries) as Record<keyof typeof queries, StatementSync>
}
