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
  const { flush, sync } = stream as { flush?: (done: () => void) => void; sync?: boolean }
  const lines = sync === false ? new LineBatch(stream) : undefined
  const write = createLineLog((line) => (lines === undefined ? stream.write(line) : lines.add(line)))
  return Object.assign(write, {
    flush: () => {
      lines?.write()
      return new Promise<void>((resolve) => (flush === undefined ? resolve() : flush.call(stream, resolve)))
    },
  })
}

/** The lines of one turn of the event loop, for a destination that holds them back anyway: they go to it as one text. */
class LineBatch {
  private readonly stream: DestinationStream
  private lines: string[] = []

  constructor(stream: DestinationStream) {
    this.stream = stream
  }

  add(line: string): void {
    if (this.lines.push(line) === 1) setImmediate(() => this.write())
  }

  write(): void {
    if (this.lines.length === 0) return
    const text = this.lines.join('')
    this.lines = []
    this.stream.write(text)
  }
}
