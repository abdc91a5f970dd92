/** Headers the connection owns: who sets them can make a request mean another one. */
const connectionHeaders: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Headers that open something for whoever receives them. */
const credentialHeaders =
  /^(?:authorization|cookie2?|proxy-.*|mcp-.*|.*(?:api-?key|token|secret|password|credentials?)(?:-.*)?)$/

/** Headers that say nothing about the sender, and so may reach another origin. */
const plainHeaders: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'user-agent',
])

/** Request headers by their lower-case names. */
export type RequestHeaders = Readonly<Record<string, string>>

/**
 * Checks what an author sends along.
 *
 * @throws TypeError naming the header that may not be sent, and the fix.
 */
export function parseRequestHeaders(headers: RequestHeaders, allowCredentials: boolean): RequestHeaders {
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const)
  for (const [name, value] of entries) {
    const { validateHeaderName, validateHeaderValue } = process.getBuiltinModule('node:http')
    validateHeaderName(name)
    validateHeaderValue(name, value)
    if (connectionHeaders.has(name)) throw new TypeError(`"headers" must not set "${name}". Leave it out.`)
    if (allowCredentials || !credentialHeaders.test(name)) continue
    throw new TypeError(`"headers" must not send "${name}" without "allowCredentials". Leave it out.`)
  }
  return Object.fromEntries(entries)
}

/** What of a request's headers may go to another origin: nothing an author added for the first one. */
export function toPlainHeaders(headers: RequestHeaders): RequestHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => plainHeaders.has(name)))
}
