import type { Server } from './server.ts'
import type { Metrics } from './telemetry/metrics.ts'
import type { Sample } from './telemetry/prometheus.ts'
import type { Upstream, UpstreamState } from './upstream/define-upstream.ts'

const breakerStates = ['closed', 'half_open', 'open']

/** Adds what is known of a server and its process to its metrics. */
export function readServerMetrics(metrics: Metrics, server: Server): void {
  const { context } = server.scope
  const { load } = server.admission
  const gauge = (name: string, help: string, read: () => number) =>
    metrics.read(name, help, { type: 'gauge', read: () => [{ value: read() }] })
  gauge('plinth_in_flight', 'Requests being worked on.', () => load.inFlight)
  gauge('plinth_streams', 'Open notification streams.', () => context.subscriptions.size)
  gauge('plinth_event_loop_delay_seconds', 'Longest delay of the last sample.', () => load.delayMs() / 1_000)
  gauge('process_resident_memory_bytes', 'Resident memory.', () => process.memoryUsage.rss())
  gauge('plinth_heap_used_bytes', 'Used heap.', () => process.memoryUsage().heapUsed)
  gauge(
    'process_start_time_seconds',
    'Start, in seconds since 1970.',
    () => Date.now() / 1_000 - process.uptime(),
  )
  metrics.read('plinth_blocked_total', 'How often a handler held the event loop for too long.', {
    type: 'counter',
    read: () => [{ value: context.blocked.count }],
  })
  if (server.upstreams.length > 0) readUpstreams(metrics, server.upstreams)
}

function readUpstreams(metrics: Metrics, upstreams: readonly Upstream[]): void {
  const each = (read: (state: UpstreamState) => number) =>
    upstreams.map((one): Sample => ({ labels: { upstream: one.name }, value: read(one.state()) }))
  const counter = (name: string, help: string, read: (state: UpstreamState) => number) =>
    metrics.read(`plinth_upstream_${name}`, help, { type: 'counter', read: () => each(read) })
  const gauge = (name: string, help: string, read: (state: UpstreamState) => number) =>
    metrics.read(`plinth_upstream_${name}`, help, { type: 'gauge', read: () => each(read) })
  counter('attempts_total', 'Attempts made, repeats included.', ({ attempts }) => attempts)
  counter('failures_total', 'Attempts that failed by its fault.', ({ failures }) => failures)
  counter('retries_total', 'Attempts that repeated a failed one.', ({ retries }) => retries)
  counter('refused_total', 'Attempts that were not made.', ({ refused }) => refused)
  gauge('in_flight', 'Attempts under way.', ({ inFlight }) => inFlight)
  gauge('queued', 'Attempts that wait for a slot.', ({ queued }) => queued)
  gauge('breaker_state', '0 closed, 1 half open, 2 open.', ({ breaker }) => breakerStates.indexOf(breaker))
}
