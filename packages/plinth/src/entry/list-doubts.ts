import type { Config } from '../config/config.ts'
import type { RuleView, Settings } from '../config/setting.ts'
import { createPathRule, judgeReach } from './reach.ts'
import { createAuditRule } from './record-calls.ts'
import { type ServeDefinitions, serveSettings } from './serve-settings.ts'

/**
 * Why a server might not start with settings that are well by themselves: sentences about what its code may say as well.
 * They are judged as at the start, with code that says nothing.
 */
export function listDoubts(config: Config<ServeDefinitions>, settings: Settings | undefined): string[] {
  const definitions = { ...serveSettings.definitions, ...settings?.definitions }
  const view: RuleView<ServeDefinitions> = {
    values: config.values,
    sources: config.sources,
    isSet: (name) => config.isSet(name),
    label: (name) => config.label(name),
  }
  const toLabel = (_view: unknown, name: keyof ServeDefinitions) => config.label(name)
  const { doubt } = judgeReach(config, definitions, settings?.authenticatedBy)
  const rules = [createPathRule({}, toLabel), createAuditRule(toLabel)]
  return [doubt ?? [], rules.flatMap((rule) => rule.check(view) ?? [])].flat()
}
