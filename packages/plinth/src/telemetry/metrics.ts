import { toComponentLabel } from './component-label.ts'
import {
  Counter,
  type CounterSeries,
  Histogram,
  type HistogramSeries,
  type Labels,
  type MetricFamily,
  maxSeries,
  Reading,
  type ReadingOptions,
  type Sample,
} from './metric-families.ts'
import type { CallEventName, CallKind, CallOutcome, CallRecord, MetricReading, Observer } from './observer.ts'
import { toOpenMetricsText, toPrometheusText } from './prometheus.ts'

/** How metrics are written. `openmetrics` has exemplars: for each bucket the id of a trace that fell into it. */
export type MetricsFormat = 'prometheus' | 'openmetrics'

/** Counts of all calls of a server, and whatever else is read when it is asked for. */
export interface Metrics extends Observer {
  /** Adds a value that is read when it is asked for. */
  read(name: string, help: string, options: ReadingOptions): void
  /** Adds values of which is known only when they are asked for which there are. Those of one name are added up. */
  include(source: () => Iterable<MetricReading>): void
  /** Everything, in the text format of Prometheus or in OpenMetrics. Default `prometheus`. */
  toText(format?: MetricsFormat): string
}

/** Metrics, and what they are made of. */
export interface MetricsRegistry extends Metrics {
  families(): readonly MetricFamily[]
}

const secondBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Events with a counter of their own. What upstreams do is read from them. */
const eventCounters: Readonly<Partial<Record<CallEventName, readonly [string, string]>>> = {
  asked: ['plinth_asks_total', 'Questions to users and models.'],
  queued: ['plinth_queued_total', 'Calls that waited for a slot.'],
  cached: ['plinth_cache_hits_total', 'Calls answered from the cache.'],
  cache_missed: ['plinth_cache_misses_total', 'Calls that the cache had no answer for.'],
  replayed: ['plinth_replays_total', 'Calls answered with the result of an earlier one with the same key.'],
  cut: ['plinth_budget_cuts_total', 'Results that were over their budget.'],
  repeated: ['plinth_repeats_total', 'Calls whose caller was told that it repeats itself.'],
  rescheduled: [
    'plinth_job_retries_total',
    'Runs of jobs that ended without a result and are followed by another.',
  ],
  dead_lettered: ['plinth_dead_letters_total', 'Jobs that used their attempts up.'],
}

/**
 * Counts calls by kind, component and outcome. Names that callers invent are counted as `other`, so that the number of
 * series is bounded.
 */
export function createMetrics(): Metrics {
  return createRegistry()
}

/** Makes metrics that can be read as they are. */
export function createRegistry(): MetricsRegistry {
  const counts = new CallCounts()
  const readings: Reading[] = []
  const sources: (() => Iterable<MetricReading>)[] = []
  const families = () => [...counts.families, ...readings, ...collect(sources)]
  return {
    onCall: (record) => counts.add(record),
    read: (name, help, options) => void readings.push(new Reading(name, help, options)),
    include: (source) => void sources.push(source),
    families,
    toText: (format = 'prometheus') => {
      return format === 'openmetrics' ? toOpenMetricsText(families()) : toPrometheusText(families())
    },
  }
}

/** What is counted with every call of a component, found once: to find a series takes longer than to count. */
interface ComponentSeries {
  readonly labels: Labels
  readonly outcomes: Map<CallOutcome, CounterSeries>
  readonly durations: HistogramSeries
}

class CallCounts {
  readonly families: readonly MetricFamily[]
  private readonly calls = new Counter(
    'plinth_calls_total',
    'Messages, by what they asked for and how they ended.',
  )
  private readonly durations = new Histogram(
    'plinth_call_duration_seconds',
    'From message to answer.',
    secondBounds,
  )
  private readonly queued = new Histogram(
    'plinth_call_queue_seconds',
    'Time in line for a slot.',
    secondBounds,
  )
  private readonly refusals = new Counter('plinth_refusals_total', 'Messages that were refused, by reason.')
  private readonly sessions = new Counter('plinth_sessions_opened_total', 'Sessions that clients opened.')
  private readonly bytes = new Counter('plinth_message_bytes_total', 'Bytes of messages and answers.')
  private readonly events: ReadonlyMap<CallEventName, Counter>
  private readonly components = new Map<CallKind, Map<string, ComponentSeries>>()
  private bytesIn: CounterSeries | undefined
  private bytesOut: CounterSeries | undefined

  constructor() {
    this.events = new Map(
      Object.entries(eventCounters).map(([name, [metric, help]]) => {
        return [name as CallEventName, new Counter(metric, help)]
      }),
    )
    const { calls, durations, queued, refusals, sessions, bytes } = this
    this.families = [calls, durations, queued, refusals, sessions, bytes, ...this.events.values()]
  }

  add(record: CallRecord): void {
    const component = toComponentLabel(record)
    const series = this.findSeries(record.kind, component)
    this.findOutcome(series, record.outcome).value++
    series.durations.observe(record.durationMs / 1_000, toExemplar(record))
    const { labels } = series
    if (record.queuedMs > 0) this.queued.find(labels).observe(record.queuedMs / 1_000, toExemplar(record))
    if (record.outcome === 'refused') this.refusals.add({ reason: record.error ?? 'other' })
    if (record.method === 'initialize' && record.outcome === 'ok') this.sessions.add({})
    this.bytesIn ??= this.bytes.find({ direction: 'in' })
    this.bytesIn.value += record.bytesIn
    this.bytesOut ??= this.bytes.find({ direction: 'out' })
    this.bytesOut.value += record.bytesOut
    for (const { name } of record.events) this.events.get(name)?.add(labels)
  }

  private findSeries(kind: CallKind, component: string): ComponentSeries {
    const known = this.components.get(kind)?.get(component)
    if (known !== undefined) return known
    const labels = { kind, component }
    const made = { labels, outcomes: new Map(), durations: this.durations.find(labels) }
    const ofKind = this.components.get(kind) ?? new Map<string, ComponentSeries>()
    this.components.set(kind, ofKind)
    if (ofKind.size < maxSeries) ofKind.set(component, made)
    return made
  }

  private findOutcome({ labels, outcomes }: ComponentSeries, outcome: CallOutcome): CounterSeries {
    const known = outcomes.get(outcome)
    if (known !== undefined) return known
    const made = this.calls.find({ ...labels, outcome })
    outcomes.set(outcome, made)
    return made
  }
}

/** A trace that nobody recorded leads nowhere. */
function toExemplar({ isSampled, traceId, spanId, time, durationMs }: CallRecord) {
  if (!isSampled || traceId === undefined || spanId === undefined) return undefined
  return { traceId, spanId, time: time + durationMs }
}

/** One family for each name, with the values of all sources. */
function collect(sources: readonly (() => Iterable<MetricReading>)[]): MetricFamily[] {
  const found = new Map<string, { reading: MetricReading; samples: Map<string, Sample> }>()
  for (const reading of sources.flatMap((source) => [...source()])) {
    const { samples } = found.get(reading.name) ?? { samples: new Map<string, Sample>() }
    found.set(reading.name, { reading, samples })
    for (const { labels = {}, value } of reading.samples) {
      const key = JSON.stringify(labels)
      samples.set(key, { labels, value: (samples.get(key)?.value ?? 0) + value })
    }
  }
  return [...found.values()].map(({ reading: { name, help, type }, samples }) => {
    return new Reading(name, help, { type, read: () => samples.values() })
  })
}
