import { Failure } from 'plinth'
import { defineUpstream, type Upstream as GuardedUpstream, type UpstreamOptions } from 'plinth/upstream'
import { DEFAULT_RETRY_AFTER_MS, type Upstream } from './fetch-json.ts'
import { UpstreamUnavailableError } from './unavailable-error.ts'

/** A service behind the framework's breaker, slots, timeouts and retries. */
export interface ProtectedUpstream extends Upstream {
  /** For the server's list of upstreams, which readiness and metrics are made from. */
  readonly guarded: GuardedUpstream
}

/** Longest that one run may take, in milliseconds: a service gives ten seconds for all it asks. */
const TIMEOUT_MS = 9_000

/** Protects a service, and this server from it. Options given replace the defaults. */
export function createUpstream(options: UpstreamOptions): ProtectedUpstream {
  const { timeoutMs = TIMEOUT_MS } = options
  const guarded = defineUpstream({
    timeoutMs,
    retry: { attempts: 3 },
    breaker: {},
    bulkhead: { limit: 10 },
    ...options,
  })
  return {
    name: guarded.name,
    guarded,
    async run({ signal, effect }, attempt) {
      // With the timeout as its deadline, a run that used it up has no time left for another attempt.
      const deadline = Date.now() + timeoutMs
      try {
        return await guarded.run({ signal, deadline, effect, idempotencyKey: undefined, fetch }, attempt)
      } catch (error) {
        throw error instanceof Failure ? toUnavailable(guarded.name, error) : error
      }
    },
  }
}

/** The attempt's own words where it found any. */
function toUnavailable(name: string, failure: Failure): UpstreamUnavailableError {
  if (failure.cause instanceof UpstreamUnavailableError) return failure.cause
  const { error, retry_after_ms = DEFAULT_RETRY_AFTER_MS } = failure.body
  const message =
    error === 'upstream_unavailable' ? `${name} could not be reached.` : `${name} was given up (${error}).`
  return new UpstreamUnavailableError(message, retry_after_ms, { cause: failure })
}
