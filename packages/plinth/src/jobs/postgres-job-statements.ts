import { clock } from '../storage/postgres-pool.ts'

/** Every statement of the store. `$1` is the time of a test or null. */
export type JobStatements = Readonly<
  Record<
    | 'get'
    | 'findByKey'
    | 'add'
    | 'claim'
    | 'write'
    | 'listDead'
    | 'count'
    | 'countAll'
    | 'countTenant'
    | 'listOverdue'
    | 'removeOver',
    string
  >
>

const columns = 'record, fence, attempts, claimable_at, created_at, updated_at, expires_at, version'

/** Makes the table of jobs where there is none, in one transaction; processes that start at once wait for each other. */
export function createJobTable(schema: string): string {
  const table = `${schema}.jobs`
  return `
    SELECT pg_advisory_xact_lock(hashtext('plinth ${schema}'));
    CREATE SCHEMA IF NOT EXISTS ${schema};
    CREATE TABLE IF NOT EXISTS ${table} (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE, queue text NOT NULL,
      name text NOT NULL, tenant text NOT NULL, key text, priority double precision NOT NULL, round bigint NOT NULL,
      fence bigint NOT NULL, attempts integer NOT NULL, claimable_at double precision,
      created_at double precision NOT NULL, updated_at double precision NOT NULL,
      expires_at double precision NOT NULL, dead boolean NOT NULL, version bigint NOT NULL, record text NOT NULL
    ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
    CREATE UNIQUE INDEX IF NOT EXISTS jobs_key ON ${table} (queue, key) WHERE key IS NOT NULL;
    CREATE INDEX IF NOT EXISTS jobs_turn ON ${table} (queue, priority DESC, round, number)
      WHERE claimable_at IS NOT NULL;
    CREATE INDEX IF NOT EXISTS jobs_round ON ${table} (queue, priority, tenant, round) WHERE claimable_at IS NOT NULL;
    CREATE INDEX IF NOT EXISTS jobs_expiry ON ${table} (expires_at);
    CREATE INDEX IF NOT EXISTS jobs_tenant ON ${table} (tenant);
    CREATE INDEX IF NOT EXISTS jobs_dead ON ${table} (queue, number) WHERE dead;
  `
}

// Start-time fair queuing: the round after the tenant's own last one, but none that all others have behind them.
const toRound = (table: string) => `greatest(
      (SELECT round FROM ${table} WHERE queue = $3 AND priority = $7 AND claimable_at <= now
        ORDER BY round, number LIMIT 1),
      (SELECT max(round) + 1 FROM ${table} WHERE queue = $3 AND priority = $7 AND tenant = $5
        AND claimable_at IS NOT NULL),
      1)`

const claimable = 'claimable_at <= now AND expires_at > now'

// A job that has ended has no time to be claimed at, and neither has one that waits for its client. The text of a job is
// no JSON to Postgres, which knows none with "\u0000"; others than those that wait may have these words in them.
const mayBeOpen = `(claimable_at IS NOT NULL OR strpos(record, '"status":"input_required"') > 0)`

export function createJobStatements(table: string): JobStatements {
  // Written so that the index of turns is read in its order: only the first due job is looked at, not all of them.
  const time = '(SELECT now FROM whole)'
  const turn = `SELECT number FROM ${table}
        WHERE queue = $2 AND name = ANY ($3::text[]) AND claimable_at <= ${time} AND expires_at + 0 > ${time}
        ORDER BY priority DESC, round, number LIMIT 1 FOR UPDATE OF jobs SKIP LOCKED`
  const withClock = `WITH ${clock}, whole AS MATERIALIZED (SELECT floor(now) AS now FROM clock)`
  return {
    get: `${withClock} SELECT ${columns}, now FROM ${table}, whole WHERE id = $2`,
    findByKey: `${withClock} SELECT ${columns}, now FROM ${table}, whole WHERE queue = $2 AND key = $3`,
    add: `${withClock}
      INSERT INTO ${table} AS job (id, queue, name, tenant, key, priority, round, fence, attempts, claimable_at,
        created_at, updated_at, expires_at, dead, version, record)
      SELECT $2, $3, $4, $5, $6, $7::double precision, ${toRound(table)}, 0, 0, now + $8::double precision,
        now, now, now + $9::double precision, false, 0, $10
      FROM whole
      ON CONFLICT (queue, key) WHERE key IS NOT NULL DO UPDATE
      SET number = DEFAULT, id = EXCLUDED.id, name = EXCLUDED.name, tenant = EXCLUDED.tenant,
        priority = EXCLUDED.priority, round = EXCLUDED.round, fence = 0, attempts = 0,
        claimable_at = EXCLUDED.claimable_at, created_at = EXCLUDED.created_at, updated_at = EXCLUDED.updated_at,
        expires_at = EXCLUDED.expires_at, dead = false, version = 0, record = EXCLUDED.record
      WHERE job.id = $11 AND job.expires_at <= (SELECT now FROM whole)
      RETURNING ${columns}`,
    claim: `${withClock}, turn AS MATERIALIZED (${turn})
      UPDATE ${table} AS job
      SET fence = fence + 1, attempts = attempts + 1, claimable_at = whole.now + $4::double precision,
        version = version + 1
      FROM turn, whole WHERE job.number = turn.number
      RETURNING ${columns}`,
    write: `${withClock} UPDATE ${table}
      SET fence = $4, attempts = $5, claimable_at = $6, updated_at = $7, expires_at = $8, dead = $9, record = $10,
        version = version + 1
      FROM whole WHERE id = $2 AND version = $3 RETURNING id`,
    listDead: `${withClock} SELECT ${columns} FROM ${table}, whole
      WHERE queue = $2 AND dead AND expires_at > now ORDER BY number LIMIT $3`,
    count: `${withClock} SELECT
      (SELECT count(*) FROM ${table} WHERE queue = $2 AND ${claimable}) AS due,
      (SELECT count(*) FROM ${table} WHERE queue = $2 AND dead AND expires_at > now) AS dead
      FROM whole`,
    countAll: `${withClock} SELECT count(*) AS count FROM (SELECT 1 FROM ${table}, whole LIMIT $2) AS found`,
    countTenant: `${withClock} SELECT count(*) AS count
      FROM (SELECT 1 FROM ${table}, whole WHERE tenant = $2 LIMIT $3) AS found`,
    listOverdue: `${withClock} SELECT ${columns}, now FROM ${table}, whole
      WHERE expires_at <= now AND ${mayBeOpen} ORDER BY expires_at LIMIT $2`,
    removeOver: `${withClock},
      old AS (
        SELECT ctid FROM ${table}
        WHERE expires_at <= (SELECT now FROM whole) AND (NOT ${mayBeOpen} OR id = ANY ($3::text[]))
        LIMIT $2 FOR UPDATE SKIP LOCKED
      ),
      gone AS (DELETE FROM ${table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM old)) RETURNING 1)
      SELECT count(*) AS count FROM gone`,
  }
}
