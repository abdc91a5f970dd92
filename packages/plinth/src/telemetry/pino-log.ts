import { type DestinationStream, destination, type Logger, pino } from 'pino'
import type { LogRecord, LogSink } from './log.ts'

/** Where pino writes. */
export interface PinoLogOptions {
  /** A logger of your own, with its own transports. Default: JSON lines on stderr. */
  readonly logger?: Logger
  /** Where the default logger writes. Default: stderr, so that stdout stays free for the protocol. */
  readonly destination?: DestinationStream
}

/**
 * A server's log through pino: `createServer({ log: createPinoLog() })`. Levels, bounds and redaction are the server's
 * (`logLevel`, `maxLogLinesPerSecond`), so the default logger writes whatever it gets.
 */
export function createPinoLog(options: PinoLogOptions = {}): LogSink {
  const logger = options.logger ?? createLogger(options.destination)
  return function writePino(record: LogRecord) {
    const { level, message, ...fields } = record
    logger[level](fields, message)
  }
}

function createLogger(stream: DestinationStream = destination({ dest: 2, sync: true })): Logger {
  return pino(
    {
      level: 'trace',
      base: null,
      messageKey: 'message',
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    stream,
  )
}
