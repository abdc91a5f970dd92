import type { Bucket, CounterStore } from './counter.ts'
import { clock, type PostgresDatabase } from './postgres-pool.ts'
import { toStoreKey } from './store-key.ts'

/** Counters in Postgres, exact for all processes that share it. */
export class PostgresCounterStore implements CounterStore {
  private readonly database: PostgresDatabase
  private readonly statement: string

  constructor(database: PostgresDatabase) {
    this.database = database
    this.statement = createStatement(`${database.schema}.counters`)
  }

  async take(key: string, { limit, windowMs, burst }: Bucket, cost: number): Promise<number> {
    const unitMs = windowMs / limit
    const slackMs = Math.min(0.01, unitMs / 2)
    const values = [toStoreKey(key), unitMs, cost * unitMs, burst * unitMs, slackMs]
    const row = await this.database.find(this.statement, values)
    return Number(row?.['wait'])
  }
}

/**
 * A row holds the time at which its bucket will be full again. A refusal writes nothing; the row it reads for the time
 * to wait may be older than the one that refused, so that time is a unit at least.
 */
function createStatement(table: string): string {
  const wait = (fullAt: string) => `greatest(${fullAt}, now) + given.cost - given.room - now`
  return `WITH ${clock},
  given AS MATERIALIZED (
    SELECT $2::text AS key, $3::double precision AS unit, $4::double precision AS cost,
      $5::double precision AS room, $6::double precision AS slack, now FROM clock
  ),
  taken AS (
    INSERT INTO ${table} AS counter (key, full_at)
    SELECT key, now + cost FROM given WHERE cost - room <= slack
    ON CONFLICT (key) DO UPDATE
    SET full_at = (SELECT greatest(counter.full_at, now) + cost FROM given)
    WHERE (SELECT ${wait('counter.full_at')} <= slack FROM given)
    RETURNING 1
  ),
  known AS (
    SELECT ${wait(`coalesce((SELECT full_at FROM ${table} AS stored WHERE stored.key = given.key), 0)`)} AS wait,
      unit, slack FROM given
  )
  SELECT CASE WHEN EXISTS (SELECT 1 FROM taken) THEN 0 WHEN wait > slack THEN wait ELSE unit END AS wait FROM known`
}
