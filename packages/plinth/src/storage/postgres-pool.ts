import { ServiceCalls } from './store-error.ts'
import { areStatementsWatched, traceStatement } from './trace-statement.ts'

/**
 * What the driver needs of a pool of `pg`. Give it a `connectionTimeoutMillis`: without one, connections that nobody
 * answers fill the pool for good.
 */
export interface PoolLike {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
  connect(): Promise<PoolClientLike>
  /** A pool that nobody listens to ends the process when a resting connection is cut. */
  on(event: 'error', listener: (error: Error) => void): unknown
}

/** One connection of a pool of `pg`. */
export interface PoolClientLike {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly unknown[] }>
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

const system = 'postgresql'
const schemaName = /^[a-z_][a-z0-9_]{0,40}$/

/** Pools and connections whose errors are heard, however many stores use them. */
const heard = new WeakSet<object>()

/** Statements report what fails, and the pool replaces a connection that was cut. Unheard, it would end the process. */
function hearErrors(emitter: Pick<PoolLike, 'on'>): void {
  if (!heard.has(emitter)) emitter.on('error', () => {})
  heard.add(emitter)
}

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
    hearErrors(pool)
    this.pool = pool
    this.schema = options.schema
    this.calls = new ServiceCalls('Postgres', options.timeoutMs)
    this.now = options.now
  }

  /** Runs one statement whose `$1` is the time of a test or null, and gives its first row. */
  async find(text: string, values: readonly unknown[]): Promise<Row | undefined> {
    return (await this.list(text, values))[0]
  }

  /** Like `find`, and gives all rows. */
  async list(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    const given = [this.now?.() ?? null, ...values]
    const ask = () => this.ask(text, given)
    const rows = await (areStatementsWatched() ? traceStatement({ system, text }, ask) : ask())
    return rows as readonly Row[]
  }

  private async ask(text: string, values: unknown[]): Promise<readonly unknown[]> {
    let isOver = false
    try {
      return await this.calls.run(async () => {
        const client = await this.take()
        if (!isOver) return this.query(client, text, values)
        client.release()
        return []
      })
    } finally {
      isOver = true
    }
  }

  /** A connection that does not answer in time is thrown away: whoever got it next would wait as well. */
  private async query(client: PoolClientLike, text: string, values: unknown[]): Promise<readonly unknown[]> {
    let isReleased = false
    const release = (isBroken: boolean) => {
      if (!isReleased) client.release(isBroken)
      isReleased = true
    }
    const timer = setTimeout(() => release(true), this.calls.timeoutMs)
    try {
      const { rows } = await client.query(text, values)
      release(false)
      return rows
    } finally {
      clearTimeout(timer)
      release(true)
    }
  }

  private async take(): Promise<PoolClientLike> {
    const client = await this.pool.connect()
    // Nobody else listens to a connection that was taken from its pool.
    hearErrors(client)
    return client
  }
}

/** One reading of the clock for a whole statement, in milliseconds since 1970. */
export const clock: string = `clock AS MATERIALIZED (
    SELECT coalesce($1::double precision, extract(epoch FROM clock_timestamp()) * 1000)::double precision AS now
  )`
