// Written by `npm run api`. What a user of this entry can reach, one part for each module.

// telemetry/log.d.ts

/** One line of the server's own log, for the people who run it. Never sent to a client. */
export interface LogRecord {
    readonly level: 'debug' | 'info' | 'warn' | 'error';
    readonly message: string;
    readonly [field: string]: unknown;
}
/** Where log records go. Must not throw and must not block. */
export type LogSink = (record: LogRecord) => void;
/** Writes each record as one JSON line to stderr, so that stdout stays free for the protocol. */
export declare function createStderrLog(): LogSink;
/** What the log keeps of anything that was thrown; never throws itself. */
export declare function describeError(thrown: unknown): Record<string, unknown>;

// telemetry/pino-log.d.ts

import { type DestinationStream, type Logger } from 'pino';
import type { LogSink } from './log.ts';
/** Where pino writes. */
export interface PinoLogOptions {
    /** A logger of your own, with its own transports. Default: JSON lines on stderr. */
    readonly logger?: Logger;
    /** Where the default logger writes. Default: stderr, so that stdout stays free for the protocol. */
    readonly destination?: DestinationStream;
}
/**
 * A server's log through pino: `createServer({ log: createPinoLog() })`. Levels, bounds and redaction are the server's
 * (`logLevel`, `maxLogLinesPerSecond`), so the default logger writes whatever it gets.
 */
export declare function createPinoLog(options?: PinoLogOptions): LogSink;
