import { isObject, type JsonObject } from '../../jsonrpc/message.ts'

/** A signed JWT that was read and not checked: nothing in it can be believed yet. */
export interface ReadJwt {
  readonly text: string
  readonly header: JsonObject & { alg: string }
  readonly claims: JsonObject
}

const compactForm = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.[A-Za-z0-9_-]*$/
const accessTokenTypes = new Set(['at+jwt', 'application/at+jwt'])
const plainTypes = new Set([undefined, 'jwt', 'application/jwt'])

/** What only ID tokens say (OpenID Connect Core, section 2 and 3.1.3.6). */
const idTokenClaims = ['nonce', 'at_hash', 'c_hash', 's_hash'] as const

/** Where issuers that do not use `at+jwt` say what kind a token is, and what they say of access tokens. */
const kindClaims = ['typ', 'token_use', 'token_type'] as const
const accessKinds = new Set(['access', 'bearer', 'at+jwt'])

/** Reads a JWT; undefined for whatever is none. */
export function parseJwt(text: string): ReadJwt | undefined {
  const parts = compactForm.exec(text)
  const header = parsePart(parts?.[1])
  const claims = parsePart(parts?.[2])
  if (header === undefined || claims === undefined || typeof header['alg'] !== 'string') return undefined
  return { text, header: header as ReadJwt['header'], claims }
}

/** What rules out a token before its signature is checked: one sentence, or nothing. */
export function findWrongHeader(
  header: ReadJwt['header'],
  rules: { readonly algorithms: readonly string[]; readonly requireAccessTokenType: boolean },
): string | undefined {
  if (!rules.algorithms.includes(header.alg))
    return 'The token is signed with an algorithm that is not accepted.'
  // We understand no extension, and RFC 7515 section 4.1.11 lets nobody ignore a critical one.
  if (header['crit'] !== undefined || header['b64'] !== undefined)
    return 'The token needs an unknown extension.'
  if (header['cty'] !== undefined) return 'The token wraps another one.'
  if (isAccessTokenType(header)) return undefined
  const isPlain = plainTypes.has(toType(header))
  return isPlain && !rules.requireAccessTokenType ? undefined : 'The token is not an access token.'
}

/** Tells access tokens from the other tokens of an issuer, which are signed with the same key. */
export function isAccessTokenClaims({ header, claims }: ReadJwt): boolean {
  const kinds = kindClaims.map((claim) => claims[claim]).filter((kind) => kind !== undefined)
  if (!kinds.every((kind) => accessKinds.has(String(kind).toLowerCase()))) return false
  return (
    isAccessTokenType(header) ||
    kinds.length > 0 ||
    idTokenClaims.every((claim) => claims[claim] === undefined)
  )
}

function isAccessTokenType(header: JsonObject): boolean {
  return accessTokenTypes.has(toType(header) ?? '')
}

function toType({ typ }: JsonObject): string | undefined {
  return typ === undefined ? undefined : String(typ).toLowerCase()
}

function parsePart(part: string | undefined): JsonObject | undefined {
  if (part === undefined) return undefined
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}
