import { redactText } from '../telemetry/redact.ts'
import type { ValueFault } from './parse-setting.ts'
import type { Setting, SettingSource } from './setting.ts'

const maxShownChars = 200

/** How a setting was spelled where it was set, or else how it can be, in quotation marks. */
export function toLabel(name: string, setting: Setting | undefined, source?: SettingSource): string {
  if (source !== undefined && 'name' in source) return `"${source.name}"`
  if (source?.kind === 'code') return `"${name}"`
  return `"${setting?.env ?? (setting?.flag === undefined ? name : `--${setting.flag}`)}"`
}

/** Where something was set, as the end of a sentence. */
export function toPlace(source: SettingSource): string {
  switch (source.kind) {
    case 'flag':
      return 'on the command line'
    case 'env':
      return source.path === undefined ? 'in the environment' : `in ${JSON.stringify(source.path)}`
    case 'file':
      return `in the file ${JSON.stringify(source.path)}`
    case 'code':
      return 'in code'
    default:
      return 'by default'
  }
}

/** Where a value came from, in a few words for a table. */
export function describeSource(source: SettingSource): string {
  switch (source.kind) {
    case 'flag':
      return `flag ${source.name}`
    case 'env':
      return source.path === undefined ? `env ${source.name}` : `env ${source.name} of ${source.path}`
    case 'file':
      return `file ${source.path}`
    case 'unset':
      return 'not set'
    default:
      return source.kind
  }
}

/** What was given, for people: short, and without what looks like a secret. */
export function show(value: unknown): string {
  const text = typeof value === 'string' ? redactText(value) : value
  const shown = JSON.stringify(text) ?? String(text)
  return shown.length > maxShownChars ? `${shown.slice(0, maxShownChars)}...` : shown
}

/** A setting that was set to something it cannot be. */
export interface WrongValue {
  readonly label: string
  readonly setting: Setting
  readonly value: unknown
  readonly source: SettingSource
  readonly fault: ValueFault
}

/** The sentence for a value that is none. A secret is not in it. */
export function describeFault({ label, setting, value, source, fault }: WrongValue): string {
  const { expected, entry, said } = fault
  const place = toPlace(source)
  const which = entry === undefined ? '' : ` as entry ${entry + 1}`
  if (setting.secret === true) {
    const what = entry === undefined ? 'the value' : `entry ${entry + 1}`
    return `${label} must be ${expected}, which ${what} ${place} is not.`
  }
  const reason = said === undefined ? '' : ` (${redactText(said)})`
  return `${label} must be ${expected}${reason}, got ${show(toEntry(setting, value, entry))}${which} ${place}.`
}

function toEntry(setting: Setting, value: unknown, entry: number | undefined): unknown {
  if (entry === undefined || setting.kind !== 'list') return value
  const entries = typeof value === 'string' ? value.split(setting.separator === ' ' ? /\s+/ : ',') : value
  if (!Array.isArray(entries)) return value
  const plain = entries.filter((one) => typeof one !== 'string' || one.trim() !== '')
  return typeof plain[entry] === 'string' ? plain[entry].trim() : plain[entry]
}
