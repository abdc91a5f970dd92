import { isAskingFlag } from './flags.ts'
import type { CodeValues, Definitions, Setting, SettingRule, Settings } from './setting.ts'

/** What `defineSettings` takes besides the settings. */
export interface DefineSettingsOptions<D extends Definitions> {
  /** What must hold between settings. */
  readonly rules?: readonly SettingRule<D>[]
  /** What this program sets in code; flags and environment win. Settings of Plinth may be among them, such as `port`. */
  readonly values?: CodeValues<D> & Readonly<Record<string, unknown>>
  /** What the program is called, for `--help` and `--version`. Without it the name of its server, once that is known. */
  readonly name?: string
  /** Its version. Goes with `name`. */
  readonly version?: string
  /**
   * The settings that have the program ask its callers who they are, besides `apiKeysFile`. Named, they are all there
   * are: beyond loopback nothing starts without one of them, and `plinth config` says so too. Default: code decides.
   */
  readonly authenticatedBy?: readonly (keyof D & string)[]
  /**
   * Variables that begin so are all defined here, so that another one refuses to start, such as `ACME_`; one beginning or
   * several. Of others, those are refused that are spelled almost as one that is defined and not set.
   */
  readonly envPrefix?: string | readonly string[]
}

/**
 * Defines the settings of a program, to be read with `readSettings`. Export them as `settings`, and `plinth config` can
 * show what they amount to.
 *
 * @throws TypeError naming the setting and what is wrong with its definition.
 */
export function defineSettings<const D extends Definitions>(
  definitions: D,
  options: DefineSettingsOptions<D> = {},
): Settings<D> {
  const { rules = [], values = {}, envPrefix, name, version, authenticatedBy } = options
  for (const [one, setting] of Object.entries(definitions)) assertSetting(one, setting)
  assertUnique(definitions)
  const envPrefixes = [envPrefix ?? []].flat()
  const wrong = envPrefixes.find((prefix) => !/^[A-Z][A-Z0-9_]*_$/.test(prefix))
  if (wrong !== undefined)
    throw new TypeError(`"envPrefix" must be upper case and end in "_", got ${JSON.stringify(wrong)}.`)
  const stranger = authenticatedBy?.find((one) => !(one in definitions))
  if (stranger !== undefined)
    throw new TypeError(`"authenticatedBy" names "${stranger}", which is no setting.`)
  if ((name === undefined) !== (version === undefined))
    throw new TypeError('"name" and "version" of a program go together. Give both, or neither.')
  const about = name === undefined || version === undefined ? undefined : { name, version }
  return Object.freeze({ definitions, rules, values, envPrefixes, about, authenticatedBy })
}

/**
 * Settings of two origins as one.
 *
 * @throws TypeError naming what both define, and names in code or needs that neither defines.
 */
export function mergeSettings(
  one: Settings,
  other: Settings,
): Pick<Settings, 'definitions' | 'rules' | 'values'> {
  const twice = Object.keys(other.definitions).find((name) => name in one.definitions)
  if (twice !== undefined)
    throw new TypeError(`The setting "${twice}" is one of Plinth's own. Give yours another name.`)
  const definitions = { ...one.definitions, ...other.definitions }
  assertUnique(definitions)
  const values = { ...one.values, ...other.values }
  const needed = Object.values(definitions).flatMap(({ needs = [] }) => needs)
  const stranger = [...Object.keys(values), ...needed].find((name) => !(name in definitions))
  if (stranger !== undefined)
    throw new TypeError(`There is no setting "${stranger}". Define it, or leave it out.`)
  return { definitions, rules: [...one.rules, ...other.rules], values }
}

function assertSetting(name: string, setting: Setting): void {
  const fault = findFault(name, setting)
  if (fault !== undefined) throw new TypeError(`The setting "${name}" ${fault}`)
}

function findFault(name: string, setting: Setting): string | undefined {
  const { env, flag, secret, description } = setting
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) return 'needs a name in camel case.'
  if (name in Object.prototype) return 'has a name that every object has. Give it another one.'
  if (description.trim() === '') return 'needs a "description".'
  if (env !== undefined && !/^[A-Z][A-Z0-9_]*$/.test(env))
    return `has the variable ${JSON.stringify(env)}. Use upper case, digits and "_".`
  if (flag !== undefined && !/^[a-z][a-z0-9-]+$/.test(flag))
    return `has the flag ${JSON.stringify(flag)}. Use lower case, digits and "-", and leave out the dashes before it.`
  if (flag !== undefined && isAskingFlag(flag))
    return `has the flag "${flag}", which every program has. Give it another one.`
  if (secret !== true) return findPatternFault(setting)
  if (flag !== undefined) return 'is a secret, and everyone on a machine can read flags. Leave out "flag".'
  if (setting.default !== undefined) return 'is a secret, and a secret in code is none. Leave out "default".'
  return findPatternFault(setting)
}

function findPatternFault(setting: Setting): string | undefined {
  const isStateful = 'pattern' in setting && /[gy]/.test(setting.pattern?.flags ?? '')
  return isStateful ? 'has a "pattern" with the flag "g" or "y". Leave that out.' : undefined
}

/** No two settings may share a name, be it that of the file of a secret. */
function assertUnique(definitions: Definitions): void {
  const owners = new Map<string, string>()
  for (const [name, { env, flag, secret }] of Object.entries(definitions)) {
    const files = secret === true && env !== undefined ? [`${env}_FILE`] : []
    for (const spelled of [env ?? [], flag === undefined ? [] : `--${flag}`, files].flat()) {
      const owner = owners.get(spelled)
      if (owner !== undefined)
        throw new TypeError(`The settings "${owner}" and "${name}" share "${spelled}".`)
      owners.set(spelled, name)
    }
  }
}
