import { randomBytes } from 'node:crypto'
import { parseEventLogOptions } from './event-log.ts'
import { PostgresBus } from './postgres-bus.ts'
import { PostgresCounterStore } from './postgres-counter.ts'
import { PostgresDocumentStore } from './postgres-document.ts'
import { PostgresEventLogStore } from './postgres-event-log.ts'
import { type PoolLike, PostgresDatabase } from './postgres-pool.ts'
import { createTables, sweepTables } from './postgres-schema.ts'
import { PostgresSweeper } from './postgres-sweeper.ts'
import { PostgresCacheStore, PostgresKeptResultStore } from './postgres-text.ts'
import type { SharedStoreOptions, SharedStores } from './shared-stores.ts'

export interface PostgresStoreOptions extends SharedStoreOptions {
  /** The schema of the tables, made where there is none. Default `plinth`. */
  readonly schema?: string
  /** How long a statement may take, in milliseconds, with the wait for a connection. Default `2_000`. */
  readonly timeoutMs?: number
  /**
   * How often what has expired is taken away, in milliseconds, by one process of all that share the tables. Default
   * `60_000`.
   */
  readonly sweepMs?: number
}

/** Stores on Postgres. */
export interface PostgresStores extends SharedStores {
  /**
   * Makes the tables where there are none, and begins to sweep. Call it before the server starts; processes may do so
   * at the same time.
   *
   * @throws StoreError when Postgres cannot be reached or does not allow it.
   */
  prepare(): Promise<void>
  /** Takes away what has expired, in batches, and says how many rows that were. Happens by itself every `sweepMs`. */
  sweep(): Promise<number>
}

/**
 * Every store on Postgres 13 or later. Each operation is one statement, with the clock of the database. A statement
 * that fails or takes too long rejects with a StoreError that names Postgres. Call `close` before the pool's `end`.
 *
 * @throws TypeError when an option makes no sense.
 */
export function createPostgresStores(pool: PoolLike, options: PostgresStoreOptions = {}): PostgresStores {
  const { schema = 'plinth', timeoutMs = 2_000, sweepMs = 60_000, maxTextChars = 4_194_304, now } = options
  const { keptResultTtlMs: ttlMs = 900_000, createKey = createRandomId } = options
  const database = new PostgresDatabase(pool, { schema, timeoutMs, now })
  const bus = new PostgresBus(database)
  const documents = new PostgresDocumentStore(database)
  const sweeper = new PostgresSweeper({ database, documents, sweepMs })
  return {
    counters: new PostgresCounterStore(database),
    documents,
    cache: new PostgresCacheStore(database, { maxTextChars }),
    keptResults: new PostgresKeptResultStore(database, { ttlMs, maxTextChars, createKey }),
    bus,
    eventLogs: new PostgresEventLogStore(database, parseEventLogOptions(options)),
    async prepare() {
      await createTables(database)
      sweeper.start()
    },
    sweep: () => sweepTables(database),
    close() {
      sweeper.close()
      return bus.close()
    },
  }
}

function createRandomId(): string {
  return randomBytes(24).toString('base64url')
}
