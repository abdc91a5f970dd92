/** Most texts whose result is kept. */
const maxTexts = 2_000
/** Longer texts do not come again and again. */
const maxChars = 64

/** Keeps what is worked out for short texts: names come again and again, and most are looked at once. */
export function keepShort<T>(work: (text: string) => T): (text: string) => T {
  const kept = new Map<string, T>()
  return function find(text) {
    const known = kept.get(text)
    if (known !== undefined) return known
    const made = work(text)
    if (text.length <= maxChars && kept.size < maxTexts) kept.set(text, made)
    return made
  }
}
