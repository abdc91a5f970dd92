import { Config } from './config.ts'
import { ConfigError } from './config-error.ts'
import { describeFault, toLabel } from './describe-source.ts'
import { type Found, findUnknown } from './environment.ts'
import { ValueFinder } from './find-value.ts'
import { findAsked, readFlags } from './flags.ts'
import { describeExpected, type Parsed, parseText, parseValue } from './parse-setting.ts'
import type {
  Definitions,
  Environment,
  RuleView,
  Setting,
  SettingSource,
  Settings,
  SettingValues,
} from './setting.ts'

/** Where settings are looked for, besides the files that they name. */
export interface Origins {
  readonly argv: readonly string[]
  readonly env: Environment
  readonly code: Readonly<Record<string, unknown>>
  /** Beginnings of variables that are all defined. */
  readonly prefixes: readonly string[]
}

/** The settings that say where others are. They are read first. */
export const originSettings = {
  envFile: {
    kind: 'string',
    env: 'PLINTH_ENV_FILE',
    flag: 'env-file',
    description:
      'A file of variables, such as `.env`. What the environment has already wins. Without it none is read.',
  },
  secretsDir: {
    kind: 'string',
    env: 'PLINTH_SECRETS_DIR',
    flag: 'secrets-dir',
    description: 'A directory of secrets, as platforms mount them: a file for each, named as its variable.',
  },
} as const

/**
 * The value of every setting: flags win over the environment, the environment over an env file, that over the directory
 * of secrets, that over code, and code over defaults.
 *
 * @throws ConfigError with a sentence for everything that is wrong.
 */
export async function resolveSettings<D extends Definitions>(
  { definitions, rules }: Pick<Settings<D>, 'definitions' | 'rules'>,
  origins: Origins,
): Promise<Config<D>> {
  const reading = new Reading(definitions, origins)
  await reading.readAll()
  const { faults, secrets, env } = reading
  const values = reading.values as SettingValues<D>
  const sources = reading.sources as Config<D>['sources']
  const asksVersion = findAsked(origins.argv) === 'version'
  const config = new Config<D>({ definitions, values, sources, env, secrets, asksVersion })
  const view: RuleView<D> = {
    values,
    sources,
    isSet: (name) => config.isSet(name),
    label: (name) => config.label(name),
  }
  const broken = rules
    .filter(({ about }) => !about.some((name) => reading.isWrong(name)))
    .flatMap(({ check }) => check(view) ?? [])
  if (faults.length + broken.length > 0) throw new ConfigError([...faults, ...broken])
  return config
}

/** One look at everything that is set. */
class Reading {
  readonly values: Record<string, unknown> = {}
  readonly sources: Record<string, SettingSource> = {}
  readonly faults: string[]
  readonly secrets: string[] = []
  private readonly wrong = new Set<string>()
  private readonly definitions: Definitions
  private readonly prefixes: readonly string[]
  private readonly finder: ValueFinder

  constructor(definitions: Definitions, { argv, env, code, prefixes }: Origins) {
    const flags = readFlags(argv, definitions)
    this.definitions = definitions
    this.prefixes = prefixes
    this.faults = [...flags.faults]
    this.finder = new ValueFinder({ flags: flags.texts, env, code })
  }

  get env(): Environment {
    return this.finder.env
  }

  isWrong(name: string): boolean {
    return this.wrong.has(name)
  }

  label(name: string): string {
    return toLabel(name, this.definitions[name], this.sources[name])
  }

  async readAll(): Promise<void> {
    const { definitions, prefixes, finder } = this
    const { envFile, secretsDir, ...others } = definitions
    if (envFile !== undefined) await this.open('envFile', envFile)
    if (secretsDir !== undefined) await this.open('secretsDir', secretsDir)
    for (const [name, setting] of Object.entries(others)) {
      const reading = this.read(name, setting)
      if (reading !== undefined) await reading
    }
    this.faults.push(...findUnknown(finder.layers, { definitions, prefixes }))
    for (const [name, setting] of Object.entries(definitions)) this.checkNeeds(name, setting)
  }

  private async open(name: 'envFile' | 'secretsDir', setting: Setting): Promise<void> {
    await this.read(name, setting)
    const path = this.values[name]
    if (typeof path !== 'string') return
    const opening = name === 'envFile' ? this.finder.openEnvFile(path) : this.finder.openDirectory(path)
    const fault = await opening
    if (fault === undefined) return
    this.refuse(
      name,
      `${this.label(name)} names ${JSON.stringify(path)}, ${fault}. Name one that can be read.`,
    )
  }

  /** Waits only where a file is to be read, or a schema takes its time. */
  private read(name: string, setting: Setting): Promise<void> | undefined {
    this.sources[name] = { kind: 'unset' }
    const found = this.finder.find(name, setting)
    if (found instanceof Promise) return found.then((one) => this.take(name, setting, one))
    return this.take(name, setting, found)
  }

  private take(name: string, setting: Setting, found: Found | undefined): Promise<void> | undefined {
    if (found === undefined) return undefined
    if (found.fault !== undefined) {
      this.refuse(name, found.fault)
      return undefined
    }
    const { raw, source } = found
    this.sources[name] = source
    const isText = source.kind !== 'code' && source.kind !== 'default'
    const parsed = isText ? parseText(setting, String(raw)) : parseValue(setting, raw)
    if (parsed instanceof Promise) return parsed.then((one) => this.keep(name, raw, one))
    this.keep(name, raw, parsed)
    return undefined
  }

  private keep(name: string, raw: unknown, parsed: Parsed): void {
    const setting = this.definitions[name]
    const source = this.sources[name]
    if (setting === undefined || source === undefined) return
    if (parsed.fault === undefined) {
      this.values[name] = parsed.value
      if (setting.secret === true) this.keepSecret(raw, parsed.value)
      return
    }
    const label = this.label(name)
    this.refuse(name, describeFault({ label, setting, value: raw, source, fault: parsed.fault }))
  }

  private keepSecret(...forms: readonly unknown[]): void {
    const texts = forms.flat().filter((form) => typeof form === 'string')
    this.secrets.push(...new Set(texts))
  }

  /** What is required, and what other settings need. */
  private checkNeeds(name: string, setting: Setting): void {
    const { required, needs = [] } = setting
    if (required === true && this.values[name] === undefined && !this.isWrong(name))
      this.faults.push(`${this.label(name)} is missing. Set it to ${describeExpected(setting)}.`)
    if (!this.isSet(name)) return
    for (const needed of needs.filter((one) => !this.isSet(one) && !this.isWrong(one))) {
      this.faults.push(`${this.label(needed)} is missing, and ${this.label(name)} needs it. Set it too.`)
    }
  }

  private isSet(name: string): boolean {
    const kind = this.sources[name]?.kind ?? 'unset'
    return kind !== 'unset' && kind !== 'default'
  }

  private refuse(name: string, sentence: string): void {
    this.wrong.add(name)
    this.faults.push(sentence)
  }
}
