import { boundLog, type LogBounds } from './bound-log.ts'
import { type LateLine, type LogRecord, type LogSink, lateLine, takesText } from './log.ts'
import { estimateChars } from './log-size.ts'
import { redactValue } from './redact.ts'

/** From the most talkative to the quietest. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const

/** How much the log of a server says. */
export type ServerLogLevel = (typeof logLevels)[number]

/** How much the log of a server says; the level may become another one. */
export interface ServerLogBounds extends LogBounds {
  level: ServerLogLevel
}

/**
 * Puts level, bounds and redaction before a sink: nothing reaches it unredacted, and it never ends a call.
 *
 * @param hide Takes away the secrets that are known by their value.
 */
export function createServerLog(
  sink: LogSink,
  options: ServerLogBounds,
  hide: (record: LogRecord) => LogRecord,
): LogSink {
  const textSink = takesText(sink) ? sink : undefined
  const redacted = {
    write(record: LogRecord): number {
      const { [lateLine]: late } = record as { readonly [lateLine]?: LateLine }
      const members = textSink && late?.toMembers()
      if (textSink !== undefined && members !== undefined) {
        textSink.writeMembers(members)
        return members.length
      }
      const clean = hide(late?.toRecord() ?? (redactValue(record) as LogRecord))
      sink(clean)
      return estimateChars(clean)
    },
    flush: async () => sink.flush?.(),
  }
  const bounded = boundLog(redacted, options)
  const write = (record: LogRecord) => {
    if (logLevels.indexOf(record.level) >= logLevels.indexOf(options.level)) bounded(record)
  }
  return Object.assign(write, { flush: async () => bounded.flush?.() })
}

/** @throws TypeError naming the option and its value. */
export function parseLogLevel(option: string, value: unknown): ServerLogLevel {
  const level = logLevels.find((one) => one === value)
  if (level !== undefined) return level
  throw new TypeError(`"${option}" must be one of ${logLevels.join(', ')}, got ${JSON.stringify(value)}.`)
}
