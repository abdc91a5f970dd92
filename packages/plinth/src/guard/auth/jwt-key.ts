import { createPublicKey, KeyObject } from 'node:crypto'

/** A public key as JSON (RFC 7517). */
export interface PublicJwk {
  readonly kty: string
  readonly [member: string]: unknown
}

const asymmetric: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]
const symmetric: readonly string[] = ['HS256', 'HS384', 'HS512']
const minSecretBytes = 32

/**
 * The algorithms to take. Those of shared secrets never stand beside those of public keys: who knows the public key
 * could sign with it (RFC 8725 section 3.1).
 *
 * @throws TypeError naming the option, its value and the fix.
 */
export function parseAlgorithms(
  algorithms: readonly string[] | undefined,
  { hasSecret }: { hasSecret: boolean },
): readonly string[] {
  const possible = hasSecret ? symmetric : asymmetric
  if (algorithms === undefined) return hasSecret ? ['HS256'] : asymmetric
  const wrong = algorithms.find((name) => !possible.includes(name))
  if (wrong === undefined && algorithms.length > 0) return [...algorithms]
  throw new TypeError(
    `"algorithms" must hold some of ${possible.join(', ')}, got ${JSON.stringify(algorithms)}.`,
  )
}

/** @throws TypeError where the key cannot be read, is secret, or is private; never repeats it. */
export function parsePublicKey(key: string | PublicJwk | KeyObject): KeyObject {
  const isPrivate =
    (typeof key === 'string' && key.includes('PRIVATE KEY')) ||
    (key instanceof KeyObject ? key.type !== 'public' : typeof key === 'object' && 'd' in key)
  const fix = '"key" must be a public key: PEM, JWK or KeyObject.'
  if (isPrivate) throw new TypeError(`${fix} This one is private or secret.`)
  if (key instanceof KeyObject) return key
  try {
    return typeof key === 'string'
      ? createPublicKey(key)
      : createPublicKey({ key: { ...key }, format: 'jwk' })
  } catch {
    throw new TypeError(fix)
  }
}

/** @throws TypeError where the secret is short; never repeats it. */
export function parseSecret(secret: string | Uint8Array | undefined): Uint8Array {
  const bytes = typeof secret === 'string' ? Buffer.from(secret) : secret
  if (bytes !== undefined && bytes.length >= minSecretBytes) return bytes
  throw new TypeError(
    `"secret" must have at least ${minSecretBytes} bytes. Make one with: openssl rand -base64 32`,
  )
}
