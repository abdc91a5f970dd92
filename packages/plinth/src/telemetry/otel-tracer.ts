import {
  type Attributes,
  type Context,
  context,
  createContextKey,
  createTraceState,
  type Link,
  type Tracer as OtelApiTracer,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import type { CallEvent, CallRecord } from './observer.ts'
import { createStatementRunner } from './otel-statement.ts'
import { redactText } from './redact.ts'
import type { TraceContext } from './trace-context.ts'
import type { CallSpan, SpanStart, Tracer } from './tracer.ts'

/** Outcomes that make a span one of an error. A request that was taken back is none: nobody waits for it. */
const failed: ReadonlySet<string> = new Set(['tool_error', 'crash', 'timeout', 'protocol_error', 'refused'])

/** Says whose span runs, so that of several tracers in a process one tells of a statement. */
const ownerKey = createContextKey('plinth.tracer')

/**
 * Makes a span for each request, and one below it for each statement that a store or `traceStatement` tells of,
 * through the OpenTelemetry API, whatever SDK is behind it. Attributes follow the semantic conventions for MCP,
 * generative AI and databases; nothing of arguments, parameters or results is among them. What handlers and libraries
 * start belongs to the span of their call wherever the SDK has a context manager.
 *
 * @param tracer Default: the global one, as your SDK set it.
 */
export function createOtelTracer(tracer: OtelApiTracer = trace.getTracer('plinth')): Tracer {
  const owner = {}
  return {
    start(start) {
      const span = tracer.startSpan(
        redactText(toSpanName(start)),
        {
          kind: start.attempt === undefined ? SpanKind.SERVER : SpanKind.CONSUMER,
          startTime: start.time,
          attributes: start.attempt === undefined ? toAttributes(start) : toJobAttributes(start),
          links: toLinks(start),
        },
        toParentContext(start.parent),
      )
      return toCallSpan(span, owner)
    },
    statement: createStatementRunner(tracer, (active) => active.getValue(ownerKey) === owner),
  }
}

function toSpanName({ method, component, attempt }: SpanStart): string {
  if (attempt !== undefined) return `job ${component}`
  return component === undefined || isResource(method) ? method : `${method} ${component}`
}

function isResource(method: string): boolean {
  return method.startsWith('resources/')
}

function toAttributes({ method, component, requestId, revision, isHttp }: SpanStart): Attributes {
  const name = component === undefined ? undefined : redactText(component)
  return {
    'mcp.method.name': redactText(method),
    ...(revision === undefined ? {} : { 'mcp.protocol.version': revision }),
    ...(requestId === undefined ? {} : { 'jsonrpc.request.id': redactText(String(requestId)) }),
    'network.transport': isHttp ? 'tcp' : 'pipe',
    ...(isHttp ? { 'network.protocol.name': 'http' } : {}),
    ...(method === 'tools/call' ? { 'gen_ai.operation.name': 'execute_tool' } : {}),
    ...(method === 'tools/call' && name !== undefined ? { 'gen_ai.tool.name': name } : {}),
    ...(method === 'prompts/get' && name !== undefined ? { 'gen_ai.prompt.name': name } : {}),
    ...(isResource(method) && name !== undefined ? { 'mcp.resource.uri': name } : {}),
  }
}

function toJobAttributes({ component = '', requestId, attempt }: SpanStart): Attributes {
  return {
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': redactText(component),
    'plinth.job': String(requestId),
    'plinth.attempt': attempt,
  }
}

function toParentContext(parent: TraceContext | undefined): Context {
  return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, toSpanContext(parent))
}

function toLinks({ link }: SpanStart): Link[] {
  return link === undefined ? [] : [{ context: toSpanContext(link) }]
}

function toSpanContext({ traceId, spanId, flags, state }: TraceContext): SpanContext {
  const rest = state === undefined ? {} : { traceState: createTraceState(state) }
  return { traceId, spanId, traceFlags: flags, isRemote: true, ...rest }
}

function toCallSpan(span: Span, owner: object): CallSpan {
  const { traceId, spanId, traceFlags, traceState } = span.spanContext()
  const active = trace.setSpan(ROOT_CONTEXT, span).setValue(ownerKey, owner)
  return {
    context: { traceId, spanId, flags: traceFlags, state: traceState?.serialize() },
    run: (run) => context.with(active, run),
    end(record) {
      if (!span.isRecording()) return span.end()
      span.setAttributes(toResultAttributes(record))
      for (const event of record.events) span.addEvent(event.name, toEventAttributes(event), event.time)
      if (failed.has(record.outcome)) span.setStatus({ code: SpanStatusCode.ERROR, ...toDescription(record) })
      span.end()
    },
  }
}

function toEventAttributes({ facts = {} }: CallEvent): Attributes {
  return Object.fromEntries(Object.entries(facts).map(([name, value]) => [`plinth.${name}`, value]))
}

/** The sentence of a JSON-RPC error. What a handler says of a failed call may be for its caller alone. */
function toDescription({ errorMessage }: CallRecord): { message?: string } {
  return errorMessage === undefined ? {} : { message: redactText(errorMessage) }
}

function toResultAttributes(record: CallRecord): Attributes {
  const { outcome, error, errorType, errorId, errorCode } = record
  return {
    'plinth.outcome': outcome,
    'plinth.invocation_id': record.invocationId,
    'plinth.tenant': record.tenant,
    'plinth.principal': record.principalHash,
    'plinth.queued_ms': record.queuedMs,
    ...(record.client === undefined ? {} : { 'plinth.client': redactText(record.client) }),
    ...(failed.has(outcome) ? { 'error.type': toErrorType(record) } : {}),
    ...(errorCode === undefined ? {} : { 'rpc.response.status_code': String(errorCode) }),
    ...(error === undefined ? {} : { 'plinth.error': error }),
    ...(errorType === undefined ? {} : { 'plinth.error_class': errorType }),
    ...(errorId === undefined ? {} : { 'plinth.error_id': errorId }),
  }
}

/** The code of a JSON-RPC error, or `tool_error` where the call was answered with a failed result. */
function toErrorType({ errorCode, kind, outcome }: CallRecord): string {
  if (errorCode !== undefined) return String(errorCode)
  return kind === 'tool' ? 'tool_error' : outcome
}
