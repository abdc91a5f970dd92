import { createStderrOutput, withDropped } from './line-output.ts'

/** One line of the server's own log, for the people who run it. Never sent to a client. */
export interface LogRecord {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly [field: string]: unknown
}

/** Where a record has what is put together only once it is known to be written. */
export const lateLine: unique symbol = Symbol('late line')

/** A line without a secret in it, which nobody has put together yet. */
export interface LateLine {
  /** The whole record. */
  toRecord(): LogRecord
  /** The members of the record as JSON text, without braces; undefined where only the record will do. */
  toMembers(): string | undefined
}

/** A sink that takes the text of a line as well. */
export interface TextSink extends LogSink {
  /** @param members The members of a JSON object, without braces. */
  writeMembers(members: string): void
}

/** The sinks of this module. Another function that has their properties, such as one put around them, is none. */
const textSinks = new WeakSet<LogSink>()

/** Whether a sink takes text. */
export function takesText(sink: LogSink): sink is TextSink {
  return textSinks.has(sink)
}

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
): TextSink {
  const readTime = createClock()
  const writeLog = (record: LogRecord) => write(`${toText({ time: readTime(), ...record })}\n`)
  const writeMembers = (members: string) => write(`{"time":"${readTime()}",${members}}\n`)
  const sink = Object.assign(writeLog, { writeMembers })
  textSinks.add(sink)
  return sink
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
