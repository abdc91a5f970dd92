export interface OriginRuleOptions {
  /** Full origins, such as `https://app.example`. An empty list allows none. */
  readonly allowedOrigins: readonly string[]
  /** Whether pages served from this machine may call: `localhost`, `127.0.0.1` and `[::1]` at any port. */
  readonly allowLoopback: boolean
}

const loopbackOrigin = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i
const visible = /^[\x21-\x7e]+$/

/**
 * A check of the Origin header. Requests without one do not come from a page and pass; `null` never does (2025-11-25
 * and 2026-07-28, Streamable HTTP, "Security").
 *
 * @throws TypeError naming the option `allowedOrigins` and the entry that is no origin.
 */
export function createOriginRule(options: OriginRuleOptions): (header: string | undefined) => boolean {
  const { allowLoopback } = options
  const origins = new Set(parseOrigins(options.allowedOrigins))
  return function isAllowedOrigin(header) {
    if (header === undefined || origins.has(header)) return true
    if (allowLoopback && loopbackOrigin.test(header)) return true
    return visible.test(header) && origins.has(header.toLowerCase())
  }
}

/**
 * Origins as they are compared.
 *
 * @throws TypeError naming the option `allowedOrigins` and the entry that is no origin.
 */
export function parseOrigins(entries: readonly string[]): readonly string[] {
  return entries.map(parseEntry)
}

function parseEntry(value: string): string {
  const url = URL.parse(value)
  const isWeb = url?.protocol === 'http:' || url?.protocol === 'https:'
  if (isWeb && url.origin === value.toLowerCase() && !value.includes('*')) return url.origin
  throw new TypeError(
    `"allowedOrigins" must hold origins such as "https://app.example", got ${JSON.stringify(value)}.`,
  )
}
