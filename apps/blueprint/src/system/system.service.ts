/** How the process and its machine are doing. */
export interface SystemStatus {
  cpu: { cores: number; load_1m: number; process_percent: number }
  memory: {
    rss_bytes: number
    heap_used_bytes: number
    heap_total_bytes: number
    system_free_bytes: number
    system_total_bytes: number
  }
  event_loop: { delay_mean_ms: number; delay_p99_ms: number; delay_max_ms: number; utilization: number }
  uptime: { process_seconds: number; system_seconds: number }
  versions: { node: string; v8: string; sqlite: string; server: string }
}

/** Measures the process and its machine. */
export interface SystemProbe {
  /** What is measured now; averages and maxima count since the probe was made. */
  measure(): Omit<SystemStatus, 'versions'> & { versions: Omit<SystemStatus['versions'], 'server'> }
}

/** One setting that may be shown. */
export interface Setting {
  key: string
  value: string
}

/** Tells how the server is set up and doing. */
export interface SystemService {
  /** The settings that may be shown, by key. */
  listSettings(): Setting[]
  /** How the process and its machine are doing. */
  getStatus(): SystemStatus
}

/** Options of the system service. */
export interface SystemServiceOptions {
  probe: SystemProbe
  /** The settings that may be shown, and no others. */
  visible: Readonly<Record<string, string>>
  /** The server's version. */
  version: string
}

/** Longest value that is shown, in characters. */
const MAX_VALUE = 500

/** Creates the service. */
export function createSystemService({ probe, visible, version }: SystemServiceOptions): SystemService {
  return {
    listSettings: () =>
      Object.entries(visible)
        .map(([key, value]) => ({ key, value: value.slice(0, MAX_VALUE) }))
        .sort((one, other) => (one.key < other.key ? -1 : 1)),
    getStatus() {
      const measured = probe.measure()
      return { ...measured, versions: { ...measured.versions, server: version } }
    },
  }
}
