import { type DestinationStream, destination, type Logger } from 'pino'
import { createLineLog, type LogRecord, type LogSink } from './log.ts'

/** Where pino writes. */
export interface PinoLogOptions {
  /** A logger of your own, with its own transports. Default: JSON lines to `destination`. */
  readonly logger?: Logger
  /**
   * Where lines go without a logger: for a busy server
   * `pino.destination({ dest: path, sync: false, minLength: 4096 })`. Default: stderr, so that stdout stays free for
   * the protocol.
   */
  readonly destination?: DestinationStream
}

/**
 * A server's log through pino: `createServer({ log: createPinoLog() })`. Levels, bounds and redaction are the server's
 * (`logLevel`, `maxLogLinesPerSecond`), so whatever it hands on is written. Without a logger of your own, only pino's
 * destination takes part: a line has nothing left to format.
 */
export function createPinoLog(options: PinoLogOptions = {}): LogSink {
  const { logger, destination: stream = destination({ dest: 2, sync: true }) } = options
  return logger === undefined ? createDestinationLog(stream) : createLoggerLog(logger)
}

function createLoggerLog(logger: Logger): LogSink {
  const write = ({ level, message, ...fields }: LogRecord) => logger[level](fields, message)
  // What an asynchronous destination or a transport holds back would be lost with the process.
  const flush = () => new Promise<void>((resolve) => logger.flush(() => resolve()))
  return Object.assign(write, { flush })
}

function createDestinationLog(stream: DestinationStream): LogSink {
  const { flush } = stream as { flush?: (done: () => void) => void }
  const write = createLineLog((line) => stream.write(line))
  return Object.assign(write, {
    flush: () =>
      new Promise<void>((resolve) => (flush === undefined ? resolve() : flush.call(stream, resolve))),
  })
}
