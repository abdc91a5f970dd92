import type { CacheStore } from './storage/cache.ts'
import type { CounterStore } from './storage/counter.ts'
import type { DocumentStore } from './storage/document.ts'
import type { KeptResultStore } from './storage/kept-result.ts'
import { MemoryCacheStore } from './storage/memory-cache.ts'
import { MemoryCounterStore } from './storage/memory-counter.ts'
import { MemoryDocumentStore } from './storage/memory-document.ts'
import { MemoryKeptResultStore } from './storage/memory-kept-result.ts'

/** Where the policies of a server keep what they must remember. Shared stores make them hold across processes. */
export interface Stores {
  readonly counters: CounterStore
  /** Idempotency keys, and whatever else must be changed by one caller at a time. */
  readonly documents: DocumentStore
  readonly cache: CacheStore
  readonly keptResults: KeptResultStore
}

/** The stores given, and this process's memory for the rest. */
export function createStores(
  given: Partial<Stores> | undefined,
  environment: { now: () => number; createKey: () => string },
): Stores {
  return {
    counters: given?.counters ?? new MemoryCounterStore(environment),
    documents: given?.documents ?? new MemoryDocumentStore(environment),
    cache: given?.cache ?? new MemoryCacheStore(environment),
    keptResults: given?.keptResults ?? new MemoryKeptResultStore(environment),
  }
}
