import { toLabel as toSettingLabel } from '../config/describe-source.ts'
import type { Definitions, RuleView, SettingRule, SettingValues } from '../config/setting.ts'
import {
  findReachFault,
  type HttpOptions,
  httpPresets,
  type ReachNames,
  type ReachOptions,
} from './http-options.ts'
import { ssePaths } from './routes.ts'
import type { ServeDefinitions } from './serve-settings.ts'

type View = RuleView<ServeDefinitions>

const about = ['stdio', 'host', 'allowedHosts', 'apiKeysFile'] as const
const everyone = '"allowAnonymous: true" to serve everyone'

/** What code says of who may call. */
export interface ReachOfCode extends ReachOptions {
  /** How a setting was spelled. */
  toLabel(this: void, view: View, name: keyof ServeDefinitions): string
}

/** The rule where everything is known: settings and code. */
export function createReachRule(code: ReachOfCode): SettingRule<ServeDefinitions> {
  return {
    description: 'Beyond loopback callers say who they are, and hosts have names.',
    about,
    check(view) {
      if (view.values.stdio) return undefined
      const keys = code.toLabel(view, 'apiKeysFile')
      const names = {
        toLabel: (name: 'host' | 'allowedHosts') => code.toLabel(view, name),
        remedy: `set ${keys}, or in code "auth", or ${everyone}`,
      }
      return findReachFault(toReach(code, view.values), names)?.sentence
    },
  }
}

/** The rule that the path of the endpoint is its own, which it may not be where code gives others. */
export function createPathRule(
  { healthPath = httpPresets.healthPath, sse = false }: Pick<HttpOptions, 'healthPath' | 'sse'>,
  toLabel: ReachOfCode['toLabel'],
): SettingRule<ServeDefinitions> {
  const taken: readonly string[] = [healthPath, ...(sse ? Object.values(ssePaths) : [])]
  return {
    description: 'The MCP endpoint has a path of its own.',
    about: ['stdio', 'path'],
    check(view) {
      const { stdio, path } = view.values
      if (stdio || !taken.includes(path)) return undefined
      return `${toLabel(view, 'path')} is ${path}, where the server answers something else. Choose another path.`
    },
  }
}

/** What code says, with what settings put in its place. */
function toReach(code: ReachOptions, values: SettingValues<ServeDefinitions>): ReachOptions {
  const { host, allowedHosts = code.allowedHosts, apiKeysFile } = values
  const auth = code.auth ?? (apiKeysFile === undefined ? undefined : { verifiers: [] })
  const { allowAnonymous } = code
  const known = { host, allowedHosts, auth, allowAnonymous }
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined))
}

/** What settings alone say of who reaches a server: why it does not start, or why it does not unless its code helps. */
export interface ReachVerdict {
  readonly fault?: string
  readonly doubt?: string
}

/**
 * The judgement without the code. Where a program names the settings that close it, there is no other way to close it,
 * and it is as good as that at the start.
 */
export function judgeReach(
  view: Pick<RuleView<Definitions>, 'values' | 'isSet' | 'label'>,
  definitions: Definitions,
  authenticatedBy: readonly string[] | undefined,
): ReachVerdict {
  const values = view.values as unknown as SettingValues<ServeDefinitions>
  if (values.stdio) return {}
  const closing = ['apiKeysFile', ...(authenticatedBy ?? [])]
  const isClosed = closing.some((name) => view.isSet(name))
  const ways = closing.map((name) => toSettingLabel(name, definitions[name])).join(' or ')
  const names: ReachNames = {
    toLabel: (name) => view.label(name),
    remedy: authenticatedBy === undefined ? `set ${ways}, or in code "auth", or ${everyone}` : `set ${ways}`,
  }
  const fault = findReachFault(toReach(isClosed ? { auth: { verifiers: [] } } : {}, values), names)
  if (fault === undefined) return {}
  const isKnown = authenticatedBy !== undefined && fault.reason === 'open'
  return isKnown ? { fault: fault.sentence } : { doubt: fault.sentence }
}

/** The rule of a program that names the settings that close it. */
export function createClosedRule(
  definitions: Definitions,
  authenticatedBy: readonly string[],
): SettingRule<Definitions> {
  return {
    description: 'Beyond loopback callers say who they are.',
    about: [...about, ...authenticatedBy],
    check: (view) => judgeReach(view, definitions, authenticatedBy).fault,
  }
}
