import type { Failure } from './errors.ts'
import type { RateLimit } from './mcp/policy.ts'
import type { McpRequest } from './mcp/request.ts'
import { compileLimit, createRateFailure, take } from './middleware/rate-limit.ts'
import { createShedding, type Load } from './middleware/shedding.ts'
import type { ServerSettings } from './server-options.ts'
import type { Stores } from './server-stores.ts'
import { type EventLoopMonitor, monitorEventLoop } from './telemetry/event-loop.ts'

/** What decides whether a request gets in at all, before anything is looked up for it. */
export interface Admission {
  readonly load: Load
  /** Whether the process has too much to do. */
  readonly shed: () => Failure | undefined
  /** Whether this caller asks too often, whatever it asks for. */
  readonly limit: ((request: McpRequest) => Failure | undefined | Promise<Failure | undefined>) | undefined
  /** Starts measuring the event loop; until then only the number of requests counts. */
  start(): void
  stop(): void
}

export function createAdmission(settings: ServerSettings, stores: Stores): Admission {
  let monitor: EventLoopMonitor | undefined
  const load: Load = { inFlight: 0, delayMs: () => monitor?.delayMs ?? 0 }
  return {
    load,
    shed: createShedding(load, settings),
    limit: settings.rate === undefined ? undefined : createServerLimit(settings.rate, settings.limitsHttpOnly, stores),
    start() {
      monitor ??= monitorEventLoop()
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
