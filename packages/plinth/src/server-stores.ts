import type { CounterStore } from './storage/counter.ts'
import type { KeptResultStore } from './storage/kept-result.ts'
import { MemoryCounterStore } from './storage/memory-counter.ts'
import { MemoryKeptResultStore } from './storage/memory-kept-result.ts'

/** Where the policies of a server keep what they must remember. Shared stores make them hold across processes. */
export interface Stores {
  readonly counters: CounterStore
  readonly keptResults: KeptResultStore
}

/** The stores given, and this process's memory for the rest. */
export function createStores(
  given: Partial<Stores> | undefined,
  environment: { now: () => number; createKey: () => string },
): Stores {
  return {
    counters: given?.counters ?? new MemoryCounterStore(environment),
    keptResults: given?.keptResults ?? new MemoryKeptResultStore(environment),
  }
}
