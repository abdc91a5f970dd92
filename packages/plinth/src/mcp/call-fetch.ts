import { type TraceContext, toTraceparent } from '../telemetry/trace-context.ts'
import type { ActiveCall } from './active-call.ts'

/**
 * Fetches for one call: the request ends when the call does. Nothing of the client's request is sent along; what
 * every request for a call is to carry, such as its trace, is added here and nowhere else.
 */
export function fetchForCall(
  call: ActiveCall,
  input: string | URL | Request,
  init: RequestInit = {},
): Promise<Response> {
  const own = init.signal ?? (input instanceof Request ? input.signal : undefined)
  const signal = own ? AbortSignal.any([own, call.signal]) : call.signal
  if (call.trace === undefined) return fetch(input, { ...init, signal })
  return fetch(input, { ...init, signal, headers: toTracedHeaders(call.trace, input, init) })
}

/** The headers of a request with those of its trace. One that has a trace of its own keeps it. */
function toTracedHeaders(trace: TraceContext, input: string | URL | Request, init: RequestInit): Headers {
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined))
  if (headers.has('traceparent')) return headers
  headers.set('traceparent', toTraceparent(trace))
  if (trace.state !== undefined) headers.set('tracestate', trace.state)
  return headers
}
