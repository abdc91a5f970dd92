import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { StoreError } from './store-error.ts'

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
  private readonly database: DatabaseSync
  private readonly sweeps: (() => void)[] = []
  private writes = 0

  constructor(options: SqliteFileOptions) {
    this.now = options.now
    this.database = run(() => new DatabaseSync(options.path, { timeout: options.busyTimeoutMs }))
    this.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = ${options.synchronous};`)
  }

  exec(text: string): void {
    run(() => this.database.exec(text))
  }

  prepare(text: string): SqliteStatement {
    return new SqliteStatement(run(() => this.database.prepare(text)))
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

/** A prepared statement whose errors name SQLite. */
export class SqliteStatement {
  private readonly statement: StatementSync

  constructor(statement: StatementSync) {
    this.statement = statement
  }

  get(values: Readonly<Record<string, Value>>): Readonly<Record<string, unknown>> | undefined {
    return run(() => this.statement.get(values))
  }

  all(values: Readonly<Record<string, Value>>): readonly Readonly<Record<string, unknown>>[] {
    return run(() => this.statement.all(values))
  }

  /** How many rows it changed. */
  run(values: Readonly<Record<string, Value>>): number {
    return Number(run(() => this.statement.run(values)).changes)
  }
}

function run<T>(ask: () => T): T {
  try {
    return ask()
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StoreError('SQLite', `failed: ${reason}`, { cause })
  }
}
