import { randomBytes } from 'node:crypto'
import { parseEventLogOptions } from './event-log.ts'
import type { SharedStoreOptions, SharedStores } from './shared-stores.ts'
import { SqliteBus } from './sqlite-bus.ts'
import { SqliteCounterStore } from './sqlite-counter.ts'
import { SqliteDocumentStore } from './sqlite-document.ts'
import { SqliteEventLogStore } from './sqlite-event-log.ts'
import { SqliteFile } from './sqlite-file.ts'
import { SqliteCacheStore, SqliteKeptResultStore } from './sqlite-text.ts'

export interface SqliteStoreOptions extends SharedStoreOptions {
  /** Most documents, cached texts, kept results and event logs, roughly and each. Default `1_000_000`. */
  readonly maxKeys?: number
  /** How long a write may wait for another process, in milliseconds; the event loop waits with it. Default `1_000`. */
  readonly busyTimeoutMs?: number
  /** How often the bus looks for messages of other processes, in milliseconds. Default `50`. */
  readonly pollMs?: number
}

/**
 * Every store in one SQLite file, for the processes of one machine. Documents survive a crash of the machine; the rest
 * survives one of the process. What fails, as on a full disk, says so with an error that names SQLite.
 *
 * @param path The file, made where there is none.
 * @throws StoreError when the file cannot be opened or written.
 */
export function createSqliteStores(path: string, options: SqliteStoreOptions = {}): SharedStores {
  const { maxKeys = 1_000_000, busyTimeoutMs = 1_000, pollMs = 50, now = Date.now } = options
  const { maxTextChars = 4_194_304, keptResultTtlMs: ttlMs = 900_000, createKey = createRandomId } = options
  const bounds = parseEventLogOptions(options)
  const file = new SqliteFile({ path, busyTimeoutMs, synchronous: 'NORMAL', now })
  const documents = new SqliteDocumentStore({ path, maxKeys, busyTimeoutMs, now })
  const bus = new SqliteBus(file, { pollMs })
  return {
    counters: new SqliteCounterStore(file),
    documents,
    cache: new SqliteCacheStore(file, { maxTextChars, maxKeys }),
    keptResults: new SqliteKeptResultStore(file, { maxTextChars, maxKeys, ttlMs, createKey }),
    bus,
    eventLogs: new SqliteEventLogStore(file, { bounds, maxKeys }),
    async close() {
      await bus.close()
      documents.close()
      file.close()
    },
  }
}

function createRandomId(): string {
  return randomBytes(24).toString('base64url')
}
