import { loadCrypto } from '../load-crypto.ts'

/** The length of a key, in bytes. */
export const keyBytes = 32

/** Keys that seal and open: the first seals, all open, so that keys can be rotated. */
export interface Keys {
  readonly all: readonly Uint8Array[]
}

/** The keys of a server. One that was given none makes one for itself, once it needs it. */
export class ServerKeys implements Keys {
  private keys: readonly Uint8Array[] | undefined
  private wasGiven: boolean

  /** @throws TypeError naming the option `keys` and the position of the one that is wrong, never its value. */
  constructor(given: readonly string[]) {
    this.wasGiven = given.length > 0
    this.keys = this.wasGiven ? parseKeys(given) : undefined
  }

  get all(): readonly Uint8Array[] {
    this.keys ??= parseKeys([createRandomKey()])
    return this.keys
  }

  /** Whether it made up its key, so that what it seals ends with the process. */
  get isRandom(): boolean {
    return !this.wasGiven
  }

  /** Takes others in their place. */
  replace(given: readonly string[]): void {
    this.keys = parseKeys(given)
    this.wasGiven = true
  }
}

/**
 * Reads keys of 32 bytes each from base64 or base64url, padded or not.
 *
 * @throws TypeError naming the option `keys` and the position of the one that is wrong, never its value.
 */
export function parseKeys(values: readonly string[]): Uint8Array[] {
  return values.map((value, index) => {
    const valid = typeof value === 'string' && /^(?:[A-Za-z0-9+/]{43}|[A-Za-z0-9_-]{43})=?$/.test(value)
    const bytes = valid ? Buffer.from(value, 'base64') : Buffer.alloc(0)
    if (bytes.length === keyBytes) return bytes
    throw new TypeError(`"keys[${index}]" must be 32 bytes as base64. Make one with: openssl rand -base64 32`)
  })
}

/** A new random key, as `keys` takes it. */
export function createRandomKey(): string {
  return loadCrypto().randomBytes(keyBytes).toString('base64')
}
