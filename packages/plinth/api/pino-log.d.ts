// Written by `npm run api`. What a user of this entry can reach, one part for each module.

// telemetry/log.d.ts

/** One line of the server's own log, for the people who run it. Never sent to a client. */
export interface LogRecord {
    readonly level: 'debug' | 'info' | 'warn' | 'error';
    readonly message: string;
    readonly [field: string]: unknown;
}
/** Marks a record whose maker has hidden every secret already; it is not looked through again. */
export declare const isRedacted: unique symbol;
/** Where log records go. */
export interface LogSink {
    /** Must not throw and must not block. */
    (record: LogRecord): void;
    /** Resolves once everything that was logged so far is written. Asked before the process ends. */
    flush?(): Promise<void>;
}
/** Writes each record as one JSON line to stderr, so that stdout stays free for the protocol. */
export declare function createStderrLog(): LogSink;
/** Hands each record on as one line of JSON, with its time. */
export declare function createLineLog(write: (line: string) => void, toText?: (record: LogRecord) => string): (record: LogRecord) => void;
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
     * `pino.destination({ dest: path, sync: false, minLength: 4096 })`. Default: stderr, so that stdout stays free for
     * the protocol.
     */
    readonly destination?: DestinationStream;
}
/**
 * A server's log through pino: `createServer({ log: createPinoLog() })`. Levels, bounds and redaction are the server's
 * (`logLevel`, `maxLogLinesPerSecond`), so whatever it hands on is written. Without a logger of your own, only pino's
 * destination takes part: a line has nothing left to format.
 */
export declare function createPinoLog(options?: PinoLogOptions): LogSink;
