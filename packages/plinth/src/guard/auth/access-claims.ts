import type { JsonObject } from '../../jsonrpc/message.ts'
import type { Principal } from '../../mcp/principal.ts'
import { parseCount } from '../../server-options.ts'
import { isScope } from './challenge.ts'
import { type AuthRefusal, createInvalidToken } from './verifier.ts'

/** What is asked of an access token, and where it says who is calling. */
export interface AccessTokenOptions {
  /** Who must have issued the token: its `iss`, compared character by character. */
  readonly issuer: string
  /** For whom the token must be made: one of these must be in its `aud`. Mostly the URL of this server. */
  readonly audience: string | readonly string[]
  /** How far the clocks of the issuer and of this server may be apart, in milliseconds. Default `30_000`, at most a minute. */
  readonly leewayMs?: number
  /** The claim that names the tenant. A token without it is refused. Default none. */
  readonly tenantClaim?: string
  /** The claim that lists the roles of the caller. Default none. */
  readonly rolesClaim?: string
  /** The tenant of all callers, where there is no `tenantClaim`. Default: each subject is a tenant of its own. */
  readonly tenant?: string
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number
}

/** `AccessTokenOptions`, checked and filled in. */
export interface AccessTokenRules {
  readonly issuer: string
  readonly audiences: ReadonlySet<string>
  readonly leewayMs: number
  readonly tenantClaim: string | undefined
  readonly rolesClaim: string | undefined
  readonly tenant: string | undefined
  readonly now: () => number
}

/** Seconds since 1970 at the end of the year 9999: a later date is a mistake or an attempt. */
const latestSeconds = 253_402_300_799

/** @throws TypeError naming the option and the fix. */
export function parseAccessTokenOptions(options: AccessTokenOptions): AccessTokenRules {
  const { issuer, audience, leewayMs = 30_000, tenantClaim, rolesClaim, tenant, now = Date.now } = options
  if (typeof issuer !== 'string' || issuer === '')
    throw new TypeError('"issuer" must be the "iss" of your tokens.')
  const audiences = typeof audience === 'string' ? [audience] : audience
  if (!Array.isArray(audiences) || audiences.length === 0 || !audiences.every(isName)) {
    throw new TypeError(
      '"audience" must name this server as tokens name it, such as "https://mcp.example/mcp".',
    )
  }
  if (tenant !== undefined && tenantClaim !== undefined) {
    throw new TypeError('Set "tenant" or "tenantClaim", not both.')
  }
  parseCount('leewayMs', leewayMs, { min: 0, max: 60_000 })
  return { issuer, audiences: new Set(audiences), leewayMs, tenantClaim, rolesClaim, tenant, now }
}

/** Checks the claims of a token whose origin is proven, and reads from them who is calling. */
export function toPrincipal(claims: JsonObject, rules: AccessTokenRules): Principal | AuthRefusal {
  const wrong = findWrongClaim(claims, rules)
  if (wrong !== undefined) return createInvalidToken(wrong)
  const { sub, exp } = claims as { sub: string; exp: number }
  const tenant = toTenant(claims, rules)
  if (tenant === undefined) return createInvalidToken('The token names no tenant.')
  const client = claims['client_id'] ?? claims['azp']
  return Object.freeze({
    subject: sub,
    tenant,
    scopes: Object.freeze(toScopes(claims)),
    issuer: rules.issuer,
    expiresAt: exp * 1_000 + rules.leewayMs,
    ...(isName(client) ? { client } : {}),
    ...(rules.rolesClaim === undefined ? {} : { roles: Object.freeze(toList(claims[rules.rolesClaim])) }),
  })
}

function findWrongClaim(
  claims: JsonObject,
  { audiences, leewayMs, now }: AccessTokenRules,
): string | undefined {
  const { sub, aud, exp, nbf, iat, cnf } = claims
  const seconds = now() / 1_000
  const leeway = leewayMs / 1_000
  if (!toList(aud).some((one) => audiences.has(one) || audiences.has(withLowerHost(one))))
    return 'The token is not for this server.'
  if (!isDate(exp)) return 'The token has no expiry.'
  if (exp + leeway <= seconds) return 'The token has expired.'
  if (!isAbsentOrPast(nbf, seconds + leeway)) return 'The token is not valid yet.'
  if (!isAbsentOrPast(iat, seconds + leeway)) return 'The token was issued in the future.'
  // A token that is bound to a key (RFC 7800) proves nothing without a proof of that key.
  if (cnf !== undefined) return 'The token is bound to a key and was sent as a bearer token.'
  return isName(sub) ? undefined : 'The token names no subject.'
}

/** Scheme and host of a URL mean the same in any case (RFC 3986 section 6.2.2.1); nothing else of it does. */
function withLowerHost(audience: string): string {
  return audience.replace(/^https?:\/\/[A-Za-z0-9.-]+(?=[:/]|$)/i, (origin) => origin.toLowerCase())
}

function toTenant(claims: JsonObject, { tenantClaim, tenant, issuer }: AccessTokenRules): string | undefined {
  if (tenantClaim === undefined) return tenant ?? `${issuer}|${claims['sub']}`
  const value = claims[tenantClaim]
  return isName(value) ? value : undefined
}

/** `scope` is text with spaces (RFC 8693 section 4.2); some issuers write a list into `scp` instead. */
function toScopes(claims: JsonObject): string[] {
  const value = claims['scope'] ?? claims['scp']
  const scopes = typeof value === 'string' ? value.split(' ') : toList(value)
  return [...new Set(scopes.filter(isScope))]
}

function toList(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []
}

function isDate(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= latestSeconds
}

function isAbsentOrPast(value: unknown, seconds: number): boolean {
  return value === undefined || (isDate(value) && value <= seconds)
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
