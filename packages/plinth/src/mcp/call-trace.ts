import { parseTraceparent, type TraceContext } from '../telemetry/trace-context.ts'
import type { HeaderLookup } from './exchange.ts'
import { type McpRequest, toMeta } from './request.ts'

type Params = McpRequest['params']

/** Where the spans stand that a request belongs to. */
export interface TraceContexts {
  readonly parent: TraceContext | undefined
  readonly link: TraceContext | undefined
}

/** The trace a request belongs to: as the message carries it, else as HTTP does. */
export function findTraceParent(request: McpRequest): TraceContext | undefined {
  return findMessageTrace(request.params) ?? findHttpTrace(request.exchange.headers)
}

/** The trace a request belongs to, and that of the HTTP request it came with where they differ. */
export function findTraceContexts(params: Params, headers: HeaderLookup | undefined): TraceContexts {
  const own = findMessageTrace(params)
  const transport = findHttpTrace(headers)
  if (own === undefined) return { parent: transport, link: undefined }
  return { parent: own, link: transport?.spanId === own.spanId ? undefined : transport }
}

function findMessageTrace(params: Params): TraceContext | undefined {
  const { traceparent, tracestate } = toMeta({ params })
  return parseTraceparent(traceparent, tracestate)
}

/** The trace of an HTTP request. */
export function findHttpTrace(headers: HeaderLookup | undefined): TraceContext | undefined {
  const traceparent = headers?.get('traceparent')
  return traceparent === undefined ? undefined : parseTraceparent(traceparent, headers?.get('tracestate'))
}
