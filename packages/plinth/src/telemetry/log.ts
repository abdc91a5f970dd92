/** One line of the server's own log, for the people who run it. Never sent to a client. */
export interface LogRecord {
  readonly level: 'debug' | 'info' | 'warn' | 'error'
  readonly message: string
  readonly [field: string]: unknown
}

/** Where log records go. Must not throw and must not block. */
export type LogSink = (record: LogRecord) => void

/** Writes each record as one JSON line to stderr, so that stdout stays free for the protocol. */
export function createStderrLog(): LogSink {
  return function writeLog(record) {
    const { level, message, ...fields } = record
    process.stderr.write(`${toLine({ time: new Date().toISOString(), level, message, ...fields })}\n`)
  }
}

function toLine(record: Record<string, unknown>): string {
  try {
    return JSON.stringify(record, replaceUnsafe)
  } catch {
    return JSON.stringify({ level: record['level'], message: record['message'], unserializable: true })
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
