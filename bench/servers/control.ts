import { getHeapStatistics } from 'node:v8'

/** What a server process says of itself. */
export interface ServerFacts {
  /** Processor time since it started, in microseconds. */
  readonly cpuUs: number
  readonly heapBytes: number
  readonly residentBytes: number
  /** Bytes allocated since it started, whether collected or not. */
  readonly allocatedBytes: number
}

/** Tells the parent that the server listens, answers its questions, and ends with it. */
export function reportReady(port: number): void {
  process.on('message', (message: { collect: boolean }) => {
    if (message.collect) collect()
    process.send?.({ facts: readFacts() })
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ port })
}

function collect(): void {
  for (let round = 0; round < 3; round++) globalThis.gc?.()
}

function readFacts(): ServerFacts {
  const { user, system } = process.cpuUsage()
  const { heapUsed, rss } = process.memoryUsage()
  const statistics = getHeapStatistics() as { total_allocated_bytes?: number }
  return {
    cpuUs: user + system,
    heapBytes: heapUsed,
    residentBytes: rss,
    allocatedBytes: statistics.total_allocated_bytes ?? Number.NaN,
  }
}
