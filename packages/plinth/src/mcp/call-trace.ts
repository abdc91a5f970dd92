import { parseTraceparent, type TraceContext } from '../telemetry/trace-context.ts'
import { type McpRequest, toMeta } from './request.ts'

/** The trace a request belongs to: as the protocol carries it, else as HTTP does. */
export function findTraceParent(request: McpRequest): TraceContext | undefined {
  const { traceparent, tracestate } = toMeta(request)
  const { headers } = request.exchange
  return (
    parseTraceparent(traceparent, tracestate) ??
    parseTraceparent(headers?.get('traceparent'), headers?.get('tracestate'))
  )
}
