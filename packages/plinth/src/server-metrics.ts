import type { ServerContext } from './mcp/context.ts'
import type { Server } from './server.ts'
import type { ServerJobs } from './server-jobs.ts'
import type { PeerBus } from './storage/peer-bus.ts'
import type { Sample } from './telemetry/metric-families.ts'
import type { Metrics } from './telemetry/metrics.ts'
import type { MetricReading } from './telemetry/observer.ts'
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
  const startedAt = Date.now() / 1_000 - process.uptime()
  gauge('process_start_time_seconds', 'Start, in seconds since 1970.', () => startedAt)
  metrics.read('plinth_blocked_total', 'How often a handler held the event loop for too long.', {
    type: 'counter',
    read: () => [{ value: context.blocked.count }],
  })
  metrics.include(() => [...server.settings.counts.readings(), ...server.telemetry.readings()])
  metrics.include(() => listJobReadings(server.jobs))
  if (context.peers !== undefined) readPeers(metrics, context.peers)
  if (context.eventLogs !== undefined) readStreams(metrics, context.streamCounts)
  if (server.upstreams.length > 0) readUpstreams(metrics, server.upstreams)
}

/** Nothing of a server that has no jobs yet. */
function listJobReadings(jobs: ServerJobs): MetricReading[] {
  if (jobs.taskMethods === undefined) return []
  const { running, counts, expired } = jobs
  const gauge = (name: string, help: string, value: number | undefined): MetricReading => {
    const samples = value === undefined ? [] : [{ value }]
    return { name: `plinth_jobs_${name}`, help, type: 'gauge', samples }
  }
  return [
    gauge('running', 'Jobs that this process runs.', running),
    gauge('due', 'Jobs that wait for a worker, of all processes, as of a few seconds ago.', counts?.due),
    {
      name: 'plinth_jobs_expired_total',
      help: 'Jobs that this process found without an end when their time was over.',
      type: 'counter',
      samples: [{ value: expired }],
    },
    gauge('dead', 'Dead letters, of all processes, as of a few seconds ago.', counts?.dead),
  ]
}

function readPeers(metrics: Metrics, { counts }: PeerBus): void {
  const counter = (name: string, help: string, read: () => number) =>
    metrics.read(`plinth_bus_${name}_total`, help, { type: 'counter', read: () => [{ value: read() }] })
  counter('sent', 'Messages sent to other processes of the server.', () => counts.sent)
  counter('received', 'Messages of other processes of the server.', () => counts.received)
  counter('failed', 'What failed: to send, to listen, to read a message.', () => counts.failed)
  counter('missed', 'How often messages of other processes may have been lost.', () => counts.missed)
}

function readStreams(metrics: Metrics, counts: ServerContext['streamCounts']): void {
  const counter = (name: string, help: string, read: () => number) =>
    metrics.read(`plinth_streams_${name}_total`, help, { type: 'counter', read: () => [{ value: read() }] })
  counter('resumed', 'Streams that went on here and had begun elsewhere.', () => counts.resumed)
  counter('failed', 'Requests to the store of streams that failed.', () => counts.failed)
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
