import {
  type Attributes,
  type Context,
  context,
  type Tracer as OtelApiTracer,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { describeStatement } from './describe-statement.ts'
import type { StatementStart, Tracer } from './tracer.ts'

/**
 * Runs statements in spans of their own, where a span runs that is recorded.
 *
 * @param isOwn Whether the span that runs is one of this tracer's calls.
 */
export function createStatementRunner(
  tracer: OtelApiTracer,
  isOwn: (active: Context) => boolean,
): Exclude<Tracer['statement'], undefined> {
  return function runStatement(statement, run) {
    const active = context.active()
    // A timer that a call started still runs in its context long after the call has ended.
    if (!isOwn(active) || trace.getSpan(active)?.isRecording() !== true) return run()
    const span = startSpan(tracer, statement, active)
    return context.with(trace.setSpan(active, span), () => runToEnd(span, run))
  }
}

function startSpan(tracer: OtelApiTracer, statement: StatementStart, active: Context): Span {
  const { operation, summary, text } = describeStatement(statement)
  const attributes: Attributes = {
    'db.system.name': statement.system,
    'db.query.summary': summary,
    ...(operation === undefined ? {} : { 'db.operation.name': operation }),
    ...(text === undefined ? {} : { 'db.query.text': text }),
  }
  return tracer.startSpan(summary, { kind: SpanKind.CLIENT, attributes }, active)
}

function runToEnd<T>(span: Span, run: () => T): T {
  try {
    const pending = run()
    if (!(pending instanceof Promise)) {
      span.end()
      return pending
    }
    pending.then(
      () => span.end(),
      (error: unknown) => fail(span, error),
    )
    return pending
  } catch (error) {
    fail(span, error)
    throw error
  }
}

/** Messages of databases repeat what they were given, so a span says no more than their codes. */
function fail(span: Span, error: unknown): void {
  const code = findCode(error)
  span.setAttributes({
    'error.type': code ?? (error instanceof Error ? error.name : '_OTHER'),
    ...(code === undefined ? {} : { 'db.response.status_code': code }),
  })
  span.setStatus({ code: SpanStatusCode.ERROR })
  span.end()
}

/** The code of the database, which stores keep as a cause. */
function findCode(error: unknown): string | undefined {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth++) {
    const { errcode, code } = cause as { errcode?: unknown; code?: unknown }
    if (typeof errcode === 'number') return String(errcode)
    if (typeof code === 'string' && /^[A-Z0-9_]{2,40}$/.test(code)) return code
  }
  return undefined
}
