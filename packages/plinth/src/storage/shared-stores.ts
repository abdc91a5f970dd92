import type { Bus } from './bus.ts'
import type { CacheStore } from './cache.ts'
import type { CounterStore } from './counter.ts'
import type { DocumentStore } from './document.ts'
import type { EventLogOptions, EventLogStore } from './event-log.ts'
import type { KeptResultStore } from './kept-result.ts'

/** Every store on one service. Give it to `createServer({ stores })`: processes that do so share what they remember. */
export interface SharedStores {
  readonly counters: CounterStore
  readonly documents: DocumentStore
  readonly cache: CacheStore
  readonly keptResults: KeptResultStore
  readonly bus: Bus
  /** The streams of sessions, so that another process can go on with them. */
  readonly eventLogs: EventLogStore
  /** Ends what the stores opened themselves. The client that was given stays open. */
  close(): Promise<void>
}

/** What is kept where, for every driver. */
export interface SharedStoreOptions extends EventLogOptions {
  /** How long a result too large to send waits to be read, in milliseconds. Default `900_000`. */
  readonly keptResultTtlMs?: number
  /** Most characters of one cached text or kept result. Larger ones are not kept. Default `4_194_304`. */
  readonly maxTextChars?: number
  /**
   * The clock, in milliseconds. Default: that of the service, which all processes share. Give one only in tests.
   */
  readonly now?: () => number
  /** Makes the ids of kept results. Default: 32 random characters. */
  readonly createKey?: () => string
}
