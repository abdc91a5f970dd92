import { clock, type PostgresDatabase } from './postgres-pool.ts'
import { ServiceCalls } from './store-error.ts'

/** How long an expired document leaves its version behind, and a message can be fetched, in milliseconds. */
const graceMs = 60_000

/** How long it may take to make the tables, and to wait for another process that does. */
const prepareMs = 30_000

/** Rows taken away by one statement. */
const batch = 1_000

/** Tables whose rows expire, with the column that says when. */
const expiring: readonly (readonly [table: string, column: string, afterMs: number])[] = [
  ['counters', 'full_at', 0],
  ['documents', 'expires_at', graceMs],
  ['cache', 'expires_at', 0],
  ['results', 'expires_at', 0],
  ['messages', 'sent_at', graceMs],
  ['event_logs', 'expires_at', graceMs],
]

/**
 * Makes the tables where there are none. Counters, the cache and events are not logged: they are fast, and start anew
 * after a crash of Postgres.
 */
export async function createTables({ schema, pool, calls }: PostgresDatabase): Promise<void> {
  // Sent as one text, which Postgres takes as one transaction: processes that start at once wait for each other.
  const text = `
    SELECT pg_advisory_xact_lock(hashtext('plinth ${schema}'));
    CREATE SCHEMA IF NOT EXISTS ${schema};
    CREATE SEQUENCE IF NOT EXISTS ${schema}.versions;
    CREATE UNLOGGED TABLE IF NOT EXISTS ${schema}.counters (
      key text PRIMARY KEY, full_at double precision NOT NULL
    ) WITH (fillfactor = 70);
    CREATE TABLE IF NOT EXISTS ${schema}.documents (
      key text PRIMARY KEY, version bigint NOT NULL, value bytea NOT NULL, expires_at double precision NOT NULL
    );
    CREATE INDEX IF NOT EXISTS documents_expiry ON ${schema}.documents (expires_at);
    CREATE UNLOGGED TABLE IF NOT EXISTS ${schema}.cache (
      key text PRIMARY KEY, text bytea NOT NULL, expires_at double precision NOT NULL
    );
    CREATE INDEX IF NOT EXISTS cache_expiry ON ${schema}.cache (expires_at);
    CREATE TABLE IF NOT EXISTS ${schema}.results (
      id text PRIMARY KEY, owner bytea NOT NULL, text bytea NOT NULL, expires_at double precision NOT NULL
    );
    CREATE INDEX IF NOT EXISTS results_expiry ON ${schema}.results (expires_at);
    CREATE UNLOGGED TABLE IF NOT EXISTS ${schema}.messages (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, text bytea NOT NULL, sent_at double precision NOT NULL
    );
    CREATE UNLOGGED TABLE IF NOT EXISTS ${schema}.event_logs (
      key text PRIMARY KEY, owner bytea NOT NULL, meta bytea NOT NULL, producer bigint NOT NULL,
      reader bigint NOT NULL, floor bigint NOT NULL, next bigint NOT NULL, chars bigint NOT NULL,
      is_finished boolean NOT NULL, new_from bigint NOT NULL, lease_until double precision NOT NULL,
      expires_at double precision NOT NULL
    ) WITH (fillfactor = 70);
    CREATE INDEX IF NOT EXISTS event_logs_expiry ON ${schema}.event_logs (expires_at);
    CREATE UNLOGGED TABLE IF NOT EXISTS ${schema}.events (
      key text NOT NULL REFERENCES ${schema}.event_logs ON DELETE CASCADE, sequence bigint NOT NULL,
      before bigint NOT NULL, text bytea NOT NULL, PRIMARY KEY (key, sequence)
    );
  `
  await new ServiceCalls(calls.service, prepareMs).run(() => pool.query(text))
}

/** Takes away what has expired, a batch at a time, and says how many rows that were. */
export async function sweepTables(database: PostgresDatabase): Promise<number> {
  let total = 0
  for (const [table, column, afterMs] of expiring) {
    const name = `${database.schema}.${table}`
    const text = `WITH ${clock},
      old AS (
        SELECT ctid FROM ${name} WHERE ${column} <= (SELECT now FROM clock) - ${afterMs}
        LIMIT ${batch} FOR UPDATE SKIP LOCKED
      ),
      gone AS (DELETE FROM ${name} WHERE ctid = ANY (ARRAY(SELECT ctid FROM old)) RETURNING 1)
      SELECT count(*) AS gone FROM gone`
    for (let gone = batch; gone === batch; total += gone) {
      gone = Number((await database.find(text, []))?.['gone'])
    }
  }
  return total
}
