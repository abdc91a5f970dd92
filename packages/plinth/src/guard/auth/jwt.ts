import type { KeyObject } from 'node:crypto'
import type { CryptoKey } from 'jose'
import { parseCount } from '../../server-options.ts'
import {
  type AccessTokenOptions,
  type AccessTokenRules,
  parseAccessTokenOptions,
  toPrincipal,
} from './access-claims.ts'
import { loadJose } from './jose.ts'
import { RemoteKeys } from './jwks.ts'
import { findWrongHeader, isAccessTokenClaims, parseJwt, type ReadJwt } from './jwt-form.ts'
import { type PublicJwk, parseAlgorithms, parsePublicKey, parseSecret } from './jwt-key.ts'
import { parseSecureUrl } from './secure-url.ts'
import { TokenCache } from './token-cache.ts'
import {
  type AuthRefusal,
  createInvalidToken,
  isAuthRefusal,
  type Verdict,
  type Verifier,
} from './verifier.ts'

/** How signed access tokens are checked. One of `jwksUrl`, `key` and `secret` says with which keys. */
export interface JwtOptions extends AccessTokenOptions {
  /** Where the issuer publishes its keys. https, or http on this machine. */
  readonly jwksUrl?: string
  /** The one public key of the issuer: PEM, JWK or KeyObject. */
  readonly key?: string | PublicJwk | KeyObject
  /** A secret shared with the issuer, at least 32 bytes. The only way to take HS256, HS384 or HS512. */
  readonly secret?: string | Uint8Array
  /** Signature algorithms to take. Default: all RSA, ECDSA and EdDSA ones; with `secret`, HS256. */
  readonly algorithms?: readonly string[]
  /** Takes only tokens that say they are access tokens (`typ: at+jwt`, RFC 9068). Default `false`. */
  readonly requireAccessTokenType?: boolean
  /** How long fetched keys are good for, in milliseconds. A withdrawn key stops working then. Default `600_000`. */
  readonly jwksMaxAgeMs?: number
  /** How long fetched keys are good for while the issuer does not answer, in milliseconds. Default `3_600_000`. */
  readonly jwksMaxStaleMs?: number
  /** Least time between two fetches of keys, in milliseconds. Default `30_000`. */
  readonly jwksCooldownMs?: number
  /** How long a checked token is not checked again, in milliseconds, at most a minute. Default `60_000`. */
  readonly cacheMs?: number
}

type Key = CryptoKey | KeyObject | Uint8Array

interface JwtRules extends AccessTokenRules {
  readonly findKey: (header: ReadJwt['header']) => Key | Promise<Key | AuthRefusal>
  /** Undefined where the keys are no one else's to give. */
  readonly checkKeys: (() => Promise<void>) | undefined
  readonly algorithms: readonly string[]
  readonly requireAccessTokenType: boolean
  readonly cacheMs: number
}

/**
 * Takes signed access tokens (RFC 9068, RFC 8725) of one issuer. Tokens of other issuers are left to the next
 * verifier. Needs the package `jose`.
 *
 * @throws TypeError naming the option and the fix; also where `audience` or the keys are missing.
 */
export function jwt(options: JwtOptions): Verifier {
  const rules = parseJwtOptions(options)
  const cache = new TokenCache(rules.now)
  return {
    isOAuth: true,
    async prepare() {
      await loadJose()
    },
    ...(rules.checkKeys === undefined ? {} : { check: rules.checkKeys }),
    verify({ bearer, digest }) {
      if (bearer === undefined) return undefined
      const known = cache.get(digest)?.principal
      if (known !== undefined) return known
      const token = parseJwt(bearer)
      if (token === undefined || token.claims['iss'] !== rules.issuer) return undefined
      const wrong = findWrongHeader(token.header, rules)
      return wrong === undefined ? checkSigned(token, digest, { rules, cache }) : createInvalidToken(wrong)
    },
  }
}

async function checkSigned(
  token: ReadJwt,
  digest: string,
  { rules, cache }: { rules: JwtRules; cache: TokenCache },
): Promise<Verdict> {
  const key = await rules.findKey(token.header)
  if (isAuthRefusal(key)) return key
  const { compactVerify } = await loadJose()
  try {
    await compactVerify(token.text, key, { algorithms: [...rules.algorithms] })
  } catch (error) {
    return createInvalidToken('The signature of the token is not valid.', error)
  }
  if (!isAccessTokenClaims(token)) return createInvalidToken('The token is not an access token.')
  const principal = toPrincipal(token.claims, rules)
  if (!isAuthRefusal(principal)) cache.keep(digest, principal, rules.cacheMs)
  return principal
}

function parseJwtOptions(options: JwtOptions): JwtRules {
  const { secret, requireAccessTokenType = false, cacheMs = 60_000 } = options
  const rules = parseAccessTokenOptions(options)
  parseCount('cacheMs', cacheMs, { min: 0, max: 60_000 })
  const algorithms = parseAlgorithms(options.algorithms, { hasSecret: secret !== undefined })
  return {
    ...rules,
    ...createKeySource(options, rules.now),
    algorithms,
    requireAccessTokenType,
    cacheMs,
  }
}

function createKeySource(options: JwtOptions, now: () => number): Pick<JwtRules, 'findKey' | 'checkKeys'> {
  const { jwksUrl, key, secret } = options
  if ([jwksUrl, key, secret].filter((one) => one !== undefined).length !== 1) {
    throw new TypeError('jwt() needs exactly one of "jwksUrl", "key" and "secret".')
  }
  if (jwksUrl !== undefined) {
    const remote = new RemoteKeys({
      url: parseSecureUrl('jwksUrl', jwksUrl),
      ...parseJwksTimes(options),
      now,
    })
    return { findKey: (header) => remote.find(header), checkKeys: () => remote.check() }
  }
  const local = key === undefined ? parseSecret(secret) : parsePublicKey(key)
  return { findKey: () => local, checkKeys: undefined }
}

function parseJwksTimes(options: JwtOptions): { maxAgeMs: number; maxStaleMs: number; cooldownMs: number } {
  const { jwksMaxAgeMs = 600_000, jwksMaxStaleMs = 3_600_000, jwksCooldownMs = 30_000 } = options
  parseCount('jwksCooldownMs', jwksCooldownMs, { min: 1_000 })
  parseCount('jwksMaxAgeMs', jwksMaxAgeMs, { min: jwksCooldownMs })
  parseCount('jwksMaxStaleMs', jwksMaxStaleMs, { min: jwksMaxAgeMs, max: 86_400_000 })
  return { maxAgeMs: jwksMaxAgeMs, maxStaleMs: jwksMaxStaleMs, cooldownMs: jwksCooldownMs }
}
