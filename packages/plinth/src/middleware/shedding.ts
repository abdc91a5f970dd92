import { createFailure, type Failure } from '../errors.ts'

/** What tells that a process has too much to do. */
export interface Load {
  /** Requests being worked on. */
  inFlight: number
  /** Requests that were worked on for a while and have ended. */
  finished: number
  /** Set once calls were broken off, because the server stops: how many, and how many had ended by then. */
  cut: { readonly calls: number; readonly finished: number } | undefined
  /** How late the event loop runs, in milliseconds; 0 where nobody measures. */
  readonly delayMs: () => number
}

export interface SheddingOptions {
  /** Most requests at once. */
  readonly maxInFlight: number
  /** Longest event-loop delay, in milliseconds. */
  readonly maxEventLoopDelayMs: number
}

/**
 * Refuses work at the door while the process has too much of it, so that what it has taken on still ends in time.
 * Undefined lets a request in.
 */
export function createShedding(load: Load, options: SheddingOptions): () => Failure | undefined {
  const { maxInFlight, maxEventLoopDelayMs } = options
  return function shed() {
    if (load.inFlight < maxInFlight && load.delayMs() <= maxEventLoopDelayMs) return undefined
    return createFailure('overloaded', { retryAfterMs: 1_000 })
  }
}
