import { fstatSync } from 'node:fs'
import { type DestinationStream, destination, type Logger } from 'pino'
import { createStderrOutput, LineBatch, maxWaitingBytes, toLossLine, withDropped } from './line-output.ts'
import { createLineLog, type LogRecord, type LogSink } from './log.ts'

/** Where pino writes. */
export interface PinoLogOptions {
  /** A logger of your own, with its own transports. Default: JSON lines to `destination`. */
  readonly logger?: Logger
  /**
   * Where lines go without a logger: for a busy server
   * `pino.destination({ dest: path, sync: false, minLength: 4096, maxLength: 4194304 })`. One that is synchronous stops
   * the server while nobody takes its lines; to an asynchronous one they go many at a time, after 20 ms at most. Default:
   * stderr, so that stdout stays free for the protocol; where 4 MiB wait for whoever reads it, further lines are dropped
   * and counted.
   */
  readonly destination?: DestinationStream
}

/**
 * A server's log through pino: `createServer({ log: createPinoLog() })`. Levels, bounds and redaction are the server's
 * (`logLevel`, `maxLogLinesPerSecond`), so whatever it hands on is written. Without a logger of your own, only pino's
 * destination takes part: a line has nothing left to format.
 */
export function createPinoLog({ logger, destination: stream }: PinoLogOptions = {}): LogSink {
  if (logger !== undefined) return createLoggerLog(logger)
  if (stream !== undefined) return createDestinationLog(stream)
  // At the end of the process pino waits without end for a pipe that nobody reads.
  if (!isFile(2)) return createStreamLog()
  return createDestinationLog(destination({ dest: 2, sync: false, maxLength: maxWaitingBytes }))
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile()
  } catch {
    return false
  }
}

function createLoggerLog(logger: Logger): LogSink {
  const write = ({ level, message, ...fields }: LogRecord) => logger[level](fields, message)
  // What an asynchronous destination or a transport holds back would be lost with the process.
  const flush = () => new Promise<void>((resolve) => logger.flush(() => resolve()))
  return Object.assign(write, { flush })
}

function createStreamLog(): LogSink {
  const output = createStderrOutput()
  const batch = new LineBatch((text, lines) => output.write(text, lines))
  const flush = async () => batch.write()
  const log = Object.assign(
    createLineLog((line) => batch.add(line)),
    { flush },
  )
  return withDropped(log, () => output.dropped)
}

/** What pino's own destinations have besides. */
interface Destination extends DestinationStream {
  readonly sync?: boolean
  flush?(done: () => void): void
  on?(event: 'drop' | 'drain', listener: (text: string) => void): unknown
}

/** How long lines wait for others that go to an asynchronous destination with them, in milliseconds. */
const holdMs = 20

/**
 * An asynchronous destination holds lines back anyway, and hands what it writes to another thread, which takes longer
 * than writing it: so lines come to it many at a time.
 */
function createDestinationLog(stream: Destination): LogSink {
  const batch = stream.sync === false ? new LineBatch((text) => stream.write(text), holdMs) : undefined
  const log = createLineLog((line) => (batch === undefined ? stream.write(line) : batch.add(line)))
  const flush = () => {
    batch?.write()
    return new Promise<void>((resolve) => (stream.flush === undefined ? resolve() : stream.flush(resolve)))
  }
  return withDropped(Object.assign(log, { flush }), countDrops(stream))
}

/** Counts what a destination drops because it holds all it may, and says so once it has written that. */
function countDrops(stream: Destination): () => number {
  let dropped = 0
  let untold = 0
  stream.on?.('drop', (text) => {
    const lines = text.split('\n').length - 1
    dropped += lines
    untold += lines
  })
  stream.on?.('drain', () => {
    if (untold === 0) return
    const lost = untold
    untold = 0
    stream.write(toLossLine(lost))
  })
  return () => dropped
}
