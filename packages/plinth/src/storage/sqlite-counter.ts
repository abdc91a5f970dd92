import type { Bucket, CounterStore } from './counter.ts'
import type { SqliteFile, SqliteStatement } from './sqlite-file.ts'

const schema = `CREATE TABLE IF NOT EXISTS counters (
  key TEXT PRIMARY KEY, full_at REAL NOT NULL
) STRICT, WITHOUT ROWID`

// The row holds the time at which its bucket will be full again.
const taken = 'max(counters.full_at, :now) + :cost'
const takeText = `INSERT INTO counters (key, full_at)
  SELECT :key, :now + :cost WHERE :cost - :room <= :slack
  ON CONFLICT (key) DO UPDATE SET full_at = ${taken} WHERE ${taken} - :room - :now <= :slack
  RETURNING full_at`

/** Counters in a SQLite file, exact for all processes of the machine that share it. */
export class SqliteCounterStore implements CounterStore {
  private readonly file: SqliteFile
  private readonly statements: Readonly<Record<'take' | 'read', SqliteStatement>>

  constructor(file: SqliteFile) {
    file.exec(schema)
    this.file = file
    this.statements = {
      take: file.prepare(takeText),
      read: file.prepare('SELECT full_at FROM counters WHERE key = :key'),
    }
    const expire = file.prepare('DELETE FROM counters WHERE full_at <= :now')
    file.onSweep(() => expire.run({ now: file.now() }))
  }

  take(key: string, { limit, windowMs, burst }: Bucket, cost: number): number {
    const now = this.file.now()
    this.file.countWrite()
    const unitMs = windowMs / limit
    const values = { now, cost: cost * unitMs, room: burst * unitMs }
    const slack = Math.min(0.01, unitMs / 2)
    if (this.statements.take.get({ key, ...values, slack }) !== undefined) return 0
    const fullAt = Number(this.statements.read.get({ key })?.['full_at'] ?? 0)
    const wait = Math.max(fullAt, now) + values.cost - values.room - now
    // Another process may have given way between the two statements.
    return wait > slack ? wait : unitMs
  }
}
