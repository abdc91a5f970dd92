import { ServiceCalls } from './store-error.ts'

/** What the driver needs of a pool of `pg`. */
export interface PoolLike {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
  /** One connection, for LISTEN. */
  connect(): Promise<PoolClientLike>
  /** A pool that nobody listens to ends the process when a resting connection is cut. */
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** One connection of a pool of `pg`. */
export interface PoolClientLike {
  query(text: string): Promise<unknown>
  /** `notification` comes with its channel and payload. */
  on(event: 'notification' | 'error' | 'end', listener: (...values: never[]) => void): unknown
  /** Gives it back, or with `true` throws it away. */
  release(isBroken?: boolean): void
}

/** What a connection hears with NOTIFY. */
export interface Notification {
  readonly channel: string
  readonly payload?: string | undefined
}

/** A row, by column. */
export type Row = Readonly<Record<string, unknown>>

const schemaName = /^[a-z_][a-z0-9_]{0,40}$/

/** A pool, and the schema the stores live in. */
export class PostgresDatabase {
  readonly pool: PoolLike
  readonly schema: string
  readonly calls: ServiceCalls
  private readonly now: (() => number) | undefined

  constructor(
    pool: PoolLike,
    options: { schema: string; timeoutMs: number; now?: (() => number) | undefined },
  ) {
    if (!schemaName.test(options.schema)) {
      const found = JSON.stringify(options.schema)
      throw new TypeError(
        `"schema" must be lower case letters, digits and "_", up to 41 of them, got ${found}.`,
      )
    }
    this.pool = pool
    this.schema = options.schema
    this.calls = new ServiceCalls('Postgres', options.timeoutMs)
    this.now = options.now
  }

  /** Runs one statement whose `$1` is the time of a test or null, and gives its first row. */
  async find(text: string, values: readonly unknown[]): Promise<Row | undefined> {
    const given = [this.now?.() ?? null, ...values]
    const { rows } = await this.calls.run(() => this.pool.query(text, given))
    return rows[0] as Row | undefined
  }
}

/** One reading of the clock for a whole statement, in milliseconds since 1970. */
export const clock: string = `clock AS MATERIALIZED (
    SELECT coalesce($1::double precision, extract(epoch FROM clock_timestamp()) * 1000)::double precision AS now
  )`
