/** What stands around a member or an item. */
const quoteChars = 6

/** How long a line is, about: in characters, worked out without writing it. The record holds plain data, as redacted. */
export function estimateChars(value: unknown): number {
  if (typeof value === 'string') return value.length + quoteChars
  if (typeof value !== 'object' || value === null) return quoteChars
  let chars = quoteChars
  for (const [name, member] of Object.entries(value)) chars += name.length + estimateChars(member)
  return chars
}
