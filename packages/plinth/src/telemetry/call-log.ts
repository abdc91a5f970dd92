import { isAboutStranger, isRedacted, type LogRecord, type LogSink } from './log.ts'
import type { CallKind, CallOutcome, CallRecord, Observer } from './observer.ts'
import { redactName, redactText, redactValue } from './redact.ts'

/** What the line of a call says. */
export interface CallLogOptions {
  /** Whether lines carry the arguments, without their secrets. Default `false`. */
  readonly logArguments?: boolean
}

/** One message an outcome: each is a kind of its own, so that a flood of refusals hides no success. */
const lines: Readonly<Record<CallOutcome, readonly [LogRecord['level'], string]>> = {
  ok: ['info', 'A call was answered.'],
  tool_error: ['info', 'A tool said that it failed.'],
  refused: ['warn', 'A call was refused.'],
  protocol_error: ['warn', 'A call was not valid.'],
  crash: ['error', 'A call crashed.'],
  timeout: ['warn', 'A call took too long.'],
  cancelled: ['info', 'A call was cancelled.'],
  input_required: ['info', 'A call waits for its client.'],
}

const calls: ReadonlySet<string> = new Set(['tool', 'resource', 'prompt', 'http', 'job'])

/** What is said of what is no call. */
const messages: Readonly<Partial<Record<CallKind, Readonly<Partial<Record<CallOutcome, string>>>>>> = {
  job: {
    ok: 'A job was done.',
    tool_error: 'A tool said that its job failed.',
    crash: 'A job crashed.',
    timeout: 'A job took too long.',
    cancelled: 'A job was taken away from its run.',
    input_required: 'A job waits for its client.',
  },
  http: { refused: 'A request was refused before it was read.' },
}

/** Writes one line for each message. Those that went well and called nothing are for the level `debug`. */
export function createCallLog(log: LogSink, { logArguments = false }: CallLogOptions = {}): Observer {
  return {
    onCall(record) {
      const [level, usual] = lines[record.outcome]
      const message = messages[record.kind]?.[record.outcome] ?? usual
      const shown = calls.has(record.kind) || record.outcome !== 'ok' ? level : 'debug'
      const input = logArguments ? { arguments: redactValue(record.arguments, record.redact) } : {}
      const line = { level: shown, message, [isRedacted]: true, ...toFields(record), ...input }
      log(record.kind === 'http' ? { ...line, [isAboutStranger]: true } : line)
    },
  }
}

/** Every line has every field that applies, under names that do not change. What others chose hides no secret. */
function toFields(record: CallRecord): Record<string, unknown> {
  const { kind, requestId } = record
  const component = hide(record.component)
  const name = kind === 'tool' || kind === 'job' ? { tool_name: component } : { component }
  return {
    kind,
    method: hide(record.method),
    ...name,
    execution_time_ms: Math.round(record.durationMs * 1_000) / 1_000,
    queued_ms: record.queuedMs === 0 ? undefined : Math.round(record.queuedMs),
    invocation_id: record.invocationId,
    request_id: typeof requestId === 'string' ? redactText(requestId) : requestId,
    attempt: record.attempt,
    outcome: record.outcome,
    error: hide(record.error),
    error_type: hide(record.errorType),
    error_id: record.errorId,
    principal: record.principalHash,
    tenant: hide(record.tenant),
    client: hide(record.client),
    revision: hide(record.revision),
    bytes_in: record.bytesIn,
    bytes_out: record.bytesOut,
    trace_id: record.traceId,
    span_id: record.spanId,
    dry_run: record.dryRun || undefined,
    events: record.events.length === 0 ? undefined : record.events.map(({ name: event }) => event),
  }
}

function hide(text: string | undefined): string | undefined {
  return text === undefined ? undefined : redactName(text)
}
