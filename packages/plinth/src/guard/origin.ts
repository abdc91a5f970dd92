import { loopbackHosts } from './host.ts'

export interface OriginRuleOptions {
  /** Full origins, such as `https://app.example`. An empty list allows none. */
  readonly allowedOrigins: readonly string[]
  /** Whether pages served from this machine may call. */
  readonly allowLoopback: boolean
}

/**
 * A check of the Origin header. Requests without one do not come from a page and pass; `null` never does (2025-11-25
 * and 2026-07-28, Streamable HTTP, "Security").
 *
 * @throws TypeError naming the option `allowedOrigins` and the entry that is no origin.
 */
export function createOriginRule(options: OriginRuleOptions): (header: string | undefined) => boolean {
  const origins = new Set(options.allowedOrigins.map(assertOrigin))
  return function isAllowedOrigin(header) {
    if (header === undefined || origins.has(header)) return true
    const url = header === 'null' ? undefined : parseOrigin(header)
    if (url === undefined) return false
    return origins.has(url.origin) || (options.allowLoopback && loopbackHosts.has(url.hostname))
  }
}

function assertOrigin(value: string): string {
  const url = parseOrigin(value)
  if (url !== undefined) return url.origin
  throw new TypeError(`"allowedOrigins" must hold origins such as "https://app.example", got ${JSON.stringify(value)}.`)
}

function parseOrigin(value: string): URL | undefined {
  if (!URL.canParse(value)) return undefined
  const url = new URL(value)
  const isWeb = url.protocol === 'http:' || url.protocol === 'https:'
  return isWeb && url.origin === value.toLowerCase() ? url : undefined
}
