import type { RateLimit } from './mcp/policy.ts'
import type { Admission } from './middleware/admission.ts'
import { compileLimit, createRateFailure, take } from './middleware/rate-limit.ts'
import { createShedding, type Load } from './middleware/shedding.ts'
import type { ServerSettings } from './server-options.ts'
import type { Stores } from './server-stores.ts'
import { type EventLoopMonitor, monitorEventLoop } from './telemetry/event-loop.ts'

/** Works out how a server lets requests in. */
export function createAdmission(
  settings: ServerSettings,
  stores: Stores,
  onSample: (delayMs: number) => void,
): Admission {
  let monitor: EventLoopMonitor | undefined
  const load: Load = { inFlight: 0, finished: 0, cut: undefined, delayMs: () => monitor?.delayMs ?? 0 }
  return {
    load,
    shed: createShedding(load, settings),
    limit:
      settings.rate === undefined
        ? undefined
        : createServerLimit(settings.rate, settings.limitsHttpOnly, stores),
    start() {
      monitor ??= monitorEventLoop(onSample)
    },
    stop() {
      monitor?.stop()
      monitor = undefined
    },
  }
}

type LimitCaller = Exclude<Admission['limit'], undefined>

function createServerLimit(rate: RateLimit, isHttpOnly: boolean, { counters }: Stores): LimitCaller {
  const limit = compileLimit('server', rate, 0)
  const toFailure = (wait: number) => (wait > 0 ? createRateFailure(wait) : undefined)
  return function limitCaller(request) {
    if (isHttpOnly && request.exchange.headers === undefined) return undefined
    const wait = take(limit, request, { input: undefined, counters })
    return wait instanceof Promise ? wait.then(toFailure) : toFailure(wait)
  }
}
