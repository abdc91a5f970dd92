import type { MetricReading } from './observer.ts'

/** What a server counts besides its calls. */
export class ServerCounts {
  /** Lines that were too many for the log. */
  droppedLogLines = 0
  /** The log, which may have dropped lines itself. */
  log: { readonly dropped?: number } = {}
  private readonly storeFailures = new Map<string, number>()

  /** Counts from zero what a shared store fails at; call what is returned whenever it does. */
  addStore(store: string): () => void {
    this.storeFailures.set(store, 0)
    return () => void this.storeFailures.set(store, (this.storeFailures.get(store) ?? 0) + 1)
  }

  readings(): MetricReading[] {
    return [
      {
        name: 'plinth_log_lines_dropped_total',
        help: 'Log lines that were too many, or that nobody took.',
        type: 'counter',
        samples: [{ value: this.droppedLogLines + (this.log.dropped ?? 0) }],
      },
      {
        name: 'plinth_store_failures_total',
        help: 'Requests to shared stores that failed.',
        type: 'counter',
        samples: [...this.storeFailures].map(([store, value]) => ({ labels: { store }, value })),
      },
    ]
  }
}
