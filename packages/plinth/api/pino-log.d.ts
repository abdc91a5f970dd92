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

// telemetry/pino-log.d.ts

import { type DestinationStream, type Logger } from 'pino';
import { type LogSink } from './log.ts';
/** Where pino writes. */
export interface PinoLogOptions {
    /** A logger of your own, with its own transports. Default: JSON lines to `destination`. */
    readonly logger?: Logger;
    /**
     * Where lines go without a logger: for a busy server
     * `pino.destination({ dest: path, sync: false, minLength: 4096, maxLength: 4194304 })`. One that is synchronous stops
     * the server while nobody takes its lines; to an asynchronous one they go many at a time, after 20 ms at most. Default:
     * stderr, so that stdout stays free for the protocol; where 4 MiB wait for whoever reads it, further lines are dropped
     * and counted.
     */
    readonly destination?: DestinationStream;
}
/**
 * A server's log through pino: `createServer({ log: createPinoLog() })`. Levels, bounds and redaction are the server's
 * (`logLevel`, `maxLogLinesPerSecond`), so whatever it hands on is written. Without a logger of your own, only pino's
 * destination takes part: a line has nothing left to format.
 */
export declare function createPinoLog({ logger, destination: stream }?: PinoLogOptions): LogSink;
