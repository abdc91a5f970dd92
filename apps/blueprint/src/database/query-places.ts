/** What a caller is told to wait when too many statements wait already, in milliseconds. */
export const BUSY_RETRY_AFTER_MS = 2_000

/** Places for statements. */
export interface Places {
  /** Waits for a place; false when too many wait already. Rejects with the reason of `signal` when that aborts. */
  take(signal: AbortSignal): Promise<boolean>
  /** Gives a place back. */
  give(): void
}

/** Lets so many in at a time, and so many wait. */
export function createPlaces(maxTaken: number, maxWaiting: number): Places {
  const waiting = new Set<() => void>()
  let taken = 0
  return {
    async take(signal) {
      signal.throwIfAborted()
      if (taken < maxTaken) {
        taken += 1
        return true
      }
      if (waiting.size >= maxWaiting) return false
      const { promise, resolve, reject } = Promise.withResolvers<boolean>()
      const enter = (): void => resolve(true)
      const onAbort = (): void => {
        if (waiting.delete(enter)) reject(signal.reason)
      }
      waiting.add(enter)
      signal.addEventListener('abort', onAbort, { once: true })
      return promise.finally(() => signal.removeEventListener('abort', onAbort))
    },
    give() {
      const [next] = waiting
      if (!next) {
        taken -= 1
        return
      }
      waiting.delete(next)
      next()
    },
  }
}
