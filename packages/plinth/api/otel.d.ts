// Written by `npm run api`. What a user of this entry can reach, one part for each module.

// telemetry/observer.d.ts

/** How a message ended. */
export type CallOutcome = 'ok'
/** The tool said that it failed. */
 | 'tool_error'
/** Not done: no right to it, too often, too much at once, arguments that do not fit. */
 | 'refused'
/** The message was wrong: unknown names and methods too. */
 | 'protocol_error'
/** Code threw what nobody expected. The log has it under `errorId`. */
 | 'crash' | 'timeout'
/** The client took its request back, or left. */
 | 'cancelled'
/** The client has to answer questions first. */
 | 'input_required';
/** What a message was about. `http` is a request that was refused before anything of MCP was read. */
export type CallKind = 'tool' | 'resource' | 'prompt' | 'request' | 'notification' | 'response' | 'unreadable' | 'http';
/** Something on the way of a call that people who look into it want to know. */
export interface CallEvent {
    readonly name: 'asked' | 'queued' | 'cached' | 'replayed' | 'cut' | 'repeated';
    /** When, in milliseconds since 1970. */
    readonly time: number;
}
/** All there is to tell of one message, told once, when its answer is ready. */
export interface CallRecord {
    /** When the message came, in milliseconds since 1970. */
    readonly time: number;
    readonly kind: CallKind;
    /** Undefined where the message could not be read, or is a response of the client. At most 128 characters. */
    readonly method: string | undefined;
    /** The tool, resource or prompt that was asked for, whether there is one or not. At most 256 characters. */
    readonly component: string | undefined;
    /** Whether the server has that component. Callers can invent names, so others are no label of a metric. */
    readonly isKnown: boolean;
    /** This one run, unique everywhere. */
    readonly invocationId: string;
    readonly requestId: string | number | undefined;
    /** Tells callers apart without naming them. */
    readonly principalHash: string;
    /** Who called. For audit alone: logs and metrics have `principalHash`. */
    readonly subject: string;
    readonly tenant: string;
    /** Name and version of the client, as it says. At most 128 characters. */
    readonly client: string | undefined;
    readonly revision: string | undefined;
    readonly outcome: CallOutcome;
    /** The stable name of the failure. */
    readonly error: string | undefined;
    /** The class of what was thrown, for `crash`. */
    readonly errorType: string | undefined;
    /** What the caller was told in place of what was thrown, for `crash`. */
    readonly errorId: string | undefined;
    readonly durationMs: number;
    /** How much of `durationMs` was spent in line for a free slot. */
    readonly queuedMs: number;
    readonly bytesIn: number;
    readonly bytesOut: number;
    readonly traceId: string | undefined;
    readonly spanId: string | undefined;
    readonly idempotencyKey: string | undefined;
    readonly dryRun: boolean;
    /** The arguments as they were sent; undefined where no component declared them. Not to be shown without `redactValue` and `redact`. */
    readonly arguments: unknown;
    /** Paths of the arguments that the contract keeps out of all records. */
    readonly redact: readonly string[];
    readonly events: readonly CallEvent[];
}
/** Hears of every message. Must neither throw nor block: it stands in the way of the answer. */
export interface Observer {
    /** Called exactly once for each message, refused and unknown ones included, when its answer is ready. */
    onCall(record: CallRecord): void;
    /** False while the server must refuse everything, because it could not be recorded. */
    isReady?(): boolean;
    /** Writes what is still held back, and lets go of what is open. Called when the server has stopped. */
    close?(): Promise<void>;
}

// telemetry/otel-tracer.d.ts

import { type Tracer as OtelApiTracer } from '@opentelemetry/api';
import type { Tracer } from './tracer.ts';
/**
 * Makes a span for each request through the OpenTelemetry API, whatever SDK is behind it. Attributes follow the
 * semantic conventions for MCP and generative AI; nothing of arguments or results is among them.
 *
 * @param tracer Default: the global one, as your SDK set it.
 */
export declare function createOtelTracer(tracer?: OtelApiTracer): Tracer;

// telemetry/otel.d.ts

import { createOtelTracer } from './otel-tracer.ts';
import type { Tracer } from './tracer.ts';
export { createOtelTracer };
/** Where traces are sent and under which name. */
export interface OtlpTracerOptions {
    /** Default: `OTEL_SERVICE_NAME`, else this. */
    readonly serviceName: string;
    readonly serviceVersion?: string;
    /** Where the collector takes traces. Default: as `OTEL_EXPORTER_OTLP_*` say, else `http://localhost:4318/v1/traces`. */
    readonly url?: string;
    /** Default `process.env`. */
    readonly env?: Readonly<Record<string, string | undefined>>;
}
/**
 * Sends traces to a collector over OTLP/HTTP as JSON, in batches. Spans that libraries and handlers start through the
 * OpenTelemetry API become children of the span of their call.
 *
 * @throws TypeError naming the variable and its value where the sampler makes no sense.
 */
export declare function createOtlpTracer(options: OtlpTracerOptions): Tracer;

// telemetry/trace-context.d.ts

/** Where one piece of work stands in a distributed trace (W3C Trace Context, level 1). */
export interface TraceContext {
    /** 32 hex digits. */
    readonly traceId: string;
    /** 16 hex digits. */
    readonly spanId: string;
    /** 1 where the trace is recorded. */
    readonly flags: number;
    /** What other tracing systems want passed on. */
    readonly state?: string | undefined;
}
/** The context that a `traceparent` names; undefined where it is not one, as the recommendation asks. */
export declare function parseTraceparent(value: unknown, state?: unknown): TraceContext | undefined;
/** The `traceparent` header of a context. */
export declare function toTraceparent({ traceId, spanId, flags }: TraceContext): string;
/** The same trace, one span further. */
export declare function continueTrace(parent: TraceContext): TraceContext;

// telemetry/tracer.d.ts

import type { CallRecord } from './observer.ts';
import type { TraceContext } from './trace-context.ts';
/** What is known of a request when its span starts. */
export interface SpanStart {
    readonly method: string;
    readonly component: string | undefined;
    readonly requestId: string | number | undefined;
    readonly revision: string;
    /** Whether the request came over HTTP. */
    readonly isHttp: boolean;
    /** Where the caller's trace stands; undefined where it sent none. */
    readonly parent: TraceContext | undefined;
    /** When the message came, in milliseconds since 1970. */
    readonly time: number;
}
/** The span of one request. */
export interface CallSpan {
    readonly context: TraceContext;
    /** Runs code as part of the span, so that what it starts belongs to the same trace. */
    run<T>(run: () => T): T;
    end(record: CallRecord): void;
}
/** Makes a span for each request. Must not throw. */
export interface Tracer {
    start(start: SpanStart): CallSpan;
    /** Sends what is still held back. */
    close?(): Promise<void>;
}
