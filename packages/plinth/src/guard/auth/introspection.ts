import type { JsonObject } from '../../jsonrpc/message.ts'
import { parseCount } from '../../server-options.ts'
import {
  type AccessTokenOptions,
  type AccessTokenRules,
  parseAccessTokenOptions,
  toPrincipal,
} from './access-claims.ts'
import { fetchJson } from './fetch-json.ts'
import { parseSecureUrl } from './secure-url.ts'
import { TokenCache } from './token-cache.ts'
import {
  createInvalidToken,
  createUnavailable,
  isAuthRefusal,
  type Verdict,
  type Verifier,
} from './verifier.ts'

/** How tokens are checked that only the authorization server can read (RFC 7662). */
export interface IntrospectionOptions extends AccessTokenOptions {
  /** The introspection endpoint. https, or http on this machine. */
  readonly url: string
  /** The client this server is known as at the authorization server. */
  readonly clientId: string
  /** What it proves that with. */
  readonly clientSecret: string
  /** How long an answer that a token is good is believed, in milliseconds, at most a minute. Default `30_000`. */
  readonly cacheMs?: number
  /** How long an answer that a token is no good is believed, in milliseconds, at most a minute. Default `5_000`. */
  readonly refusedCacheMs?: number
  /** Most questions to the authorization server at once; more callers are told to come back. Default `64`. */
  readonly maxConcurrent?: number
}

interface Introspection {
  readonly url: string
  readonly authorization: string
  readonly rules: AccessTokenRules
  readonly cacheMs: number
  readonly refusedCacheMs: number
  readonly maxConcurrent: number
  readonly cache: TokenCache
  readonly asking: Map<string, Promise<Verdict>>
}

/**
 * Asks the authorization server about each token, and remembers the answer for a short while. Tokens it does not
 * know are left to the next verifier.
 *
 * @throws TypeError naming the option and the fix.
 */
export function introspection(options: IntrospectionOptions): Verifier {
  const one = parseIntrospectionOptions(options)
  return {
    isOAuth: true,
    verify({ bearer, digest }) {
      if (bearer === undefined) return undefined
      const known = one.cache.get(digest)
      return known === undefined ? askOnce(bearer, digest, one) : known.principal
    },
  }
}

/** Many requests with one token are one question. */
function askOnce(token: string, digest: string, one: Introspection): Verdict | Promise<Verdict> {
  const asked = one.asking.get(digest)
  if (asked !== undefined) return asked
  if (one.asking.size >= one.maxConcurrent)
    return createUnavailable('Too many tokens are being checked.', 1_000)
  const question = ask(token, digest, one).finally(() => one.asking.delete(digest))
  one.asking.set(digest, question)
  return question
}

async function ask(token: string, digest: string, one: Introspection): Promise<Verdict> {
  let claims: JsonObject
  try {
    const body = new URLSearchParams({ token, token_type_hint: 'access_token' })
    const headers = { accept: 'application/json', authorization: one.authorization }
    claims = await fetchJson(one.url, { method: 'POST', headers, body })
  } catch (error) {
    return createUnavailable(error)
  }
  const verdict = toVerdict(claims, one.rules)
  if (verdict === undefined || isAuthRefusal(verdict)) one.cache.keepRefused(digest, one.refusedCacheMs)
  else one.cache.keep(digest, verdict, one.cacheMs)
  return verdict
}

function toVerdict(claims: JsonObject, rules: AccessTokenRules): Verdict {
  if (claims['active'] !== true) return undefined
  const { iss = rules.issuer, token_type: type = 'Bearer' } = claims
  if (iss !== rules.issuer) return createInvalidToken('The token is of another issuer.')
  if (String(type).toLowerCase() !== 'bearer') return createInvalidToken('The token is not a bearer token.')
  return toPrincipal({ ...claims, sub: claims['sub'] ?? toClientSubject(claims['client_id']) }, rules)
}

/** Of a client that acts for itself some servers name no subject. Marked, because a user may be called the same. */
function toClientSubject(client: unknown): string | undefined {
  return typeof client === 'string' && client !== '' ? `client:${client}` : undefined
}

function parseIntrospectionOptions(options: IntrospectionOptions): Introspection {
  const { clientId, clientSecret, cacheMs = 30_000, refusedCacheMs = 5_000, maxConcurrent = 64 } = options
  for (const [option, value] of Object.entries({ clientId, clientSecret })) {
    if (typeof value !== 'string' || value === '') throw new TypeError(`"${option}" must be set.`)
  }
  parseCount('cacheMs', cacheMs, { min: 0, max: 60_000 })
  parseCount('refusedCacheMs', refusedCacheMs, { min: 0, max: 60_000 })
  parseCount('maxConcurrent', maxConcurrent, { min: 1, max: 10_000 })
  const url = parseSecureUrl('url', options.url)
  const rules = parseAccessTokenOptions(options)
  const authorization = toBasic(clientId, clientSecret)
  const state = { cache: new TokenCache(rules.now), asking: new Map<string, Promise<Verdict>>() }
  return { url, authorization, rules, cacheMs, refusedCacheMs, maxConcurrent, ...state }
}

/** Both parts are form-encoded first (RFC 6749 section 2.3.1). */
function toBasic(clientId: string, clientSecret: string): string {
  const encode = (value: string) => new URLSearchParams([['', value]]).toString().slice(1)
  return `Basic ${Buffer.from(`${encode(clientId)}:${encode(clientSecret)}`).toString('base64')}`
}
