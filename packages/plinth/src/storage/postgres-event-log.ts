import type {
  EventLogBounds,
  EventLogContent,
  EventLogHead,
  EventLogOpening,
  EventLogStore,
  EventLogWrite,
} from './event-log.ts'
import { clock, type PostgresDatabase, type Row } from './postgres-pool.ts'
import { toStoreKey } from './store-key.ts'

type Statements = Readonly<Record<'open' | 'resume' | 'append' | 'claim' | 'read', string>>

/**
 * Event logs in Postgres, in tables that are not logged: they are fast, and empty after a crash of Postgres. An event
 * carries the characters that came before it in its log, so that the oldest are found without counting.
 */
export class PostgresEventLogStore implements EventLogStore {
  readonly bounds: EventLogBounds
  private readonly database: PostgresDatabase
  private readonly statements: Statements

  constructor(database: PostgresDatabase, bounds: EventLogBounds) {
    this.database = database
    this.bounds = bounds
    this.statements = createStatements(database.schema)
  }

  async open(key: string, { owner, meta, ifSilent }: EventLogOpening): Promise<EventLogHead | undefined> {
    const values = [toStoreKey(key), Buffer.from(owner), this.bounds.leaseMs, this.bounds.ttlMs]
    if (ifSilent === true) return toHead(await this.database.find(this.statements.resume, values))
    return toHead(await this.database.find(this.statements.open, [...values, Buffer.from(meta)]))
  }

  async append(key: string, write: EventLogWrite): Promise<EventLogHead | undefined> {
    const { leaseMs, ttlMs, maxEvents, maxChars } = this.bounds
    const about = [toStoreKey(key), write.producer, write.first, write.isFinal ?? false]
    const bounds = [leaseMs, ttlMs, maxEvents, maxChars]
    const columns = [write.texts.map(({ length }) => length), write.texts.map((text) => Buffer.from(text))]
    const values = [...about, ...bounds, ...columns]
    return toHead(await this.database.find(this.statements.append, values))
  }

  async claim(key: string, owner: string): Promise<EventLogHead | undefined> {
    return toHead(await this.database.find(this.statements.claim, [toStoreKey(key), Buffer.from(owner)]))
  }

  async read(
    key: string,
    { owner, after }: { owner: string; after: number },
  ): Promise<EventLogContent | undefined> {
    const rows = await this.database.list(this.statements.read, [toStoreKey(key), Buffer.from(owner), after])
    const head = toHead(rows[0])
    if (head === undefined) return undefined
    const found = rows.filter(({ sequence }) => sequence !== null)
    const events = found.map(({ sequence, text }) => ({ sequence: Number(sequence), text: String(text) }))
    return { head, meta: String(rows[0]?.['meta']), events }
  }
}

function createStatements(schema: string): Statements {
  const logs = `${schema}.event_logs`
  const events = `${schema}.events`
  const columns = 'log.producer, log.reader, log.next, log.is_finished, log.lease_until'
  const head = (from: string) =>
    `SELECT producer, reader, next, is_finished, lease_until <= now AS is_late FROM ${from}, clock`
  const renewed = (lease: string, ttl: string) =>
    `lease_until = now + ${lease}::double precision, expires_at = now + ${ttl}::double precision`
  return {
    // A log whose time is over goes on with its numbers as another one: what was kept of it is below its floor.
    open: `WITH ${clock},
      opened AS (
        INSERT INTO ${logs} AS log
          (key, owner, meta, producer, reader, floor, next, chars, is_finished, new_from, lease_until, expires_at)
        SELECT $2, $3, $6, floor(now), 0, 0, 0, 0, false, 0,
          now + $4::double precision, now + $5::double precision FROM clock
        ON CONFLICT (key) DO UPDATE SET
          owner = EXCLUDED.owner, producer = greatest(log.producer + 1, EXCLUDED.producer), is_finished = false,
          lease_until = EXCLUDED.lease_until, expires_at = EXCLUDED.expires_at,
          meta = CASE WHEN log.expires_at > (SELECT now FROM clock) THEN log.meta ELSE EXCLUDED.meta END,
          floor = CASE WHEN log.expires_at > (SELECT now FROM clock) THEN log.floor ELSE log.next END
        WHERE log.owner = EXCLUDED.owner OR log.expires_at <= (SELECT now FROM clock)
        RETURNING ${columns}
      ) ${head('opened')}`,
    resume: `WITH ${clock},
      opened AS (
        UPDATE ${logs} AS log SET producer = greatest(log.producer + 1, floor(now)::bigint), ${renewed('$4', '$5')} FROM clock
        WHERE key = $2 AND owner = $3 AND expires_at > now AND lease_until <= now AND NOT is_finished
        RETURNING ${columns}
      ) ${head('opened')}`,
    append: `WITH ${clock},
      given AS MATERIALIZED (
        SELECT $4::bigint + place - 1 AS sequence, size, text
        FROM unnest($10::bigint[], $11::bytea[]) WITH ORDINALITY AS one (size, text, place)
      ),
      changed AS (
        UPDATE ${logs} AS log SET
          new_from = log.next,
          next = greatest(log.next, (SELECT max(sequence) + 1 FROM given)),
          chars = log.chars + (SELECT coalesce(sum(size), 0) FROM given WHERE sequence >= log.next),
          is_finished = $5::boolean, ${renewed('$6', '$7')} FROM clock
        WHERE key = $2 AND producer = $3::bigint AND expires_at > now AND NOT is_finished
        RETURNING ${columns}, log.new_from, log.chars
      ),
      added AS (
        INSERT INTO ${events} (key, sequence, before, text)
        SELECT $2, sequence, chars - sum(size) OVER (ORDER BY sequence DESC), text
        FROM given, changed WHERE sequence >= new_from
      ),
      trimmed AS (
        DELETE FROM ${events} AS event USING changed
        WHERE event.key = $2 AND event.sequence < changed.next - 1
          AND (event.sequence < changed.next - $8::bigint OR event.before < changed.chars - $9::bigint)
      )
      ${head('changed')}
      UNION ALL ${head(logs)} WHERE key = $2 AND expires_at > now AND NOT EXISTS (SELECT FROM changed)`,
    claim: `WITH ${clock},
      claimed AS (
        UPDATE ${logs} AS log SET reader = greatest(log.reader + 1, floor(now)::bigint) FROM clock
        WHERE key = $2 AND owner = $3 AND expires_at > now RETURNING ${columns}
      ) ${head('claimed')}`,
    read: `WITH ${clock},
      found AS (SELECT * FROM ${logs}, clock WHERE key = $2 AND owner = $3 AND expires_at > now)
      SELECT producer, reader, next, is_finished, lease_until <= now AS is_late, meta, sequence, text
      FROM found LEFT JOIN ${events} AS event
        ON event.key = found.key AND sequence > $4::bigint AND sequence >= floor
      ORDER BY sequence`,
  }
}

function toHead(row: Row | undefined): EventLogHead | undefined {
  if (row === undefined) return undefined
  const isFinished = row['is_finished'] === true
  return {
    producer: Number(row['producer']),
    reader: Number(row['reader']),
    next: Number(row['next']),
    isFinished,
    isSilent: !isFinished && row['is_late'] === true,
  }
}
