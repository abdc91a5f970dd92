import { Failure, ProtocolError, ToolError } from '../errors.ts'
import type { JsonRpcMessage } from '../jsonrpc/message.ts'
import type { CallEvent, CallEventName, CallOutcome, EventFacts } from '../telemetry/observer.ts'
import type { CallSpan } from '../telemetry/tracer.ts'
import type { ActiveCall, Callee } from './active-call.ts'
import { Cancelled } from './call-errors.ts'
import type { McpRequest } from './request.ts'
import type { McpResult } from './result.ts'
import { ToolResult } from './tool-result.ts'

/** Failures of the house that end a call that was begun; the others keep it from beginning. */
const inTheCall: ReadonlySet<string> = new Set([
  'output_invalid',
  'output_too_large',
  'cannot_ask',
  'answer_invalid',
  'result_not_kept',
  'circuit_open',
  'upstream_unavailable',
  'upstream_timeout',
  'upstream_too_large',
  'upstream_type_refused',
  'redirect_refused',
  'address_refused',
])

const declaredCode = 40_000
const nothing: readonly CallEvent[] = Object.freeze([])
/** Most events kept of one message. */
const maxEvents = 100
const refusals: ReadonlySet<string> = new Set(['scope_missing', 'streams_exhausted'])

/** What the stages of a request leave behind for the record of it. Exists only where somebody observes. */
export class Observation {
  message: JsonRpcMessage | undefined
  request: McpRequest | undefined
  call: ActiveCall | undefined
  /** What was asked for, where no call was made of it. */
  callee: Callee | undefined
  span: CallSpan | undefined
  outcome: CallOutcome = 'ok'
  error: string | undefined
  errorCode: number | undefined
  errorMessage: string | undefined
  errorType: string | undefined
  errorId: string | undefined
  queuedMs = 0
  /** Most messages have none. */
  private noted: CallEvent[] | undefined
  private readonly onRequest: ((observation: Observation) => void) | undefined

  constructor(onRequest?: (observation: Observation) => void) {
    this.onRequest = onRequest
  }

  get events(): readonly CallEvent[] {
    return this.noted ?? nothing
  }

  noteRequest(request: McpRequest): void {
    this.request = request
    this.onRequest?.(this)
  }

  noteQueued(queuedMs: number): void {
    this.queuedMs += queuedMs
    this.noteEvent('queued', { queued_ms: Math.round(queuedMs) })
  }

  noteEvent(name: CallEventName, facts?: EventFacts): void {
    this.noted ??= []
    if (this.noted.length < maxEvents) this.noted.push({ name, time: Date.now(), facts })
  }

  /** The JSON-RPC error that goes back. */
  noteErrorAnswer(code: number, message: string): void {
    this.errorCode = code
    this.errorMessage = message
  }

  /** What a request ended in. An outcome that was noted on the way stays. */
  noteResult(result: McpResult): void {
    if (result.interim === 'input_required') this.end('input_required')
    const { meta } = result
    if (meta !== undefined) this.noteMeta(meta)
    if (!(result instanceof ToolResult) || !result.isError || this.outcome !== 'ok') return
    this.end('tool_error', toErrorName(result.structured))
  }

  /** An error whose kind says all. What nobody expected comes by `noteCrash`. */
  noteError(error: unknown): void {
    if (error instanceof Cancelled) this.end('cancelled')
    else if (error instanceof ToolError) this.end('tool_error', 'tool_error')
    else if (error instanceof Failure) this.noteFailure(error)
    else if (error instanceof ProtocolError && error.error !== 'internal') {
      this.end(refusals.has(error.error) ? 'refused' : 'protocol_error', error.error)
    }
  }

  noteCrash(thrown: unknown, errorId: string): void {
    this.end('crash', 'internal')
    this.errorType = thrown instanceof Error ? thrown.name : typeof thrown
    this.errorId = errorId
  }

  private noteFailure({ body: { error }, code }: Failure): void {
    if (code === declaredCode || inTheCall.has(error)) this.end('tool_error', error)
    else if (error === 'internal') this.end('crash', error)
    else this.end(error === 'timeout' ? 'timeout' : 'refused', error)
  }

  private noteMeta(meta: Readonly<Record<string, unknown>>): void {
    if (meta['plinth/cached'] === true) this.noteEvent('cached')
    if (meta['plinth/replayed'] === true) this.noteEvent('replayed')
    if (meta['plinth/repeats'] !== undefined) this.noteEvent('repeated')
    if (meta['plinth/nextCursor'] !== undefined || meta['plinth/whole'] !== undefined) this.noteEvent('cut')
  }

  private end(outcome: CallOutcome, error?: string): void {
    this.outcome = outcome
    this.error = error
  }
}

function toErrorName(structured: unknown): string {
  const name = (structured as { error?: unknown } | null | undefined)?.error
  return typeof name === 'string' && /^\w{1,64}$/.test(name) ? name : 'tool_error'
}
