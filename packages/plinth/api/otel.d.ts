// Written by `npm run api`. What a user of this entry can reach, one part for each module.

// telemetry/log.d.ts

/** One line of the server's own log, for the people who run it. Never sent to a client. */
export interface LogRecord {
    readonly level: 'debug' | 'info' | 'warn' | 'error';
    readonly message: string;
    readonly [field: string]: unknown;
}
/** Where a record has what is put together only once it is known to be written. */
export declare const lateLine: unique symbol;
/** A line without a secret in it, which nobody has put together yet. */
export interface LateLine {
    /** The whole record. */
    toRecord(): LogRecord;
    /** The members of the record as JSON text, without braces; undefined where only the record will do. */
    toMembers(): string | undefined;
}
/** A sink that takes the text of a line as well. */
export interface TextSink extends LogSink {
    /** @param members The members of a JSON object, without braces. */
    writeMembers(members: string): void;
}
/** Whether a sink takes text. */
export declare function takesText(sink: LogSink): sink is TextSink;
/** Marks a record about a caller nobody knows, of whom there can be any number: fewer of those are written. */
export declare const isAboutStranger: unique symbol;
/** Where log records go. */
export interface LogSink {
    /** Must not throw and must not block. */
    (record: LogRecord): void;
    /** Resolves once everything that was logged so far is written. Asked before the process ends. */
    flush?(): Promise<void>;
    /** Lines that could not be written so far, because nobody took them. */
    readonly dropped?: number;
}
/**
 * Writes each record as one JSON line to stderr, so that stdout stays free for the protocol. Where 4 MiB wait for whoever
 * reads it, further lines are dropped and counted, and a line says how many once it is read again.
 */
export declare function createStderrLog(): LogSink;
/** Hands each record on as one line of JSON, with its time. */
export declare function createLineLog(write: (line: string) => void, toText?: (record: LogRecord) => string): TextSink;
/** What the log keeps of anything that was thrown; never throws itself. */
export declare function describeError(thrown: unknown): Record<string, unknown>;

// telemetry/metric-families.d.ts

/** Labels of one series. */
export type Labels = Readonly<Record<string, string>>;
/** One value of a metric. */
export interface Sample {
    readonly labels?: Labels;
    readonly value: number;
}
/** A trace that a value was measured in. */
export interface Exemplar {
    readonly traceId: string;
    readonly spanId: string;
    readonly value: number;
    /** Milliseconds since 1970. */
    readonly time: number;
}
/** One series of a metric as it stands. Of a histogram the value is the sum. */
export interface MetricPoint {
    readonly labels: Labels;
    readonly value: number;
    /** Of a histogram: how many values there were. */
    readonly count?: number;
    /** Of a histogram: how many values fell into each bucket, the last without an upper end. */
    readonly buckets?: readonly number[];
    /** Of a histogram: for each bucket a trace that fell into it, where there is one. */
    readonly exemplars?: readonly (Exemplar | undefined)[];
}
/** A metric with all its series. */
export interface MetricFamily {
    readonly name: string;
    readonly help: string;
    readonly type: 'counter' | 'gauge' | 'histogram';
    /** Of a histogram: the upper ends of its buckets, ascending. The last bucket has none. */
    readonly bounds?: readonly number[];
    points(): Iterable<MetricPoint>;
}
/** Most series of components that one metric may have; components that come later are counted as `other`. */
export declare const maxSeries = 1000;
/** One series of a counter. */
export interface CounterSeries {
    value: number;
}
/** Counts up. */
export declare class Counter implements MetricFamily {
    readonly type = "counter";
    readonly name: string;
    readonly help: string;
    private readonly series;
    constructor(name: string, help: string);
    add(labels: Labels, value?: number): void;
    /** The series of these labels, for those who count often. */
    find(labels: Labels): CounterSeries;
    points(): Iterable<MetricPoint>;
}
/** One series of a histogram. */
export declare class HistogramSeries {
    readonly buckets: number[];
    readonly exemplars: (Exemplar | undefined)[];
    sum: number;
    count: number;
    private readonly bounds;
    constructor(bounds: readonly number[]);
    /** @param trace The trace it was measured in, kept until another one falls into the same bucket. */
    observe(value: number, trace?: Omit<Exemplar, 'value'>): void;
}
/** Counts values by size. Bounds are upper ends, ascending. */
export declare class Histogram implements MetricFamily {
    readonly type = "histogram";
    readonly name: string;
    readonly help: string;
    readonly bounds: readonly number[];
    private readonly series;
    constructor(name: string, help: string, bounds: readonly number[]);
    /** The series of these labels. */
    find(labels: Labels): HistogramSeries;
    points(): Iterable<MetricPoint>;
}
/** How a value that is read when it is asked for is called. */
export interface ReadingOptions {
    readonly type: 'counter' | 'gauge';
    readonly read: () => Iterable<Sample>;
}
/** Read when it is asked for. */
export declare class Reading implements MetricFamily {
    readonly type: 'counter' | 'gauge';
    readonly name: string;
    readonly help: string;
    private readonly read;
    constructor(name: string, help: string, { type, read }: ReadingOptions);
    /** A value that cannot be read now is left out, and keeps nobody from the others. */
    points(): Iterable<MetricPoint>;
}

// telemetry/observer.d.ts

import type { Sample } from './metric-families.ts';
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
/**
 * What a message was about. `http` is a request that was refused before anything of MCP was read, `job` no message at
 * all but one run of a job: its `requestId` is the id of the job.
 */
export type CallKind = 'tool' | 'job' | 'resource' | 'prompt' | 'request' | 'notification' | 'response' | 'unreadable' | 'http';
/** Something on the way of a call that people who look into it want to know. */
export interface CallEvent {
    readonly name: CallEventName;
    /** When, in milliseconds since 1970. */
    readonly time: number;
    /** What else there is to say. Nothing of arguments or results. */
    readonly facts?: EventFacts | undefined;
}
/** What an event says besides its name. */
export type EventFacts = Readonly<Record<string, string | number>>;
/** What can happen on the way of a call. */
export type CallEventName = 
/** The user or the model behind the client was asked. */
'asked'
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
 | 'dead_lettered';
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
    /** The code of the JSON-RPC error it was answered with; undefined where it was answered with a result, or not. */
    readonly errorCode: number | undefined;
    /** The sentence of that JSON-RPC error, as the caller got it. Not to be shown without `redactText`. */
    readonly errorMessage: string | undefined;
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
    /** Whether the trace is recorded, so that its id leads somewhere. */
    readonly isSampled: boolean;
    readonly idempotencyKey: string | undefined;
    readonly dryRun: boolean;
    /** Of a job: which run of it this is, counted from 1. */
    readonly attempt?: number;
    /** The arguments as they were sent; undefined where no component declared them. Not to be shown without `redactValue` and `redact`. */
    readonly arguments: unknown;
    /** Paths of the arguments that the contract keeps out of all records. */
    readonly redact: readonly string[];
    readonly events: readonly CallEvent[];
}
/** How a message ended. Its record is made once somebody asks for it, at once or never. */
export interface CallEnd {
    readonly kind: CallKind;
    readonly outcome: CallOutcome;
    readonly record: CallRecord;
}
/** Hears of every message. Must neither throw nor block: it stands in the way of the answer. */
export interface Observer {
    /** Called exactly once for each message, refused and unknown ones included, when its answer is ready. */
    onCall(record: CallRecord): void;
    /** False while the server must refuse everything, because it could not be recorded. */
    isReady?(): boolean;
    /**
     * Gets ready before the server takes requests. What is thrown here keeps it from starting.
     */
    prepare?(): Promise<void>;
    /** What it has to say of itself among the metrics of the server. Asked whenever those are read. */
    readings?(): Iterable<MetricReading>;
    /** Writes what is still held back, and lets go of what is open. Called when the server has stopped. */
    close?(): Promise<void>;
}
/** A metric whose values are known when it is asked for. */
export interface MetricReading {
    /** As Prometheus wants it: `plinth_audit_dropped_total`. */
    readonly name: string;
    readonly help: string;
    readonly type: 'counter' | 'gauge';
    readonly samples: Iterable<Sample>;
}

// telemetry/otel-resource.d.ts

import { type Resource } from '@opentelemetry/resources';
import { type LogSink } from './log.ts';
/** Variables of OpenTelemetry. */
export type OtelEnvironment = Readonly<Record<string, string | undefined>>;
/** Under which name a process sends, and where to. */
export interface OtlpOptions {
    /** Default: `OTEL_SERVICE_NAME`, else this. */
    readonly serviceName: string;
    readonly serviceVersion?: string;
    /** Where the collector takes them. Default: as `OTEL_EXPORTER_OTLP_*` say, else port 4318 of this machine. */
    readonly url?: string;
    /** Default `process.env`. */
    readonly env?: OtelEnvironment;
    /** Where it is told that a collector does not take what is sent, and what of `env` means nothing. Default: stderr. */
    readonly log?: LogSink;
}
/** What is told of this process with everything it sends. `OTEL_RESOURCE_ATTRIBUTES` is part of it. */
export declare function createResource({ serviceName, serviceVersion, env }: OtlpOptions): Resource;
/**
 * One protocol is spoken here, and a collector that expects another one would get nothing it can read.
 *
 * @throws TypeError naming the variable and its value.
 */
export declare function assertProtocol(signal: 'TRACES' | 'METRICS', env: OtelEnvironment): void;
/** What an exporter is made with. */
export interface ExporterSetup {
    readonly env: OtelEnvironment;
    readonly log: LogSink;
    /** Where it sends to. */
    readonly url: string;
    /** What it is told. What it reads itself, it reads from the environment of the process. */
    readonly exporterOptions: {
        url?: string;
        headers?: Record<string, string>;
    };
}
/** Works out where to send, and with which headers. */
export declare function toExporter(signal: 'TRACES' | 'METRICS', options: OtlpOptions): ExporterSetup;
/** What the specification of OpenTelemetry wants to be ignored is said at least. */
export declare function warnOfIgnored(log: LogSink, { name, value, expected }: {
    name: string;
    value: string;
    expected: string;
}): void;

// telemetry/otel-tracer.d.ts

import { type Tracer as OtelApiTracer } from '@opentelemetry/api';
import type { Tracer } from './tracer.ts';
/**
 * Makes a span for each request, and one below it for each statement that a store or `traceStatement` tells of,
 * through the OpenTelemetry API, whatever SDK is behind it. Attributes follow the semantic conventions for MCP,
 * generative AI and databases; nothing of arguments, parameters or results is among them. What handlers and libraries
 * start belongs to the span of their call wherever the SDK has a context manager.
 *
 * @param tracer Default: the global one, as your SDK set it.
 */
export declare function createOtelTracer(tracer?: OtelApiTracer): Tracer;

// telemetry/otel.d.ts

import { type OtlpOptions } from './otel-resource.ts';
import { createOtelTracer } from './otel-tracer.ts';
import type { Tracer } from './tracer.ts';
export type { OtlpOptions };
export { createOtelTracer };
/**
 * Sends traces to a collector over OTLP/HTTP, in batches. Spans that libraries and handlers start through the
 * OpenTelemetry API become children of the span of their call. That a collector does not take them is logged and
 * counted.
 *
 * @throws TypeError naming the variable of the environment and its value where it asks for what is not here. Values that
 * mean nothing are logged and ignored, as the specification of OpenTelemetry wants it.
 */
export declare function createOtlpTracer(options: OtlpOptions): Tracer;

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

import type { CallRecord, MetricReading } from './observer.ts';
import type { TraceContext } from './trace-context.ts';
/** What is known of a request when its span starts. */
export interface SpanStart {
    /** `other` where it was refused before it was known to be one of the protocol. */
    readonly method: string;
    readonly component: string | undefined;
    readonly requestId: string | number | undefined;
    /** Undefined where it was refused before that was known. */
    readonly revision: string | undefined;
    /** Whether the request came over HTTP. */
    readonly isHttp: boolean;
    /** Where the caller's trace stands; undefined where it sent none. */
    readonly parent: TraceContext | undefined;
    /** Where the trace of the HTTP request stands, where the message names another one; or that of the call a job is of. */
    readonly link: TraceContext | undefined;
    /** Of the run of a job: which one it is, counted from 1. Its `requestId` is the id of the job. */
    readonly attempt?: number;
    /** When the message came, in milliseconds since 1970. */
    readonly time: number;
}
/** What is known of a statement to a database when its span starts. Never the values of its parameters. */
export interface StatementStart {
    /** The product, by the name OpenTelemetry has for it. */
    readonly system: string;
    readonly text: string;
    /** What is done; undefined where the text has to say. */
    readonly operation?: string;
    /** What it is done to; undefined where the text has to say. */
    readonly target?: string;
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
    /**
     * Runs a statement to a database in a span below the one that runs here. Where that is none of this tracer's own, it
     * only runs the statement.
     */
    statement?<T>(statement: StatementStart, run: () => T): T;
    /** What it has to say of itself among the metrics of the server. Asked whenever those are read. */
    readings?(): Iterable<MetricReading>;
    /** Sends what is still held back. */
    close?(): Promise<void>;
}
