import { createStderrOutput, withDropped } from './line-output.ts'

/** One line of the server's own log, for the people who run it. Never sent to a client. */
export interface LogRecord {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly [field: string]: unknown
}

/** Marks a record whose maker has hidden every secret already; it is not looked through again. */
export const isRedacted: unique symbol = Symbol('redacted')

/** Marks a record about a caller nobody knows, of whom there can be any number: fewer of those are written. */
export const isAboutStranger: unique symbol = Symbol('about a stranger')

/** Where log records go. */
export interface LogSink {
  /** Must not throw and must not block. */
  (record: LogRecord): void
  /** Resolves once everything that was logged so far is written. Asked before the process ends. */
  flush?(): Promise<void>
  /** Lines that could not be written so far, because nobody took them. */
  readonly dropped?: number
}

/**
 * Writes each record as one JSON line to stderr, so that stdout stays free for the protocol. Where 4 MiB wait for whoever
 * reads it, further lines are dropped and counted, and a line says how many once it is read again.
 */
export function createStderrLog(): LogSink {
  const output = createStderrOutput()
  return withDropped(
    createLineLog((line) => output.write(line), toCarefulLine),
    () => output.dropped,
  )
}

/** Hands each record on as one line of JSON, with its time. */
export function createLineLog(
  write: (line: string) => void,
  toText: (record: LogRecord) => string = toLine,
): (record: LogRecord) => void {
  const readTime = createClock()
  return function writeLog(record) {
    write(`${toText({ time: readTime(), ...record })}\n`)
  }
}

/** The time as text, worked out once a millisecond: busy servers write many lines in one. */
function createClock(): () => string {
  let time = 0
  let text = ''
  return () => {
    const now = Date.now()
    if (now !== time) text = new Date(now).toISOString()
    time = now
    return text
  }
}

/** What a server has redacted needs no care, and is written much faster without. */
function toLine(record: LogRecord): string {
  try {
    return JSON.stringify(record)
  } catch {
    return toCarefulLine(record)
  }
}

function toCarefulLine(record: LogRecord): string {
  try {
    return JSON.stringify(record, replaceUnsafe)
  } catch {
    return JSON.stringify({ level: record.level, message: record.message, unserializable: true })
  }
}

function replaceUnsafe(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  return value instanceof Error ? describeError(value) : value
}

/** What the log keeps of anything that was thrown; never throws itself. */
export function describeError(thrown: unknown): Record<string, unknown> {
  try {
    if (!(thrown instanceof Error)) return { thrown: String(thrown) }
    const cause = thrown.cause === undefined ? {} : { cause: describeError(thrown.cause) }
    return { name: thrown.name, message: thrown.message, stack: thrown.stack, ...cause }
  } catch {
    return { thrown: 'a value that cannot be described' }
  }
}
