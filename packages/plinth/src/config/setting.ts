import type { StandardSchema } from '../mcp/schema.ts'

/** Environment variables by their names. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What every kind of setting has. */
export interface SettingBase {
  /** What it is for, in a sentence or two, for the people who run the program. */
  readonly description: string
  /** Its environment variable, such as `ACME_DATA_DIR`. */
  readonly env?: string
  /** Its flag without the dashes, such as `data-dir`. Secrets have none: everyone on a machine can read flags. */
  readonly flag?: string
  /**
   * Whether its value is never shown. It can then also come from the file that the variable with `_FILE` at its end
   * names, or from the file of its variable's name in the directory of secrets. Default `false`.
   */
  readonly secret?: boolean
  /** Whether the program cannot start without it. Default `false`. */
  readonly required?: boolean
  /** What a variable means that is set to nothing. Default `unset`; `refused` where less would then hold than was meant. */
  readonly empty?: 'unset' | 'refused'
  /** What a good value is, in words that follow "must be". Default: as kind and bounds say. */
  readonly expected?: string
  /** Settings that must be set too where this one is. */
  readonly needs?: readonly string[]
}

/** Any text. */
export interface StringSetting extends SettingBase {
  readonly kind: 'string'
  readonly default?: string
  readonly pattern?: RegExp
  /** Checks the text, and may make something else of it: a Standard Schema, such as one of zod. */
  readonly schema?: StandardSchema
}

/** A whole number. */
export interface IntegerSetting extends SettingBase {
  readonly kind: 'integer'
  readonly default?: number
  readonly min?: number
  readonly max?: number
  /** What is counted, such as `bytes`. */
  readonly unit?: string
}

/** `true` or `false`, also `1` or `0`; a flag without a value says `true`. */
export interface BooleanSetting extends SettingBase {
  readonly kind: 'boolean'
  readonly default?: boolean
}

/** Texts in one, each without the spaces around it. */
export interface ListSetting extends SettingBase {
  readonly kind: 'list'
  readonly default?: readonly string[]
  /** What stands between the entries. Default a comma. */
  readonly separator?: ',' | ' '
  /** What each entry must look like. */
  readonly pattern?: RegExp
  /** Checks the list, and may make something else of it: a Standard Schema, such as one of zod. */
  readonly schema?: StandardSchema
}

/** A URL, kept as it was written. */
export interface UrlSetting extends SettingBase {
  readonly kind: 'url'
  readonly default?: string
  /** Without colons. Default `http` and `https`. */
  readonly protocols?: readonly string[]
}

/** A length of time: written with its unit, as `500ms`, `30s`, `5m`, `2h` or `1d`; in code milliseconds. */
export interface DurationSetting extends SettingBase {
  readonly kind: 'duration'
  /** In milliseconds, as are the bounds. */
  readonly default?: number
  readonly min?: number
  readonly max?: number
}

/** One of a few words. */
export interface EnumSetting extends SettingBase {
  readonly kind: 'enum'
  readonly values: readonly string[]
  readonly default?: string
}

/** One setting: what it is, how it is spelled, and what holds without it. */
export type Setting =
  | StringSetting
  | IntegerSetting
  | BooleanSetting
  | ListSetting
  | UrlSetting
  | DurationSetting
  | EnumSetting

/** Settings by their names, which are those of the values in code. */
export type Definitions = { readonly [name: string]: Setting }

/** What a kind's text or code value becomes. */
type KindValue<S> = S extends { kind: 'integer' | 'duration' }
  ? number
  : S extends { kind: 'boolean' }
    ? boolean
    : S extends { kind: 'list' }
      ? readonly string[]
      : S extends { kind: 'enum'; values: readonly (infer Value)[] }
        ? Value
        : string

type SettingValue<S> = S extends { schema: StandardSchema<unknown, infer Output> } ? Output : KindValue<S>

/** The values that settings have in the end; undefined where one was set nowhere and has no default. */
export type SettingValues<D> = {
  readonly [Name in keyof D]: D[Name] extends { default: unknown } | { required: true }
    ? SettingValue<D[Name]>
    : SettingValue<D[Name]> | undefined
}

/** Values that code gives settings. Those with a schema take what the schema does. */
export type CodeValues<D> = { readonly [Name in keyof D]?: KindValue<D[Name]> | undefined }

/** Settings as a rule sees them. */
export interface RuleView<D> {
  readonly values: SettingValues<D>
  readonly sources: { readonly [Name in keyof D]: SettingSource }
  /** Whether a setting was set anywhere: its default does not count. */
  isSet(name: keyof D & string): boolean
  /** How a setting was spelled where it was set, or else how it can be, in quotation marks. */
  label(name: keyof D & string): string
}

/** What must hold between settings. */
export interface SettingRule<D> {
  /** What holds, in one sentence, for the reference page. */
  readonly description: string
  /** The settings it is about. Where one of them is wrong by itself, the rule is not asked. */
  readonly about: readonly (keyof D & string)[]
  /** A sentence that names the settings and the fix, or undefined where all is well. */
  check(view: RuleView<D>): string | undefined
}

/** Settings of a program, checked once by `defineSettings`. */
export interface Settings<D extends Definitions = Definitions> {
  readonly definitions: D
  readonly rules: readonly SettingRule<D>[]
  /** What the program sets in code, of its own settings and of those of Plinth. */
  readonly values: Readonly<Record<string, unknown>>
  /** Variables that begin with one of these are all defined, so that another one is a mistake. */
  readonly envPrefixes: readonly string[]
  /** The settings that close the program, where it says which. */
  readonly authenticatedBy: readonly string[] | undefined
  /** What the program is called, where it says so. */
  readonly about: { readonly name: string; readonly version: string } | undefined
}

/** Where a value came from. */
export type SettingSource =
  | { readonly kind: 'flag'; readonly name: string }
  | { readonly kind: 'env'; readonly name: string; readonly path?: string }
  | { readonly kind: 'file'; readonly name: string; readonly path: string }
  | { readonly kind: 'code' }
  | { readonly kind: 'default' }
  | { readonly kind: 'unset' }
