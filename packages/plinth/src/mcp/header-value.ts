const opening = '=?base64?'
const closing = '?='
const printable = /^[\t\x20-\x7e]*$/
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Tells whether a string is a header name (RFC 9110, "Tokens"). */
export function isHeaderToken(name: string): boolean {
  return token.test(name)
}

/**
 * The value a mirrored header stands for: as it is, or decoded where it is marked as base64 (2026-07-28,
 * basic/transports/streamable-http, "Value Encoding"). Undefined when it holds characters a header must not, or what
 * is marked is not canonical base64 of UTF-8.
 */
export function parseHeaderValue(raw: string): string | undefined {
  if (!printable.test(raw)) return undefined
  const value = trimBlanks(raw)
  // The markers must not overlap: `=?base64?=` has no room for a value, so it is one.
  const isMarked = value.length >= opening.length + closing.length && value.startsWith(opening)
  return isMarked && value.endsWith(closing)
    ? decodeBase64(value.slice(opening.length, -closing.length))
    : value
}

// By hand, because a regular expression for the end looks at every run of blanks again and again.
function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09
}

function decodeBase64(text: string): string | undefined {
  if (!base64.test(text)) return undefined
  const binary = atob(text)
  // atob forgives leftover bits, so one value could be written in several ways.
  if (btoa(binary) !== text) return undefined
  try {
    return utf8.decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)))
  } catch {
    return undefined
  }
}
