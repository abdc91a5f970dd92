import type { Config } from '../config/config.ts'
import { mergeSettings } from '../config/define-settings.ts'
import type { About, HelpSection } from '../config/help.ts'
import { type Origins, resolveSettings } from '../config/resolve-settings.ts'
import type { Definitions, Environment, Settings } from '../config/setting.ts'
import { answerAsked } from './answer-asked.ts'
import { createClosedRule } from './reach.ts'
import { type ServeDefinitions, serveSettings } from './serve-settings.ts'
import { tellRefusals } from './tell-refusal.ts'

/** Where `readSettings` looks. */
export interface ReadSettingsOptions {
  /** Flags. Default `process.argv.slice(2)`. */
  readonly argv?: readonly string[]
  /** Default `process.env`. What an env file adds is then added there too, so that libraries see it. */
  readonly env?: Environment
}

/**
 * Reads the settings of a program together with Plinth's own. Flags win over the environment, the environment over an
 * env file, that over the directory of secrets, that over values in code, and those over defaults. Give what it answers
 * to `serve` as `config`. `--help` and `--version` are answered, and end the process.
 *
 * @throws ConfigError with a sentence for every setting that is wrong, unknown or in contradiction to another. Where
 * nobody catches it, the process ends with these on stderr and exit code 1.
 */
export async function readSettings<const D extends Definitions = Record<never, never>>(
  settings?: Settings<D>,
  options: ReadSettingsOptions = {},
): Promise<Config<ServeDefinitions & D>> {
  const { argv = process.argv.slice(2), env = process.env } = options
  const { values: code, ...merged } =
    settings === undefined ? toPlain(serveSettings) : mergeSettings(toPlain(serveSettings), toPlain(settings))
  const prefixes = [...serveSettings.envPrefixes, ...(settings?.envPrefixes ?? [])]
  const own: HelpSection | [] =
    settings === undefined ? [] : { title: 'Settings of this program', ...toPlain(settings) }
  const asked = { sections: [own, commonSection].flat(), about: settings?.about }
  const { authenticatedBy } = settings ?? {}
  const closed = authenticatedBy && createClosedRule(merged.definitions, authenticatedBy)
  const rules = [...merged.rules, closed ?? []].flat()
  const config = await readMerged({ ...merged, rules }, { argv, env, code, prefixes }, asked)
  return config as unknown as Config<ServeDefinitions & D>
}

/** Plinth's own settings, for `--help`. */
export const commonSection: HelpSection = { title: 'Settings of every server', ...toPlain(serveSettings) }

/** The same of settings that are merged already. */
export async function readMerged<D extends Definitions>(
  settings: Pick<Settings<D>, 'definitions' | 'rules'>,
  origins: Origins,
  asked: { readonly sections: readonly HelpSection[]; readonly about: About | undefined },
): Promise<Config<D>> {
  tellRefusals()
  await answerAsked({ argv: origins.argv, ...asked })
  const config = await resolveSettings(settings, origins)
  if (origins.env === process.env) addToProcess(config.env)
  return config
}

/** Settings whose names the compiler no longer knows. */
function toPlain<D extends Definitions>(settings: Settings<D>): Settings {
  return settings as unknown as Settings
}

function addToProcess(env: Environment): void {
  for (const [name, value] of Object.entries(env)) process.env[name] ??= value
}
