import {
  type Attributes,
  type Context,
  context,
  type Tracer as OtelApiTracer,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { CallRecord } from './observer.ts'
import { redactText } from './redact.ts'
import type { TraceContext } from './trace-context.ts'
import type { CallSpan, SpanStart, Tracer } from './tracer.ts'

/** Outcomes that make a span one of an error (OpenTelemetry semantic conventions, "Recording errors"). */
const failed: ReadonlySet<string> = new Set(['tool_error', 'crash', 'timeout', 'protocol_error', 'refused'])

/**
 * Makes a span for each request through the OpenTelemetry API, whatever SDK is behind it. Attributes follow the
 * semantic conventions for MCP and generative AI; nothing of arguments or results is among them.
 *
 * @param tracer Default: the global one, as your SDK set it.
 */
export function createOtelTracer(tracer: OtelApiTracer = trace.getTracer('plinth')): Tracer {
  return {
    start(start) {
      const span = tracer.startSpan(
        redactText(toSpanName(start)),
        { kind: SpanKind.SERVER, startTime: start.time, attributes: toAttributes(start) },
        toParentContext(start.parent),
      )
      return toCallSpan(span)
    },
  }
}

function toSpanName({ method, component }: SpanStart): string {
  return component === undefined || method === 'resources/read' ? method : `${method} ${component}`
}

function toAttributes({ method, component, requestId, revision, isHttp }: SpanStart): Attributes {
  const isTool = method === 'tools/call'
  return {
    'mcp.method.name': method,
    'mcp.protocol.version': revision,
    'jsonrpc.request.id': redactText(String(requestId)),
    'network.transport': isHttp ? 'tcp' : 'pipe',
    ...(isTool ? { 'gen_ai.operation.name': 'execute_tool' } : {}),
    ...(isTool && component !== undefined ? { 'gen_ai.tool.name': redactText(component) } : {}),
    ...(method === 'prompts/get' && component !== undefined
      ? { 'gen_ai.prompt.name': redactText(component) }
      : {}),
  }
}

function toParentContext(parent: TraceContext | undefined): Context {
  if (parent === undefined) return ROOT_CONTEXT
  const { traceId, spanId, flags } = parent
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: flags, isRemote: true })
}

function toCallSpan(span: Span): CallSpan {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext()
  const active = trace.setSpan(ROOT_CONTEXT, span)
  return {
    context: { traceId, spanId, flags: traceFlags, state: traceState?.serialize() },
    run: (run) => context.with(active, run),
    end(record) {
      span.setAttributes(toResultAttributes(record))
      for (const { name, time } of record.events) span.addEvent(name, {}, time)
      if (failed.has(record.outcome))
        span.setStatus({ code: SpanStatusCode.ERROR, message: record.error ?? '' })
      span.end()
    },
  }
}

function toResultAttributes(record: CallRecord): Attributes {
  const { outcome, error, errorType, errorId } = record
  return {
    'plinth.outcome': outcome,
    'plinth.invocation_id': record.invocationId,
    'plinth.tenant': record.tenant,
    'plinth.principal': record.principalHash,
    'plinth.queued_ms': record.queuedMs,
    ...(record.client === undefined ? {} : { 'plinth.client': redactText(record.client) }),
    ...(failed.has(outcome) ? { 'error.type': errorType ?? error ?? outcome } : {}),
    ...(errorId === undefined ? {} : { 'plinth.error_id': errorId }),
  }
}
