import { findTraceParent } from '../mcp/call-trace.ts'
import { Observation } from '../mcp/observation.ts'
import type { McpRequest } from '../mcp/request.ts'
import { readMonotonicMs } from '../monotonic-clock.ts'
import { createPrincipalHash, isObserved, type ObserveOptions, tellAll, toEnd, toRecord } from './observe.ts'

/** Watches one run of a job until the returned function is called, which tells the observers of it. */
export type WatchRun = (request: McpRequest, run: { readonly attempt: number }) => () => void

/** Has runs of jobs told like calls; undefined where nobody observes, so that it costs nothing. */
export function createWatchRun(options: ObserveOptions): WatchRun | undefined {
  const { tracer, now } = options
  if (!isObserved(options)) return undefined
  const making = { toHash: createPrincipalHash(options.hash), options }
  return function watchRun(request, { attempt }) {
    const [time, startedAt] = [now(), readMonotonicMs()]
    const { exchange } = request
    const observation = new Observation()
    observation.request = request
    observation.message = { jsonrpc: '2.0', id: request.id, method: request.method, params: request.params }
    observation.span = tracer?.start({
      method: request.method,
      component: String(request.params['name']),
      requestId: request.id,
      revision: request.revision.date,
      isHttp: false,
      parent: undefined,
      link: findTraceParent(request),
      time,
      attempt,
    })
    exchange.observation = observation
    return function end() {
      const begun = { time, startedAt, bytesIn: 0, exchange, observation }
      const reply = { status: 200, text: undefined }
      const record = { ...toRecord(begun, reply, making), kind: 'job', attempt } as const
      tellAll(toEnd(record), observation.span, options)
    }
  }
}
