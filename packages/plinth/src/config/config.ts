import { redactValue } from '../telemetry/redact.ts'
import { describeSource, toLabel } from './describe-source.ts'
import type { Definitions, Environment, SettingSource, SettingValues } from './setting.ts'

/** One setting as it may be shown. */
export interface ConfigRow {
  readonly name: string
  /** Whether it is one whose value is never shown. */
  readonly secret: boolean
  /** Whether it has a value. */
  readonly set: boolean
  /** Absent for secrets, and where there is none. */
  readonly value?: unknown
  /** Where the value came from, in words. */
  readonly source: string
}

/** What a configuration is made from. */
export interface Resolved<D> {
  readonly definitions: D
  readonly values: SettingValues<D>
  readonly sources: { readonly [Name in keyof D]: SettingSource }
  readonly env: Environment
  readonly secrets: readonly string[]
  readonly asksVersion: boolean
}

/** What flags, environment, files, code and defaults amount to. Printed, or made JSON, it shows no secret. */
export class Config<D extends Definitions = Definitions> {
  /** The value of each setting, secrets included. */
  readonly values: SettingValues<D>
  /** Where each value came from. */
  readonly sources: { readonly [Name in keyof D]: SettingSource }
  /** The environment that was read: that of the process, and what an env file adds. */
  readonly env: Environment
  /** The secrets among the values, as they were read, to keep them out of logs. */
  readonly secrets: readonly string[]
  /** Whether the command line asked for the version, which `serve` then prints, and nothing is served. */
  readonly asksVersion: boolean
  private readonly definitions: D

  constructor({ definitions, values, sources, env, secrets, asksVersion }: Resolved<D>) {
    this.values = Object.freeze(values)
    this.sources = sources
    this.env = env
    this.secrets = secrets
    this.asksVersion = asksVersion
    this.definitions = definitions
    // What prints objects would print secrets.
    Object.defineProperty(this, Symbol.for('nodejs.util.inspect.custom'), { value: () => this.toJSON() })
  }

  /** Whether a setting was set anywhere: its default does not count. */
  isSet(name: keyof D & string): boolean {
    const { kind } = this.sources[name]
    return kind !== 'default' && kind !== 'unset'
  }

  /** How a setting was spelled where it was set, or else how it can be, in quotation marks. */
  label(name: keyof D & string): string {
    return toLabel(name, this.definitions[name], this.sources[name])
  }

  /** Every setting, in the order of definition. */
  toJSON(): ConfigRow[] {
    return Object.entries(this.definitions).map(([name, { secret = false }]) => {
      const value: unknown = this.values[name]
      const set = value !== undefined
      const shown = secret || !set ? {} : { value: redactValue(value) }
      return { name, secret, set, ...shown, source: describeSource(this.sources[name] ?? { kind: 'unset' }) }
    })
  }
}
