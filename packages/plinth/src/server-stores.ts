import type { Bus } from './storage/bus.ts'
import type { CacheStore } from './storage/cache.ts'
import { countFailures } from './storage/count-failures.ts'
import type { CounterStore } from './storage/counter.ts'
import type { DocumentStore } from './storage/document.ts'
import type { EventLogStore } from './storage/event-log.ts'
import { insuranceCounters } from './storage/insurance-counter.ts'
import type { KeptResultStore } from './storage/kept-result.ts'
import { MemoryCacheStore } from './storage/memory-cache.ts'
import { MemoryCounterStore } from './storage/memory-counter.ts'
import { MemoryDocumentStore } from './storage/memory-document.ts'
import { MemoryKeptResultStore } from './storage/memory-kept-result.ts'
import { PeerBus } from './storage/peer-bus.ts'
import { describeError, type LogSink } from './telemetry/log.ts'
import type { ServerCounts } from './telemetry/server-counts.ts'

/** Where the policies of a server keep what they must remember. Shared stores make them hold across processes. */
export interface Stores {
  readonly counters: CounterStore
  /** Idempotency keys, and whatever else must be changed by one caller at a time. */
  readonly documents: DocumentStore
  readonly cache: CacheStore
  readonly keptResults: KeptResultStore
  /**
   * What the processes of one server tell each other: changes, ended sessions, answers of clients. It needs shared
   * `documents` too. Default: none, and each process is a server of its own.
   */
  readonly bus?: Bus
  /**
   * The streams of 2025-11-25 and its elders, so that a client whose process is gone can resume on another one.
   * Default: none, and a stream is resumed where it began.
   */
  readonly eventLogs?: EventLogStore
}

/** What stores are made with. */
export interface StoreEnvironment {
  readonly now: () => number
  readonly createKey: () => string
  readonly log: LogSink
  /** Where failures of shared stores are counted. */
  readonly counts: ServerCounts
}

/** What each store is asked, so that it can be counted. */
const storeMethods = {
  counters: ['take'],
  documents: ['get', 'set', 'delete'],
  cache: ['get', 'set'],
  keptResults: ['keep', 'read'],
} as const

/**
 * The stores given, and this process's memory for the rest.
 *
 * @throws TypeError when there is a bus without documents.
 */
export function createStores(given: Partial<Stores> = {}, environment: StoreEnvironment): Stores {
  if (given.bus !== undefined && given.documents === undefined) {
    throw new TypeError('"stores.bus" needs "stores.documents". Give all stores of one service.')
  }
  const { counters, documents, cache, keptResults } = countStores(given, environment.counts)
  return {
    ...(given.bus === undefined ? {} : { bus: given.bus }),
    ...(given.eventLogs === undefined ? {} : { eventLogs: given.eventLogs }),
    counters: insureCounters(counters, environment),
    documents: documents ?? new MemoryDocumentStore(environment),
    cache: cache ?? new MemoryCacheStore(environment),
    keptResults: keptResults ?? new MemoryKeptResultStore(environment),
  }
}

type CountedStores = Partial<Pick<Stores, keyof typeof storeMethods>>

function countStores(given: Partial<Stores>, counts: ServerCounts): CountedStores {
  const count = <S extends object>(
    name: string,
    store: S | undefined,
    methods: readonly (keyof S & string)[],
  ) => store && countFailures(store, methods, counts.addStore(name))
  return {
    counters: count('counters', given.counters, storeMethods.counters),
    documents: count('documents', given.documents, storeMethods.documents),
    cache: count('cache', given.cache, storeMethods.cache),
    keptResults: count('kept_results', given.keptResults, storeMethods.keptResults),
  } as CountedStores
}

/** What tells the other processes of a server; undefined where it has none. */
export function createPeers(
  { bus }: Stores,
  { name, now, createKey, log }: StoreEnvironment & { readonly name: string },
): PeerBus | undefined {
  if (bus === undefined) return undefined
  const message =
    'The bus failed. Other processes may learn later of what happens here, and this one of them.'
  const onFailure = (error: unknown) => log({ level: 'error', message, error: describeError(error) })
  return new PeerBus({ bus, name, instance: createKey(), now, onFailure })
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
