import {
  type EventLogBounds,
  type EventLogContent,
  type EventLogHead,
  type EventLogOpening,
  type EventLogStore,
  type EventLogWrite,
  measureTexts,
} from './event-log.ts'
import type { SqliteFile, SqliteStatement } from './sqlite-file.ts'

const schema = `
  CREATE TABLE IF NOT EXISTS event_logs (
    key TEXT PRIMARY KEY, owner TEXT NOT NULL, meta TEXT NOT NULL,
    producer INTEGER NOT NULL, reader INTEGER NOT NULL, next INTEGER NOT NULL, chars INTEGER NOT NULL,
    is_finished INTEGER NOT NULL, lease_until REAL NOT NULL, expires_at REAL NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS event_logs_expiry ON event_logs (expires_at);
  CREATE TABLE IF NOT EXISTS events (
    key TEXT NOT NULL, sequence INTEGER NOT NULL, before INTEGER NOT NULL, text TEXT NOT NULL,
    PRIMARY KEY (key, sequence)
  ) STRICT, WITHOUT ROWID;
`

const isExpired = 'SELECT key FROM event_logs WHERE expires_at <= :now'
const isSurplus = `SELECT key FROM event_logs ORDER BY expires_at
  LIMIT max(0, (SELECT count(*) FROM event_logs) - :maxKeys)`

const queries = {
  find: 'SELECT * FROM event_logs WHERE key = :key AND expires_at > :now',
  create: `INSERT OR REPLACE INTO event_logs
    (key, owner, meta, producer, reader, next, chars, is_finished, lease_until, expires_at)
    VALUES (:key, :owner, :meta, :number, 0, 0, 0, 0, :leaseUntil, :expiresAt)`,
  reopen: `UPDATE event_logs SET producer = max(producer + 1, :number), is_finished = 0, lease_until = :leaseUntil,
    expires_at = :expiresAt WHERE key = :key`,
  write: `UPDATE event_logs SET next = :next, chars = :chars, is_finished = :isFinished,
    lease_until = :leaseUntil, expires_at = :expiresAt WHERE key = :key`,
  add: 'INSERT INTO events (key, sequence, before, text) VALUES (:key, :sequence, :before, :text)',
  trim: 'DELETE FROM events WHERE key = :key AND sequence < :newest AND (sequence < :oldest OR before < :from)',
  clear: 'DELETE FROM events WHERE key = :key',
  claim: 'UPDATE event_logs SET reader = max(reader + 1, :number) WHERE key = :key',
  read: `SELECT event_logs.*, events.sequence, events.text FROM event_logs
    LEFT JOIN events ON events.key = event_logs.key AND events.sequence > :after
    WHERE event_logs.key = :key AND owner = :owner AND expires_at > :now ORDER BY events.sequence`,
  expireEvents: `DELETE FROM events WHERE key IN (${isExpired})`,
  expire: `DELETE FROM event_logs WHERE key IN (${isExpired})`,
  evictEvents: `DELETE FROM events WHERE key IN (${isSurplus})`,
  evict: `DELETE FROM event_logs WHERE key IN (${isSurplus})`,
} as const

type Row = Readonly<Record<string, unknown>>

/** Event logs in a SQLite file. */
export class SqliteEventLogStore implements EventLogStore {
  readonly bounds: EventLogBounds
  private readonly file: SqliteFile
  private readonly maxKeys: number
  private readonly statements: Readonly<Record<keyof typeof queries, SqliteStatement>>

  constructor(file: SqliteFile, options: { bounds: EventLogBounds; maxKeys: number }) {
    file.exec(schema)
    this.file = file
    this.bounds = options.bounds
    this.maxKeys = options.maxKeys
    const entries = Object.entries(queries).map(([name, sql]) => [name, file.prepare(sql)] as const)
    this.statements = Object.fromEntries(entries) as SqliteEventLogStore['statements']
    file.onSweep(() => this.sweep())
  }

  open(key: string, { owner, meta, ifSilent = false }: EventLogOpening): EventLogHead | undefined {
    return this.change(() => {
      const known = this.find(key)
      if (known !== undefined && known['owner'] !== owner) return undefined
      if (known === undefined) {
        if (ifSilent) return undefined
        this.statements.clear.run({ key })
        this.statements.create.run({ key, owner, meta, number: this.toNumber(), ...this.renewed() })
      } else {
        if (ifSilent && !this.toHead(known).isSilent) return undefined
        this.statements.reopen.run({ key, number: this.toNumber(), ...this.renewed() })
      }
      return this.findHead(key)
    })
  }

  append(key: string, write: EventLogWrite): EventLogHead | undefined {
    return this.change(() => {
      const known = this.find(key)
      const isCurrent = known?.['producer'] === write.producer && known['is_finished'] === 0
      if (known !== undefined && isCurrent) this.write(key, known, write)
      return this.findHead(key)
    })
  }

  claim(key: string, owner: string): EventLogHead | undefined {
    return this.change(() => {
      if (this.find(key)?.['owner'] !== owner) return undefined
      this.statements.claim.run({ key, number: this.toNumber() })
      return this.findHead(key)
    })
  }

  read(key: string, { owner, after }: { owner: string; after: number }): EventLogContent | undefined {
    const rows = this.statements.read.all({ key, owner, after, now: this.file.now() })
    const [first] = rows
    if (first === undefined) return undefined
    const found = rows.filter(({ sequence }) => sequence !== null)
    const events = found.map(({ sequence, text }) => ({ sequence: Number(sequence), text: String(text) }))
    return { head: this.toHead(first), meta: String(first['meta']), events }
  }

  private change<T>(work: () => T): T {
    this.file.countWrite()
    return this.file.transact(work)
  }

  private write(key: string, known: Row, write: EventLogWrite): void {
    const { maxEvents, maxChars } = this.bounds
    const before = { next: Number(known['next']), chars: Number(known['chars']) }
    const added = measureTexts(write, before)
    const next = (added.at(-1)?.sequence ?? before.next - 1) + 1
    const chars = added.reduce((total, { text }) => total + text.length, before.chars)
    for (const one of added) this.statements.add.run({ key, ...one })
    const isFinished = write.isFinal === true ? 1 : 0
    this.statements.write.run({ key, next, chars, isFinished, ...this.renewed() })
    this.statements.trim.run({ key, newest: next - 1, oldest: next - maxEvents, from: chars - maxChars })
  }

  private find(key: string): Row | undefined {
    return this.statements.find.get({ key, now: this.file.now() })
  }

  private findHead(key: string): EventLogHead | undefined {
    const row = this.find(key)
    return row === undefined ? undefined : this.toHead(row)
  }

  private toNumber(): number {
    return Math.floor(this.file.now())
  }

  private renewed(): { leaseUntil: number; expiresAt: number } {
    const now = this.file.now()
    return { leaseUntil: now + this.bounds.leaseMs, expiresAt: now + this.bounds.ttlMs }
  }

  private toHead(row: Row): EventLogHead {
    const isFinished = row['is_finished'] === 1
    const isSilent = !isFinished && Number(row['lease_until']) <= this.file.now()
    const [producer, reader, next] = [row['producer'], row['reader'], row['next']].map(Number)
    return { producer: producer ?? 0, reader: reader ?? 0, next: next ?? 0, isFinished, isSilent }
  }

  private sweep(): void {
    const now = this.file.now()
    const { maxKeys } = this
    this.statements.expireEvents.run({ now })
    this.statements.expire.run({ now })
    this.statements.evictEvents.run({ maxKeys })
    this.statements.evict.run({ maxKeys })
  }
}
