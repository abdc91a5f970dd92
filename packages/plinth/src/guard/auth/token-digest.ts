import { loadCrypto } from '../../load-crypto.ts'

interface SentToken {
  readonly token: string
  readonly digest: string
}

/** Longer tokens are not held. */
const maxChars = 4_096

/**
 * What each connection sent last, as long as it is there: the next request on it mostly brings the same token, and to
 * digest it takes longer than all other checks of a request.
 */
const lastSent = new WeakMap<object, SentToken>()

/**
 * The name of a token in caches and lists: its SHA-256. Whoever reads it learns nothing of the token.
 *
 * @param connection What the token came over, where that lasts.
 */
export function toTokenDigest(token: string, connection?: object): string {
  const last = connection === undefined ? undefined : lastSent.get(connection)
  if (last !== undefined && isSame(last.token, token)) return last.digest
  const digest = loadCrypto().hash('sha256', token, 'hex')
  if (connection !== undefined && token.length <= maxChars) lastSent.set(connection, { token, digest })
  return digest
}

/** Takes as long for any two tokens of a length: a proxy may send the requests of many callers over one connection. */
function isSame(one: string, other: string): boolean {
  if (one.length !== other.length) return false
  let difference = 0
  for (let at = 0; at < one.length; at++) difference |= one.charCodeAt(at) ^ other.charCodeAt(at)
  return difference === 0
}
