import type { CallRecord, MetricReading } from './observer.ts'
import type { TraceContext } from './trace-context.ts'

/** What is known of a request when its span starts. */
export interface SpanStart {
  /** `other` where it was refused before it was known to be one of the protocol. */
  readonly method: string
  readonly component: string | undefined
  readonly requestId: string | number | undefined
  /** Undefined where it was refused before that was known. */
  readonly revision: string | undefined
  /** Whether the request came over HTTP. */
  readonly isHttp: boolean
  /** Where the caller's trace stands; undefined where it sent none. */
  readonly parent: TraceContext | undefined
  /** Where the trace of the HTTP request stands, where the message names another one; or that of the call a job is of. */
  readonly link: TraceContext | undefined
  /** Of the run of a job: which one it is, counted from 1. Its `requestId` is the id of the job. */
  readonly attempt?: number
  /** When the message came, in milliseconds since 1970. */
  readonly time: number
}

/** What is known of a statement to a database when its span starts. Never the values of its parameters. */
export interface StatementStart {
  /** The product, by the name OpenTelemetry has for it. */
  readonly system: string
  readonly text: string
  /** What is done; undefined where the text has to say. */
  readonly operation?: string
  /** What it is done to; undefined where the text has to say. */
  readonly target?: string
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
  /**
   * Runs a statement to a database in a span below the one that runs here. Where that is none of this tracer's own, it
   * only runs the statement.
   */
  statement?<T>(statement: StatementStart, run: () => T): T
  /** What it has to say of itself among the metrics of the server. Asked whenever those are read. */
  readings?(): Iterable<MetricReading>
  /** Sends what is still held back. */
  close?(): Promise<void>
}
