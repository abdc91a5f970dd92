import type { CallRecord } from './observer.ts'
import type { TraceContext } from './trace-context.ts'

/** What is known of a request when its span starts. */
export interface SpanStart {
  readonly method: string
  readonly component: string | undefined
  readonly requestId: string | number | undefined
  readonly revision: string
  /** Whether the request came over HTTP. */
  readonly isHttp: boolean
  /** Where the caller's trace stands; undefined where it sent none. */
  readonly parent: TraceContext | undefined
  /** When the message came, in milliseconds since 1970. */
  readonly time: number
}

/** The span of one request. */
export interface CallSpan {
  readonly context: TraceContext
  /** Runs code as part of the span, so that what it starts belongs to the same trace. */
  run<T>(run: () => T): T
  end(record: CallRecord): void
}

/** Makes a span for each request. Must not throw. */
export interface Tracer {
  start(start: SpanStart): CallSpan
  /** Sends what is still held back. */
  close?(): Promise<void>
}
