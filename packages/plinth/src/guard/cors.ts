import type { Head } from './head.ts'

/** Headers that let a page of another origin read an answer; undefined where there is nothing to add. */
export type CorsRule = (head: Head) => Readonly<Record<string, string>> | undefined

const exposed = 'Mcp-Session-Id, WWW-Authenticate, Retry-After'
const askable =
  /^(?:accept|authorization|content-type|idempotency-key|last-event-id|traceparent|tracestate|x-api-key|mcp-[a-z0-9-]+)$/
const oneDay = '86400'

/**
 * CORS for the origins an application names, and for nobody else: never `*`, never credentials, and no origin is
 * echoed that is not on the list. Without `allowedOrigins` there is no CORS at all.
 */
export function createCorsRule(allowedOrigins: readonly string[]): CorsRule {
  const origins = new Set(allowedOrigins.map((origin) => origin.toLowerCase()))
  return function toCorsHeaders(head) {
    const origin = head.get('origin')
    if (origin === undefined || !origins.has(origin)) return undefined
    return { 'access-control-allow-origin': origin, 'access-control-expose-headers': exposed, vary: 'Origin' }
  }
}

/** Tells a preflight from any other OPTIONS request. */
export function isPreflight(head: Head): boolean {
  return head.method === 'OPTIONS' && head.get('access-control-request-method') !== undefined
}

/** What a preflight is answered with, besides the headers of the rule. Nothing is executed for it. */
export function toPreflightHeaders(head: Head, methods: string): Readonly<Record<string, string>> {
  const asked = (head.get('access-control-request-headers') ?? '').toLowerCase().split(',', 64)
  const allowed = asked.map((name) => name.trim()).filter((name) => askable.test(name))
  return {
    'access-control-allow-methods': methods,
    'access-control-allow-headers': allowed.join(', '),
    'access-control-max-age': oneDay,
  }
}
