import { availableParallelism, freemem, loadavg, totalmem, uptime } from 'node:os'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { SystemProbe } from './system.service.ts'

/** A probe that has a timer to stop. */
export interface NodeSystemProbe extends SystemProbe {
  /** Stops measuring the event loop. */
  close(): void
}

const NS_PER_MS = 1_000_000

/** Measures this process and its machine. */
export function createSystemProbe(): NodeSystemProbe {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  const startLoop = performance.eventLoopUtilization()
  const startCpu = process.cpuUsage()
  const startedAt = performance.now()
  return {
    measure: () => ({
      cpu: {
        cores: availableParallelism(),
        load_1m: round(loadavg()[0] ?? 0),
        process_percent: measureCpu(startCpu, startedAt),
      },
      memory: measureMemory(),
      event_loop: {
        delay_mean_ms: toMs(delay.mean),
        delay_p99_ms: toMs(delay.percentile(99)),
        delay_max_ms: toMs(delay.max),
        utilization: round(performance.eventLoopUtilization(startLoop).utilization),
      },
      uptime: { process_seconds: Math.round(process.uptime()), system_seconds: Math.round(uptime()) },
      versions: {
        node: process.versions.node,
        v8: process.versions.v8,
        sqlite: process.versions['sqlite'] ?? 'none',
      },
    }),
    close: () => void delay.disable(),
  }
}

function measureMemory(): ReturnType<SystemProbe['measure']>['memory'] {
  const { rss, heapUsed, heapTotal } = process.memoryUsage()
  return {
    rss_bytes: rss,
    heap_used_bytes: heapUsed,
    heap_total_bytes: heapTotal,
    system_free_bytes: freemem(),
    system_total_bytes: totalmem(),
  }
}

/** Share of one core that this process took since the start, in percent. */
function measureCpu(start: NodeJS.CpuUsage, startedAt: number): number {
  const { user, system } = process.cpuUsage(start)
  const elapsedMs = Math.max(1, performance.now() - startedAt)
  return round(((user + system) / 1_000 / elapsedMs) * 100)
}

/** The histogram is empty, and its mean not a number, until it has sampled once. */
function toMs(nanoseconds: number): number {
  return Number.isFinite(nanoseconds) ? round(nanoseconds / NS_PER_MS) : 0
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
