const opening = '=?base64?'
const closing = '?='
const visible = /^[\x20-\x7e\t]*$/
const token = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

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
  const value = raw.replace(/^[ \t]+|[ \t]+$/g, '')
  if (!visible.test(value)) return undefined
  if (!value.startsWith(opening) || !value.endsWith(closing)) return value
  if (value.length < opening.length + closing.length) return value
  return decodeBase64(value.slice(opening.length, -closing.length))
}

function decodeBase64(text: string): string | undefined {
  if (!base64.test(text)) return undefined
  const binary = atob(text)
  if (btoa(binary) !== text) return undefined
  try {
    const bytes = Uint8Array.from(binary, (char) => char.charCodeAt(0))
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}
