import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { StoreError } from './store-error.ts'
import { areStatementsWatched, type Statement, traceStatement } from './trace-statement.ts'

export interface SqliteFileOptions {
  readonly path: string
  readonly busyTimeoutMs: number
  /** `FULL` keeps every write when the machine crashes, `NORMAL` when the process does. */
  readonly synchronous: 'FULL' | 'NORMAL'
  readonly now: () => number
}

/** Writes between two looks for what has expired. */
const sweepEvery = 1_000

/** A connection to a SQLite file that several processes may share. */
export class SqliteFile {
  readonly now: () => number
  private readonly path: string
  private readonly database: DatabaseSync
  private readonly sweeps: (() => void)[] = []
  private writes = 0

  constructor(options: SqliteFileOptions) {
    this.now = options.now
    this.path = options.path
    this.database = run(
      options.path,
      () => new DatabaseSync(options.path, { timeout: options.busyTimeoutMs }),
    )
    this.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${options.synchronous};`)
  }

  exec(text: string): void {
    run(this.path, () => this.database.exec(text))
  }

  prepare(text: string): SqliteStatement {
    const { path } = this
    return new SqliteStatement(text, { path, statement: run(path, () => this.database.prepare(text)) })
  }

  /** Runs statements as one, which no other connection can come between. */
  transact<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE')
    try {
      const value = work()
      this.exec('COMMIT')
      return value
    } catch (error) {
      if (this.database.isTransaction) this.exec('ROLLBACK')
      throw error
    }
  }

  /** Adds what takes away expired rows of a table. */
  onSweep(sweep: () => void): void {
    this.sweeps.push(sweep)
  }

  /** Counts a write. Once in a thousand it sweeps. */
  countWrite(): void {
    this.writes = (this.writes + 1) % sweepEvery
    if (this.writes === 0) for (const sweep of this.sweeps) sweep()
  }

  close(): void {
    if (this.database.isOpen) this.database.close()
  }
}

type Value = string | number | null

/** A prepared statement whose errors name SQLite and the file. */
export class SqliteStatement {
  private readonly described: Statement
  private readonly path: string
  private readonly statement: StatementSync

  constructor(text: string, { path, statement }: { path: string; statement: StatementSync }) {
    this.described = { system: 'sqlite', text }
    this.path = path
    this.statement = statement
  }

  get(values: Readonly<Record<string, Value>>): Readonly<Record<string, unknown>> | undefined {
    return this.ask(() => this.statement.get(values))
  }

  all(values: Readonly<Record<string, Value>>): readonly Readonly<Record<string, unknown>>[] {
    return this.ask(() => this.statement.all(values))
  }

  /** How many rows it changed. */
  run(values: Readonly<Record<string, Value>>): number {
    return Number(this.ask(() => this.statement.run(values)).changes)
  }

  private ask<T>(ask: () => T): T {
    const { path } = this
    return areStatementsWatched() ? traceStatement(this.described, () => run(path, ask)) : run(path, ask)
  }
}

function run<T>(path: string, ask: () => T): T {
  try {
    return ask()
  } catch (cause) {
    throw toSqliteError(path, cause)
  }
}

/** SQLITE_FULL, and SQLITE_IOERR_WRITE, which is what a quota of the process ends in (sqlite.org/rescode.html). */
const noRoom: ReadonlySet<unknown> = new Set([13, 778])

/** Whether SQLite threw this, and not somebody who used it. */
export function isSqliteError(cause: unknown): boolean {
  return cause instanceof Error && 'errcode' in cause
}

/** What a connection to a file threw, with the file and what can be done. */
export function toSqliteError(path: string, cause: unknown): StoreError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  const fix = noRoom.has((cause as { errcode?: unknown } | null)?.errcode) ? ' Make room on its disk.' : ''
  return new StoreError('SQLite', `failed: ${reason} ("${path}").${fix}`, { cause })
}
