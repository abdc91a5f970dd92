import type { JobStore } from './jobs/job.ts'
import type { Probes } from './server-probes.ts'
import type { Stores } from './server-stores.ts'
import type { ServerTelemetry } from './server-telemetry.ts'
import type { Upstream } from './upstream/define-upstream.ts'

/** What a server was given that it cannot be ready without. */
export interface ProbedParts {
  readonly stores: Partial<Stores>
  readonly jobStore: JobStore | undefined
  readonly upstreams: readonly Upstream[]
}

/** A key nothing is ever kept under. */
const probeKey = 'plinth|probe'

/**
 * Adds the probes that every server has: of shared stores, which are read once, and of upstreams, whose breakers are
 * asked. An upstream that fails does not make the server unready: it would take every process away from its callers at
 * once, with all they can do without that upstream.
 */
export function addDefaultProbes(probes: Probes, { stores, jobStore, upstreams }: ProbedParts): void {
  const reads = listReads(stores)
  if (reads.length > 0) probes.add('storage', () => Promise.all(reads.map(async (read) => read())))
  if (jobStore !== undefined) probes.add('jobs', () => jobStore.get(probeKey))
  for (const upstream of upstreams) {
    probes.add(`upstream.${upstream.name}`, () => assertClosed(upstream), { isRequired: false })
  }
}

/** Adds the probe of what must be recorded, once there is any such thing. */
export function addRecordProbe(probes: Probes, telemetry: ServerTelemetry): void {
  if (!telemetry.mustRecord || probes.has('audit')) return
  probes.add('audit', () => {
    if (!telemetry.isReady) throw new Error('What is done cannot be recorded.')
  })
}

/** Counters are asked only where there is nothing else: limits go on without them, and asking is a write. */
function listReads({
  documents,
  cache,
  keptResults,
  eventLogs,
  counters,
}: Partial<Stores>): (() => unknown)[] {
  const reads = [
    ...(documents === undefined ? [] : [() => documents.get(probeKey)]),
    ...(cache === undefined ? [] : [() => cache.get(probeKey)]),
    ...(keptResults === undefined ? [] : [() => keptResults.read('', probeKey)]),
    ...(eventLogs === undefined ? [] : [() => eventLogs.read(probeKey, { owner: '', after: -1 })]),
  ]
  if (reads.length > 0 || counters === undefined) return reads
  return [() => counters.take(probeKey, { limit: 1, windowMs: 1_000, burst: 1 }, 0)]
}

function assertClosed(upstream: Upstream): void {
  const { breaker } = upstream.state()
  if (breaker === 'open') throw new Error(`The breaker of "${upstream.name}" is open.`)
}
