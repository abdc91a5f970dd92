import { setTimeout as sleep } from 'node:timers/promises'
import { readMonotonicMs } from '../monotonic-clock.ts'

const lookMs = 5

/**
 * Resolves once everything that was written to stdout and stderr is out of this process, or after `withinMs`
 * milliseconds: a pipe whose reader is slow takes no more than the system keeps for it, and the rest ends with us.
 */
export async function flushOutput(withinMs: number): Promise<void> {
  const end = readMonotonicMs() + withinMs
  while (isWaiting(process.stdout) || isWaiting(process.stderr)) {
    if (readMonotonicMs() >= end) return
    await sleep(lookMs)
  }
}

function isWaiting({ writableLength, destroyed }: NodeJS.WriteStream): boolean {
  return writableLength > 0 && !destroyed
}
