import type { CounterStore } from './storage/counter.ts'
import { MemoryCounterStore } from './storage/memory-counter.ts'

/** Where the policies of a server keep what they must remember. Shared stores make them hold across processes. */
export interface Stores {
  readonly counters: CounterStore
}

/** The stores given, and this process's memory for the rest. */
export function createStores(given: Partial<Stores> | undefined, now: () => number): Stores {
  return { counters: given?.counters ?? new MemoryCounterStore({ now }) }
}
