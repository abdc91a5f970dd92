import type { CallEvent, CallRecord, Observer } from './observer.ts'
import { Counter, Histogram, Reading, type Sample, toPrometheusText } from './prometheus.ts'

/** Counts of all calls of a server, and whatever else is read when it is asked for. */
export interface Metrics extends Observer {
  /** Adds a value that is read when it is asked for. */
  read(name: string, help: string, options: { type: 'counter' | 'gauge'; read: () => Iterable<Sample> }): void
  /** Everything, in the text format of Prometheus. */
  toText(): string
}

const secondBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

const eventCounters: Readonly<Record<CallEvent['name'], readonly [string, string]>> = {
  asked: ['plinth_asks_total', 'Questions to users and models.'],
  queued: ['plinth_queued_total', 'Calls that waited for a slot.'],
  cached: ['plinth_cache_hits_total', 'Calls answered from the cache.'],
  replayed: ['plinth_replays_total', 'Calls answered with the result of an earlier one with the same key.'],
  cut: ['plinth_budget_cuts_total', 'Results that were over their budget.'],
  repeated: ['plinth_repeats_total', 'Calls whose caller was told that it repeats itself.'],
}

/**
 * Counts calls by kind, component and outcome. Names that callers invent are counted as `other`, so that the number of
 * series is bounded.
 */
export function createMetrics(): Metrics {
  const calls = new Counter('plinth_calls_total', 'Messages, by what they asked for and how they ended.')
  const durations = new Histogram('plinth_call_duration_seconds', 'From message to answer.', secondBounds)
  const queued = new Histogram('plinth_call_queue_seconds', 'Time in line for a slot.', secondBounds)
  const refusals = new Counter('plinth_refusals_total', 'Messages that were refused, by reason.')
  const sessions = new Counter('plinth_sessions_opened_total', 'Sessions that clients opened.')
  const bytes = new Counter('plinth_bytes_total', 'Bytes of messages and answers.')
  const events = toEventCounters()
  const readings: Reading[] = []
  return {
    onCall(record) {
      const where = { kind: record.kind, component: toComponent(record) }
      calls.add({ ...where, outcome: record.outcome })
      durations.observe(where, record.durationMs / 1_000)
      if (record.queuedMs > 0) queued.observe(where, record.queuedMs / 1_000)
      if (record.outcome === 'refused') refusals.add({ reason: record.error ?? 'other' })
      if (record.method === 'initialize' && record.outcome === 'ok') sessions.add({})
      bytes.add({ direction: 'in' }, record.bytesIn)
      bytes.add({ direction: 'out' }, record.bytesOut)
      for (const { name } of record.events) events[name].add(where)
    },
    read(name, help, options) {
      readings.push(new Reading(name, help, options))
    },
    toText() {
      const own = [calls, durations, queued, refusals, sessions, bytes, ...Object.values(events)]
      return toPrometheusText([...own, ...readings])
    },
  }
}

function toEventCounters(): Readonly<Record<CallEvent['name'], Counter>> {
  const entries = Object.entries(eventCounters).map(([name, [metric, help]]) => [
    name,
    new Counter(metric, help),
  ])
  return Object.fromEntries(entries) as Readonly<Record<CallEvent['name'], Counter>>
}

/** A component that exists, or the method of the protocol; never a name that only the caller knows. */
function toComponent({ isKnown, component, kind, method, error }: CallRecord): string {
  if (isKnown && component !== undefined) return component
  if (kind === 'request' && error !== 'method_unknown' && method !== undefined && isPlain(method))
    return method
  return 'other'
}

function isPlain(method: string): boolean {
  return /^(?:initialize|ping|(?:tools|resources|prompts|logging|server|completion|subscriptions)\/[a-z/]{1,20})$/i.test(
    method,
  )
}
