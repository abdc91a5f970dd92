import { createValidate, type Validated } from '../mcp/schema.ts'
import type { DurationSetting, IntegerSetting, ListSetting, Setting } from './setting.ts'

/** A value, or what is wrong with it. */
export type Parsed = { readonly value: unknown; readonly fault?: undefined } | { readonly fault: ValueFault }

/** Why a value is none: what it must be, and which entry of a list is not. */
export interface ValueFault {
  readonly expected: string
  /** The position of the entry, from 0. */
  readonly entry?: number
  /** What a schema says about it; may quote the value. */
  readonly said?: string
}

const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** The value that a text of a flag, a variable or a file stands for. */
export function parseText(setting: Setting, text: string): Parsed | Promise<Parsed> {
  return parse(setting, toValue(setting, text))
}

/** Checks a value that is already of its kind, as code gives it. */
export function parseValue(setting: Setting, value: unknown): Parsed | Promise<Parsed> {
  return parse(setting, value, true)
}

function parse(setting: Setting, value: unknown, isCode = false): Parsed | Promise<Parsed> {
  const fault = findFault(setting, value)
  if (fault !== undefined) return { fault: { expected: describeExpected(setting, isCode), ...fault } }
  if (!('schema' in setting) || setting.schema === undefined) return { value: freeze(value) }
  const validated = createValidate(setting.schema)(value)
  return validated instanceof Promise
    ? validated.then((done) => toParsed(setting, done))
    : toParsed(setting, validated)
}

/** Text that stands for nothing of its kind stays text, which no check of another kind lets pass. */
function toValue(setting: Setting, text: string): unknown {
  if (setting.kind === 'string') return text
  if (setting.kind === 'list') return toEntries(setting, text)
  const plain = text.trim()
  if (setting.kind === 'integer') return /^-?\d{1,16}$/.test(plain) ? Number(plain) : plain
  if (setting.kind === 'boolean') return toBoolean(plain)
  return setting.kind === 'duration' ? toMs(plain) : plain
}

function toBoolean(text: string): boolean | string {
  if (/^(?:true|1)$/i.test(text)) return true
  return /^(?:false|0)$/i.test(text) ? false : text
}

function toMs(text: string): number | string {
  const [, count, unit] = /^(\d{1,12})(ms|s|m|h|d)$/.exec(text) ?? []
  if (count === undefined) return text === '0' ? 0 : text
  return Number(count) * unitsMs[unit as keyof typeof unitsMs]
}

function toEntries({ separator = ',' }: ListSetting, text: string): string[] {
  return text
    .split(separator === ',' ? ',' : /\s+/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

function findFault(setting: Setting, value: unknown): { entry?: number } | undefined {
  if (setting.kind === 'list') return findListFault(setting, value)
  return isOfKind(setting, value) ? undefined : {}
}

function findListFault({ pattern }: ListSetting, value: unknown): { entry?: number } | undefined {
  if (!Array.isArray(value)) return {}
  const entry = value.findIndex((one) => typeof one !== 'string' || pattern?.test(one) === false)
  return entry === -1 ? undefined : { entry }
}

function isOfKind(setting: Exclude<Setting, ListSetting>, value: unknown): boolean {
  switch (setting.kind) {
    case 'integer':
    case 'duration':
      return isWithin(setting, value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'enum':
      return setting.values.some((one) => one === value)
    case 'url':
      return isUrl(value, setting.protocols)
    default:
      return typeof value === 'string' && setting.pattern?.test(value) !== false
  }
}

function isWithin(setting: IntegerSetting | DurationSetting, value: unknown): boolean {
  const { min, max } = toBounds(setting)
  return Number.isSafeInteger(value) && Number(value) >= min && Number(value) <= max
}

function toBounds(setting: IntegerSetting | DurationSetting): { min: number; max: number } {
  const { min = setting.kind === 'duration' ? 0 : Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } =
    setting
  return { min, max }
}

function isUrl(value: unknown, protocols: readonly string[] = ['http', 'https']): boolean {
  const url = typeof value === 'string' ? URL.parse(value) : null
  return url !== null && protocols.includes(url.protocol.slice(0, -1))
}

function toParsed(setting: Setting, validated: Validated): Parsed {
  if (validated.issues === undefined) return { value: freeze(validated.value) }
  const [issue] = validated.issues
  const at = Number(issue?.path.split('.')[0] || Number.NaN)
  const entry = setting.kind === 'list' && Number.isSafeInteger(at) ? { entry: at } : {}
  // What other libraries say of a value is said better by "expected".
  const isSaid = setting.expected === undefined || isOurs(setting)
  const said = issue !== undefined && isSaid ? { said: issue.message } : {}
  return { fault: { expected: setting.expected ?? 'what its schema takes', ...entry, ...said } }
}

function isOurs(setting: Setting): boolean {
  return 'schema' in setting && setting.schema?.['~standard'].vendor === 'plinth'
}

function freeze(value: unknown): unknown {
  return Array.isArray(value) ? Object.freeze([...value]) : value
}

/** What a good value is, in words that follow "must be": as text, or as code gives it. */
export function describeExpected(setting: Setting, isCode = false): string {
  if (setting.expected !== undefined) return setting.expected
  if (isCode && setting.kind === 'duration')
    return `milliseconds, a whole number${describeBounds(setting, String)}`
  if (isCode && setting.kind === 'list') return 'a list of texts'
  switch (setting.kind) {
    case 'integer':
      return `a whole number${describeBounds(setting, String)}`
    case 'duration':
      return `a time with its unit, such as 500ms or 30s,${describeBounds(setting, formatDuration)}`.replace(
        /,$/,
        '',
      )
    case 'boolean':
      return 'true or false'
    case 'enum':
      return `one of ${setting.values.join(', ')}`
    case 'url':
      return `a URL with ${(setting.protocols ?? ['http', 'https']).join(':// or ')}://`
    case 'list':
      return `a list separated by ${setting.separator === ' ' ? 'spaces' : 'commas'}`
    default:
      return setting.pattern === undefined ? 'a text' : `a text like ${setting.pattern.source}`
  }
}

function describeBounds(
  { min, max }: IntegerSetting | DurationSetting,
  format: (value: number) => string,
): string {
  if (min !== undefined && max !== undefined) return ` from ${format(min)} to ${format(max)}`
  if (min !== undefined) return ` of ${format(min)} or more`
  return max === undefined ? '' : ` of at most ${format(max)}`
}

/** A length of time in the largest unit that says it without a fraction. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s'
  const [unit = 'ms', size = 1] = Object.entries(unitsMs).findLast(([, one]) => ms % one === 0) ?? []
  return `${ms / size}${unit}`
}
