import { parseTraceparent, type TraceContext } from '../telemetry/trace-context.ts'
import { type McpRequest, toMeta } from './request.ts'

/** The trace a request belongs to: as the message carries it, else as HTTP does. */
export function findTraceParent(request: McpRequest): TraceContext | undefined {
  return findMessageTrace(request) ?? findHttpTrace(request)
}

/** The trace a request belongs to, and that of the HTTP request it came with where they differ. */
export function findTraceContexts(request: McpRequest): {
  parent: TraceContext | undefined
  link: TraceContext | undefined
} {
  const own = findMessageTrace(request)
  const transport = findHttpTrace(request)
  if (own === undefined) return { parent: transport, link: undefined }
  return { parent: own, link: transport?.spanId === own.spanId ? undefined : transport }
}

function findMessageTrace(request: McpRequest): TraceContext | undefined {
  const { traceparent, tracestate } = toMeta(request)
  return parseTraceparent(traceparent, tracestate)
}

function findHttpTrace({ exchange: { headers } }: McpRequest): TraceContext | undefined {
  return parseTraceparent(headers?.get('traceparent'), headers?.get('tracestate'))
}
