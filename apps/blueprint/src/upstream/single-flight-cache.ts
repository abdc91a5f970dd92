/** Options of a cache whose loads are shared. */
export interface SingleFlightCacheOptions {
  /** Most answers kept. The one that was stored first goes first. Default `500`. */
  maxEntries?: number
  /** How long an answer is good, in milliseconds. Default `300_000`, five minutes. */
  ttlMs?: number
  /** The clock, in milliseconds. Default `Date.now`. */
  now?: () => number
}

/** Loads a value. The signal aborts when nobody waits for it any more. */
export type Load<Value> = (signal: AbortSignal) => Promise<Value>

/** Remembers answers for a while and never loads one key twice at a time. */
export interface SingleFlightCache<Value> {
  /**
   * The remembered answer for `key`, or the one that `load` gives. Failures are not remembered.
   * Rejects with the signal's reason as soon as `signal` aborts; others who wait are not disturbed.
   */
  get(key: string, signal: AbortSignal, load: Load<Value>): Promise<Value>
  /** How many answers are kept. */
  readonly size: number
}

interface Flight<Value> {
  answer: Promise<Value>
  abort: AbortController
  waiting: number
}

/** Creates an empty cache. */
export function createSingleFlightCache<Value>(
  options: SingleFlightCacheOptions = {},
): SingleFlightCache<Value> {
  const { maxEntries = 500, ttlMs = 300_000, now = Date.now } = options
  const answers = new Map<string, { value: Value; expiresAt: number }>()
  const flights = new Map<string, Flight<Value>>()

  function remember(key: string, value: Value): void {
    answers.delete(key)
    const oldest = answers.size >= maxEntries ? answers.keys().next().value : undefined
    if (oldest !== undefined) answers.delete(oldest)
    answers.set(key, { value, expiresAt: now() + ttlMs })
  }

  function launch(key: string, load: Load<Value>): Flight<Value> {
    const abort = new AbortController()
    const flight = { answer: load(abort.signal), abort, waiting: 0 }
    flights.set(key, flight)
    flight.answer.then(
      (value) => remember(key, value),
      () => {},
    )
    const land = (): void => {
      if (flights.get(key) === flight) flights.delete(key)
    }
    flight.answer.then(land, land)
    return flight
  }

  async function join(key: string, flight: Flight<Value>, signal: AbortSignal): Promise<Value> {
    flight.waiting += 1
    try {
      return await untilAborted(flight.answer, signal)
    } finally {
      flight.waiting -= 1
      if (flight.waiting === 0) {
        // A later caller must not board a flight that has just been called off.
        if (flights.get(key) === flight) flights.delete(key)
        flight.abort.abort()
      }
    }
  }

  return {
    async get(key, signal, load) {
      signal.throwIfAborted()
      const known = answers.get(key)
      if (known && known.expiresAt > now()) return known.value
      return join(key, flights.get(key) ?? launch(key, load), signal)
    },
    get size() {
      return answers.size
    },
  }
}

async function untilAborted<Value>(answer: Promise<Value>, signal: AbortSignal): Promise<Value> {
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([answer, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
