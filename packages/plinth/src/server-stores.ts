import type { CacheStore } from './storage/cache.ts'
import type { CounterStore } from './storage/counter.ts'
import type { DocumentStore } from './storage/document.ts'
import { insuranceCounters } from './storage/insurance-counter.ts'
import type { KeptResultStore } from './storage/kept-result.ts'
import { MemoryCacheStore } from './storage/memory-cache.ts'
import { MemoryCounterStore } from './storage/memory-counter.ts'
import { MemoryDocumentStore } from './storage/memory-document.ts'
import { MemoryKeptResultStore } from './storage/memory-kept-result.ts'
import { describeError, type LogSink } from './telemetry/log.ts'

/** Where the policies of a server keep what they must remember. Shared stores make them hold across processes. */
export interface Stores {
  readonly counters: CounterStore
  /** Idempotency keys, and whatever else must be changed by one caller at a time. */
  readonly documents: DocumentStore
  readonly cache: CacheStore
  readonly keptResults: KeptResultStore
}

/** What stores are made with. */
export interface StoreEnvironment {
  readonly now: () => number
  readonly createKey: () => string
  readonly log: LogSink
}

/** The stores given, and this process's memory for the rest. */
export function createStores(given: Partial<Stores> | undefined, environment: StoreEnvironment): Stores {
  return {
    counters: insureCounters(given?.counters, environment),
    documents: given?.documents ?? new MemoryDocumentStore(environment),
    cache: given?.cache ?? new MemoryCacheStore(environment),
    keptResults: given?.keptResults ?? new MemoryKeptResultStore(environment),
  }
}

/** Limits go on, for this process alone, while a shared store is down. */
function insureCounters(given: CounterStore | undefined, { now, log }: StoreEnvironment): CounterStore {
  const own = new MemoryCounterStore({ now })
  if (given === undefined) return own
  return insuranceCounters(given, own, {
    now,
    onFailure: (error) => {
      const message = 'The shared counters do not answer; limits hold for this process alone.'
      log({ level: 'error', message, error: describeError(error) })
    },
  })
}
