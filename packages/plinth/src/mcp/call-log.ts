import type { ActiveCall } from './active-call.ts'
import type { CallLog } from './call.ts'
import { type LogLevel, logLevels } from './content.ts'

const serverLevels = {
  debug: 'debug',
  info: 'info',
  notice: 'info',
  warning: 'warn',
  error: 'error',
} as const

/** Log of one call: to the server's log always, to the client at the level it chose, if it chose one. */
export function createCallLog(call: ActiveCall): CallLog {
  const write = (level: keyof typeof serverLevels) => (message: string, data?: Record<string, unknown>) => {
    const facts = { component: call.callee.name, request_id: call.mcp.id }
    call.context.log({ ...data, ...facts, level: serverLevels[level], message })
    if (!isWanted(level, toThreshold(call))) return
    // Log messages must not carry credentials to clients (specification, server/utilities/logging, "Security").
    const payload = call.context.hideSecrets(data === undefined ? message : { message, ...data })
    call.notifyClient('notifications/message', { level, logger: call.callee.name, data: payload })
  }
  return {
    debug: write('debug'),
    info: write('info'),
    notice: write('notice'),
    warning: write('warning'),
    error: write('error'),
  }
}

function toThreshold(call: ActiveCall): LogLevel | undefined {
  const { revision, logLevel, session } = call.mcp
  if (!revision.handshake) return logLevel
  return session === undefined ? undefined : call.context.sessionStates.findLogLevel(session.key)
}

function isWanted(level: LogLevel, threshold: LogLevel | undefined): boolean {
  return threshold !== undefined && logLevels.indexOf(level) >= logLevels.indexOf(threshold)
}
