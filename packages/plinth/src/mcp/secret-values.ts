/** Most values that are remembered. */
const maxValues = 1_000

/** Shorter ones would black out words that are no secrets. */
const minChars = 8

const hidden = '[redacted]'

/** Most short texts that are remembered, and how long those are. */
const maxSeen = 2_000
const maxSeenChars = 64

/** Places of the table that says how secrets begin. */
const marks = 65_536

/**
 * The secrets that were given out, so that none of them leaves by a log or a record. However many there are, a text is
 * looked through once.
 */
export class SecretValues {
  private readonly known = new Set<string>()
  /** By their first eight characters, the longest first. */
  private readonly forms = new Map<string, readonly string[]>()
  /** Where no secret begins with the same three characters there is none. Made with the first. */
  private marked: Uint8Array | undefined
  private readonly seen = new Map<string, string>()

  /** Remembers a secret. Those of less than eight characters are not looked for. */
  add(value: string): void {
    if (value.length < minChars || this.known.has(value)) return
    this.known.add(value)
    this.seen.clear()
    for (const form of toForms(value)) this.addForm(form)
    const [oldest] = this.known
    if (this.known.size <= maxValues || oldest === undefined) return
    this.known.delete(oldest)
    for (const form of toForms(oldest)) this.removeForm(form)
  }

  /** A copy of plain data without the secrets; the data itself where there are none to look for. */
  hideIn<T>(value: T): T {
    return this.known.size === 0 ? value : (this.copy(value) as T)
  }

  /** A text without the secrets; the text itself where none is in it. */
  hideInText(text: string): string {
    const { marked } = this
    if (marked === undefined) return text
    let clean = ''
    let from = 0
    for (let at = 0; at <= text.length - minChars; at++) {
      const form = marked[toMark(text, at)] === 1 ? this.findForm(text, at) : undefined
      if (form === undefined) continue
      clean += text.slice(from, at) + hidden
      from = at + form.length
      at = from - 1
    }
    return from === 0 ? text : clean + text.slice(from)
  }

  /** As `hideInText`, for texts that mostly come again and again: methods, names, clients. */
  hideInName(name: string): string {
    if (this.known.size === 0 || name.length < minChars) return name
    const known = this.seen.get(name)
    if (known !== undefined) return known
    const clean = this.hideInText(name)
    if (name.length <= maxSeenChars && this.seen.size < maxSeen) this.seen.set(name, clean)
    return clean
  }

  private copy(value: unknown): unknown {
    if (typeof value === 'string') return this.hideInText(value)
    if (Array.isArray(value)) return value.map((item) => this.copy(item))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [this.hideInText(name), this.copy(member)]),
    )
  }

  private findForm(text: string, at: number): string | undefined {
    return this.forms.get(text.slice(at, at + minChars))?.find((form) => text.startsWith(form, at))
  }

  private addForm(form: string): void {
    const start = form.slice(0, minChars)
    const all = [...(this.forms.get(start) ?? []), form]
    this.forms.set(
      start,
      all.sort((one, other) => other.length - one.length),
    )
    this.marked ??= new Uint8Array(marks)
    this.marked[toMark(form, 0)] = 1
  }

  private removeForm(form: string): void {
    const start = form.slice(0, minChars)
    const rest = (this.forms.get(start) ?? []).filter((one) => one !== form)
    if (rest.length === 0) this.forms.delete(start)
    else this.forms.set(start, rest)
  }
}

/** A secret as it is, as a part of a URL, and as a part of JSON. */
function toForms(value: string): readonly string[] {
  return [...new Set([value, encodeURIComponent(value.toWellFormed()), JSON.stringify(value).slice(1, -1)])]
}

/** A number for the three characters at a place. */
function toMark(text: string, at: number): number {
  const later = (text.charCodeAt(at + 1) << 5) ^ (text.charCodeAt(at + 2) << 10)
  return (text.charCodeAt(at) ^ later) & (marks - 1)
}
