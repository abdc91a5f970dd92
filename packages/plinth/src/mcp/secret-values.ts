import { BoundedMap } from './bounded-map.ts'

/** Most values that are remembered. */
const maxValues = 1_000

/** Shorter ones would black out words that are no secrets. */
const minChars = 8

const hidden = '[redacted]'

/** The secrets that were given out, so that none of them leaves by the log. */
export class SecretValues {
  private readonly known = new BoundedMap<readonly string[]>(maxValues)
  private forms: readonly string[] = []

  /** Remembers a secret. Those of less than eight characters are not looked for. */
  add(value: string): void {
    if (value.length < minChars || this.known.get(value) !== undefined) return
    this.known.set(value, [...new Set([value, encodeURIComponent(value)])])
    this.forms = [...this.known.values()].flat().sort((one, other) => other.length - one.length)
  }

  /** A copy of plain data without the secrets; the data itself where there are none to look for. */
  hideIn<T>(value: T): T {
    return this.forms.length === 0 ? value : (this.copy(value) as T)
  }

  private copy(value: unknown): unknown {
    if (typeof value === 'string')
      return this.forms.reduce((text, form) => text.replaceAll(form, hidden), value)
    if (Array.isArray(value)) return value.map((item) => this.copy(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [this.copy(name), this.copy(member)]),
    )
  }
}
