import { resolve } from 'node:path'
import { ConfigError } from '../config/config-error.ts'
import type { RuleView, SettingRule } from '../config/setting.ts'
import type { Server } from '../server.ts'
import type { CallLogOptions } from '../telemetry/call-log.ts'
import type { ServePlan } from './serve-options.ts'
import type { ServeDefinitions } from './serve-settings.ts'

/** How a setting was spelled. */
type ToLabel = (view: RuleView<ServeDefinitions>, name: keyof ServeDefinitions) => string

/** The rule that what is said of an audit log is said of one that is kept, which code may decide. */
export function createAuditRule(toLabel: ToLabel): SettingRule<ServeDefinitions> {
  return {
    description: 'What is said of the audit log is said of one that is kept.',
    about: ['auditFile', 'auditPolicy', 'auditKey'],
    check(view) {
      if (view.values.auditFile !== undefined) return undefined
      const said = (['auditPolicy', 'auditKey'] as const).find((name) => view.isSet(name))
      if (said === undefined) return undefined
      const [file, other] = [toLabel(view, 'auditFile'), toLabel(view, said)]
      return `${file} is missing, and ${other} needs it. Set it too.`
    },
  }
}

/**
 * Has the log tell of each call, and the audit log where one is asked for. Settings win over what code says.
 *
 * @throws ConfigError where the audit log cannot be written, and all must be recorded.
 */
export async function recordCalls(server: Server, plan: Pick<ServePlan, 'records' | 'names'>): Promise<void> {
  server.configure({ logCalls: toCallLog(server.settings.logCalls, plan.records) })
  const { auditFile } = plan.records
  if (auditFile !== undefined) await keepAudit(server, plan, resolve(auditFile))
}

function toCallLog(
  inCode: CallLogOptions | false | undefined,
  { logCalls = inCode !== false, logArguments }: ServePlan['records'],
): CallLogOptions | false {
  if (!logCalls) return false
  return { ...(inCode || {}), ...(logArguments === undefined ? {} : { logArguments }) }
}

async function keepAudit(
  server: Server,
  { records, names }: Pick<ServePlan, 'records' | 'names'>,
  path: string,
): Promise<void> {
  const { auditPolicy: onUnwritable = 'refuse', auditKey: key } = records
  const { createAudit, fileAuditSink } = await import('../telemetry/telemetry.ts')
  const { serverInfo, log } = server.settings
  const about = { version: String(serverInfo['version']), ...(key === undefined ? {} : { key }) }
  const audit = createAudit({ sink: fileAuditSink({ path }), onUnwritable, log, ...about })
  try {
    await audit.prepare?.()
  } catch (error) {
    const subject = `${names.toLabel('auditFile')} is ${path}, which cannot be opened`
    const fix = "Name a file that this process may write to, and that is no other one's."
    throw new ConfigError([`${subject}: ${toReason(error)}. ${fix}`], { cause: error })
  }
  server.observe(audit)
}

/** What the system said, which names the file once more. */
function toReason(error: unknown): string {
  const { cause, message } = error as Error
  const reason = cause instanceof Error ? cause.message : message
  return reason.replace(/, \w+ '.*'$/, '').replace(/\.$/, '')
}
