import type { Sample } from './metric-families.ts'

/** How a message ended. */
export type CallOutcome =
  | 'ok'
  /** The tool said that it failed. */
  | 'tool_error'
  /** Not done: no right to it, too often, too much at once, arguments that do not fit. */
  | 'refused'
  /** The message was wrong: unknown names and methods too. */
  | 'protocol_error'
  /** Code threw what nobody expected. The log has it under `errorId`. */
  | 'crash'
  | 'timeout'
  /** The client took its request back, or left. */
  | 'cancelled'
  /** The client has to answer questions first. */
  | 'input_required'

/**
 * What a message was about. `http` is a request that was refused before anything of MCP was read, `job` no message at
 * all but one run of a job: its `requestId` is the id of the job.
 */
export type CallKind =
  | 'tool'
  | 'job'
  | 'resource'
  | 'prompt'
  | 'request'
  | 'notification'
  | 'response'
  | 'unreadable'
  | 'http'

/** Something on the way of a call that people who look into it want to know. */
export interface CallEvent {
  readonly name: CallEventName
  /** When, in milliseconds since 1970. */
  readonly time: number
  /** What else there is to say. Nothing of arguments or results. */
  readonly facts?: EventFacts | undefined
}

/** What an event says besides its name. */
export type EventFacts = Readonly<Record<string, string | number>>

/** What can happen on the way of a call. */
export type CallEventName =
  /** The user or the model behind the client was asked. */
  | 'asked'
  /** It stood in line for a slot, and got one. */
  | 'queued'
  /** Its answer came from the cache. */
  | 'cached'
  /** The cache had no answer. */
  | 'cache_missed'
  /** It got the answer of an earlier call with the same key. */
  | 'replayed'
  /** Its result was over its budget. */
  | 'cut'
  /** Its caller was told that it repeats itself. */
  | 'repeated'
  /** An attempt at an upstream failed and was made again. */
  | 'retried'
  /** It stood in line for a slot of an upstream. */
  | 'upstream_queued'
  /** The breaker of an upstream kept it from asking. */
  | 'breaker_refused'
  /** Its failure opened the breaker of an upstream. */
  | 'breaker_opened'
  /** The run of a job ended without a result, and another one follows. */
  | 'rescheduled'
  /** A job used its attempts up, and waits as a dead letter for somebody to look at it. */
  | 'dead_lettered'

/** All there is to tell of one message, told once, when its answer is ready. */
export interface CallRecord {
  /** When the message came, in milliseconds since 1970. */
  readonly time: number
  readonly kind: CallKind
  /** Undefined where the message could not be read, or is a response of the client. At most 128 characters. */
  readonly method: string | undefined
  /** The tool, resource or prompt that was asked for, whether there is one or not. At most 256 characters. */
  readonly component: string | undefined
  /** Whether the server has that component. Callers can invent names, so others are no label of a metric. */
  readonly isKnown: boolean
  /** This one run, unique everywhere. */
  readonly invocationId: string
  readonly requestId: string | number | undefined
  /** Tells callers apart without naming them. */
  readonly principalHash: string
  /** Who called. For audit alone: logs and metrics have `principalHash`. */
  readonly subject: string
  readonly tenant: string
  /** Name and version of the client, as it says. At most 128 characters. */
  readonly client: string | undefined
  readonly revision: string | undefined
  readonly outcome: CallOutcome
  /** The stable name of the failure. */
  readonly error: string | undefined
  /** The code of the JSON-RPC error it was answered with; undefined where it was answered with a result, or not. */
  readonly errorCode: number | undefined
  /** The sentence of that JSON-RPC error, as the caller got it. Not to be shown without `redactText`. */
  readonly errorMessage: string | undefined
  /** The class of what was thrown, for `crash`. */
  readonly errorType: string | undefined
  /** What the caller was told in place of what was thrown, for `crash`. */
  readonly errorId: string | undefined
  readonly durationMs: number
  /** How much of `durationMs` was spent in line for a free slot. */
  readonly queuedMs: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly traceId: string | undefined
  readonly spanId: string | undefined
  /** Whether the trace is recorded, so that its id leads somewhere. */
  readonly isSampled: boolean
  readonly idempotencyKey: string | undefined
  readonly dryRun: boolean
  /** Of a job: which run of it this is, counted from 1. */
  readonly attempt?: number
  /** The arguments as they were sent; undefined where no component declared them. Not to be shown without `redactValue` and `redact`. */
  readonly arguments: unknown
  /** Paths of the arguments that the contract keeps out of all records. */
  readonly redact: readonly string[]
  readonly events: readonly CallEvent[]
}

/** How a message ended. Its record is made once somebody asks for it, at once or never. */
export interface CallEnd {
  readonly kind: CallKind
  readonly outcome: CallOutcome
  readonly record: CallRecord
}

/** Hears of every message. Must neither throw nor block: it stands in the way of the answer. */
export interface Observer {
  /** Called exactly once for each message, refused and unknown ones included, when its answer is ready. */
  onCall(record: CallRecord): void
  /** False while the server must refuse everything, because it could not be recorded. */
  isReady?(): boolean
  /**
   * Gets ready before the server takes requests. What is thrown here keeps it from starting.
   */
  prepare?(): Promise<void>
  /** What it has to say of itself among the metrics of the server. Asked whenever those are read. */
  readings?(): Iterable<MetricReading>
  /** Writes what is still held back, and lets go of what is open. Called when the server has stopped. */
  close?(): Promise<void>
}

/** A metric whose values are known when it is asked for. */
export interface MetricReading {
  /** As Prometheus wants it: `plinth_audit_dropped_total`. */
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge'
  readonly samples: Iterable<Sample>
}
