// Written by `npm run api`. What a user of this entry can reach, one part for each module.

// telemetry/audit-file.d.ts

import type { AuditSink } from './audit-sink.ts';
export interface FileAuditSinkOptions {
    /** The file, made where there is none. Each process needs one of its own: a second one is refused. */
    readonly path: string;
    /** Size beyond which a new file is begun, in bytes. Default `104_857_600`. */
    readonly maxBytes?: number;
    /**
     * Most old files kept, as `path.1` (the newest) and up; the oldest is deleted, which is logged and counted. Default
     * `1_000`.
     */
    readonly maxFiles?: number;
    /** Whether every batch is forced to the disk, so that it survives a crash of the machine. Default `false`. */
    readonly sync?: boolean;
}
/**
 * Appends to a file that only its owner may read, and begins a new one when it is large. Where somebody else removes,
 * moves or changes the file it goes on in a new one, with a record that says so.
 */
export declare function fileAuditSink(options: FileAuditSinkOptions): AuditSink;

// telemetry/audit-record.d.ts

import type { CallRecord } from './observer.ts';
/** One line of an audit log. */
export interface AuditRecord {
    /** Counts up by one with every record, across files and restarts. */
    readonly seq: number;
    /** ISO 8601. */
    readonly time: string;
    /** The hash of the record before; 64 zeros for the first. */
    readonly prev: string;
    /** SHA-256 over the record without this member, in hex; with a key, HMAC-SHA-256. */
    readonly hash: string;
    readonly [fact: string]: unknown;
}
/** Where a chain stands. */
export interface AuditHead {
    readonly seq: number;
    readonly hash: string;
}
/** The head of a chain without records. */
export declare const emptyHead: AuditHead;
/** Adds facts to a chain: the line to write, and the head from then on. */
export declare function appendRecord(head: AuditHead, facts: Readonly<Record<string, unknown>>, key: string | undefined): {
    line: string;
    head: AuditHead;
};
/** The record of a line whose hash is right; undefined where the line was changed. */
export declare function parseRecord(line: string, key: string | undefined): AuditRecord | undefined;
/** SHA-256 in hex, or with a key HMAC-SHA-256. */
export declare function toHash(text: string, key: string | undefined): string;
/** What an audit log keeps of a call. Arguments leave a digest only, made without their secrets. */
export declare function toAuditFacts(record: CallRecord, { version, key }: {
    version: string | undefined;
    key: string | undefined;
}): Record<string, unknown>;

// telemetry/audit-sink.d.ts

import type { AuditHead } from './audit-record.ts';
/** Where audit records go. */
export interface AuditSink {
    /**
     * Where the chain stands that is to be continued; undefined where there is none.
     *
     * @param tell Hears of what happens to the records kept, for the log, the metrics and the chain.
     */
    open?(tell: (notice: AuditNotice) => void): Promise<AuditHead | undefined>;
    /** Asked before each write: finds out whether what was written is still there, and tells where it is not. */
    check?(): Promise<void>;
    /** Writes whole lines, or rejects and has written none. */
    write(lines: string): Promise<void>;
    close?(): Promise<void>;
}
/** Something that happened to records that were kept. */
export interface AuditNotice {
    /**
     * `replaced`: somebody else changed, moved or removed the file; a record of the chain says so. `deleted`: the oldest
     * file made room for a new one. `torn`: what a crash left of a line was set aside.
     */
    readonly event: 'replaced' | 'deleted' | 'torn';
    /** The file it happened to, or that it is kept in. */
    readonly path: string;
    /** What was found, of a file that was replaced. */
    readonly reason?: AuditReplacement;
    /** Number of the last record in it, where that is known. */
    readonly lastSeq?: number | undefined;
}
/**
 * How a file is not the one that was written to: it is gone; it has another name; it is shorter or longer than it was
 * left; or its end is no record.
 */
export type AuditReplacement = 'removed' | 'renamed' | 'truncated' | 'appended' | 'unreadable';
/**
 * Writes to stdout, for whoever collects it there. Each process begins a chain of its own. Not for servers over stdio,
 * whose stdout is the protocol's.
 */
export declare function stdoutAuditSink(): AuditSink;

// telemetry/audit.d.ts

import type { AuditSink } from './audit-sink.ts';
import { type LogSink } from './log.ts';
import type { Observer } from './observer.ts';
export interface AuditOptions {
    readonly sink: AuditSink;
    /**
     * What becomes of calls while nothing can be written, such as on a full disk. `refuse`: the server refuses all new
     * ones until it can, and does not start where it cannot. `drop_and_count`: they are served, and a record says how
     * many are missing.
     */
    readonly onUnwritable: 'refuse' | 'drop_and_count';
    /** The version of the server, for the record. Default: none. */
    readonly version?: string;
    /** Makes hashes that cannot be made again without it, so that a whole chain cannot be forged. Default: none. */
    readonly key?: string;
    /**
     * Most records that wait to be written. With `refuse` new calls are refused from there on, and those under way are
     * still kept; with `drop_and_count` what comes later is counted. Default `50_000`.
     */
    readonly maxQueued?: number;
    /**
     * How long records may wait for others to be written with them, in milliseconds: what is answered in that time before
     * a disk is full is recorded only once it can be. Default: `10` with `refuse`, else `100`.
     */
    readonly flushMs?: number;
    /** Where failures of the sink, and the ends of the chain, are told. Default: JSON lines on stderr. */
    readonly log?: LogSink;
}
/** An audit log. Pass it to `createServer({ observers: [audit] })`. */
export interface Audit extends Observer {
    /** Records that were lost so far. */
    readonly dropped: number;
    /** Whether all is well: false while nothing may be done because it could not be recorded. */
    isReady(): boolean;
    /** Writes what waits. */
    flush(): Promise<void>;
    close(): Promise<void>;
}
/**
 * Keeps a record of every decision: calls, denials, unknown names. Each record holds the hash of the one before, so
 * that none can be changed, removed or moved without a trace. Records are written in batches beside the calls; what
 * cannot be kept is counted and recorded.
 */
export declare function createAudit(options: AuditOptions): Audit;

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

// telemetry/metrics.d.ts

import { type MetricFamily, type ReadingOptions } from './metric-families.ts';
import type { MetricReading, Observer } from './observer.ts';
/** How metrics are written. `openmetrics` has exemplars: for each bucket the id of a trace that fell into it. */
export type MetricsFormat = 'prometheus' | 'openmetrics';
/** Counts of all calls of a server, and whatever else is read when it is asked for. */
export interface Metrics extends Observer {
    /** Adds a value that is read when it is asked for. */
    read(name: string, help: string, options: ReadingOptions): void;
    /** Adds values of which is known only when they are asked for which there are. Those of one name are added up. */
    include(source: () => Iterable<MetricReading>): void;
    /** Everything, in the text format of Prometheus or in OpenMetrics. Default `prometheus`. */
    toText(format?: MetricsFormat): string;
}
/** Metrics, and what they are made of. */
export interface MetricsRegistry extends Metrics {
    families(): readonly MetricFamily[];
}
/**
 * Counts calls by kind, component and outcome. Names that callers invent are counted as `other`, so that the number of
 * series is bounded.
 */
export declare function createMetrics(): Metrics;
/** Makes metrics that can be read as they are. */
export declare function createRegistry(): MetricsRegistry;

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

// telemetry/redact.d.ts

/** What stands in place of a secret. */
export declare const redacted = "[redacted]";
/** A text without the secrets whose form gives them away. Long texts are cut. */
export declare function redactText(text: string): string;
/** As `redactText`, for short texts that come again and again: names of tools, clients and tenants. */
export declare const redactName: (name: string) => string;
/**
 * A text of a caller without the secrets that `hide` knows; where it is percent-encoded and shows one only once it is
 * decoded, decoded and without it. Secrets with a form are left to `redactText`, but for those.
 */
export declare function hideEncoded(text: string, hide: (text: string) => string): string;
/**
 * A copy of a value, ready for JSON, without secrets: those under `paths` (dotted, `*` for any member or item), those
 * whose name says so, and those whose form gives them away. Never throws; what is too deep or too large is cut.
 */
export declare function redactValue(value: unknown, paths?: readonly string[]): unknown;
/**
 * A copy of a value for a digest: without the same secrets, but nothing else is left out. Of long texts there is a
 * digest of the whole.
 */
export declare function redactWhole(value: unknown, paths: readonly string[], toDigest: (text: string) => string): unknown;

// telemetry/telemetry.d.ts

export type { Audit, AuditOptions } from './audit.ts';
export { createAudit } from './audit.ts';
export type { FileAuditSinkOptions } from './audit-file.ts';
export { fileAuditSink } from './audit-file.ts';
export type { AuditHead, AuditRecord } from './audit-record.ts';
export type { AuditNotice, AuditReplacement, AuditSink } from './audit-sink.ts';
export { stdoutAuditSink } from './audit-sink.ts';
export type { Labels, ReadingOptions, Sample } from './metric-families.ts';
export type { Metrics, MetricsFormat } from './metrics.ts';
export { createMetrics } from './metrics.ts';
export type { CallEvent, CallEventName, CallKind, CallOutcome, CallRecord, EventFacts, MetricReading, Observer, } from './observer.ts';
export { redactText, redactValue } from './redact.ts';
export type { TraceContext } from './trace-context.ts';
export type { CallSpan, SpanStart, StatementStart, Tracer } from './tracer.ts';
export type { AuditFault, AuditVerdict } from './verify-audit.ts';
export { verifyAudit } from './verify-audit.ts';

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

// telemetry/verify-audit.d.ts

import { type AuditHead, type AuditRecord } from './audit-record.ts';
/** What is wrong with a chain, and where. */
export interface AuditFault {
    /** Counts from 1. */
    readonly line: number;
    readonly reason: string;
}
/** How a check of a chain ended. */
export interface AuditVerdict {
    /** The first thing that is wrong; undefined where nothing is. */
    readonly fault: AuditFault | undefined;
    /** Records that are right, up to the fault. */
    readonly records: number;
    /** The first number of the chain; undefined without records. */
    readonly firstSeq: number | undefined;
    /** Records that say that somebody else changed the file, 100 at most: some before them may be missing. */
    readonly replaced: readonly AuditRecord[];
    /** Where the chain stands: compare it with one noted elsewhere to find out whether the end was cut off. */
    readonly head: AuditHead | undefined;
}
/**
 * Checks the lines of an audit log, oldest first: whether each record is as it was written, and follows the one before.
 *
 * @param after Where the chain stood before these lines, such as the head of an older file. Default: anywhere.
 */
export declare function verifyAudit(lines: Iterable<string> | AsyncIterable<string>, { key, after }?: {
    key?: string | undefined;
    after?: AuditHead | undefined;
}): Promise<AuditVerdict>;
/** Whether a record says that the file it is in took the place of another one, and how that came to be so. */
export declare function isReplacement({ kind, decision }: AuditRecord): boolean;
