import { setTimeout as sleep } from 'node:timers/promises'

/** Makes what a report rests by between two weeks. It rejects as soon as its signal aborts. */
export function createRest(restMs: number): (signal: AbortSignal) => Promise<void> {
  return (signal) => sleep(restMs, undefined, { signal })
}
