import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

/** Seals small values into text that only holders of the key can make or read: state that lives with the client. */
export interface Sealer {
  /**
   * Seals a value until `expiresAt`, in milliseconds since 1970. The text is base64url, so it can stand in a header.
   * The expiry is sealed in as `exp`, in place of a member of that name.
   *
   * @throws TypeError when `expiresAt` is not a number, or the value is too large to be opened again.
   */
  seal(value: { readonly [key: string]: unknown }, options: { expiresAt: number }): string
  /**
   * The value and its `exp`, or undefined for anything these keys did not seal for this purpose, or that expired by
   * `now`. Never throws and never says why.
   */
  open(token: string, now: number): { [key: string]: unknown } | undefined
}

const version = 1
const keyBytes = 32
const keyIdBytes = 3
const ivBytes = 12
const tagBytes = 16
const headBytes = 1 + keyIdBytes + ivBytes
const maxTokenChars = 65_536

interface PurposeKey {
  readonly id: Buffer
  readonly key: Buffer
}

/**
 * A sealer for one purpose (AES-256-GCM, a key of its own for each purpose by HKDF-SHA256). The first key seals, all
 * open, so that keys can be rotated.
 *
 * @throws TypeError naming the option `keys` when there is none, or one is not 32 bytes.
 */
export function createSealer(keys: readonly Uint8Array[], purpose: string): Sealer {
  let derived = deriveKeys(keys, purpose)
  const derive = () => {
    if (derived.from !== keys[0]) derived = deriveKeys(keys, purpose)
    return derived
  }
  return {
    seal: (value, { expiresAt }) => sealWith(derive().first, purpose, toPayload(value, expiresAt)),
    open(token, now) {
      const bytes = toBytes(token)
      if (bytes === undefined) return undefined
      const value = parsePayload(openWithAny(derive().all, purpose, bytes))
      return value !== undefined && typeof value['exp'] === 'number' && value['exp'] > now ? value : undefined
    },
  }
}

interface DerivedKeys {
  readonly first: PurposeKey
  readonly all: readonly PurposeKey[]
  /** The first of the keys they were derived from. */
  readonly from: Uint8Array | undefined
}

function deriveKeys(keys: readonly Uint8Array[], purpose: string): DerivedKeys {
  const all = keys.map((key, index) => deriveKey(assertKey(key, index), purpose))
  const [first] = all
  if (first === undefined) throw new TypeError('"keys" must hold at least one key.')
  return { first, all, from: keys[0] }
}

function assertKey(key: Uint8Array, index: number): Uint8Array {
  if (key.length === keyBytes) return key
  throw new TypeError(`"keys[${index}]" must be ${keyBytes} bytes, got ${key.length}.`)
}

function deriveKey(key: Uint8Array, purpose: string): PurposeKey {
  const derived = Buffer.from(hkdfSync('sha256', key, new Uint8Array(0), `plinth:${purpose}`, keyBytes))
  return { id: createHash('sha256').update(derived).digest().subarray(0, keyIdBytes), key: derived }
}

function toPayload(value: { readonly [key: string]: unknown }, expiresAt: number): string {
  if (!Number.isFinite(expiresAt)) {
    throw new TypeError(`"expiresAt" must be milliseconds since 1970, got ${expiresAt}.`)
  }
  return JSON.stringify({ ...value, exp: expiresAt })
}

function sealWith({ id, key }: PurposeKey, purpose: string, payload: string): string {
  const iv = randomBytes(ivBytes)
  const head = Buffer.concat([Buffer.of(version), id, iv])
  const cipher = createCipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
  cipher.setAAD(toAad(head, purpose))
  const body = Buffer.concat([cipher.update(payload, 'utf8'), cipher.final()])
  const token = Buffer.concat([head, body, cipher.getAuthTag()]).toString('base64url')
  if (token.length <= maxTokenChars) return token
  throw new TypeError(
    `A sealed value may take ${maxTokenChars} characters, got ${token.length}. Seal a reference.`,
  )
}

/** Two keys may share an id by chance, so each one with the id of the token gets its try. */
function openWithAny(keys: readonly PurposeKey[], purpose: string, bytes: Buffer): string | undefined {
  const id = bytes.subarray(1, 1 + keyIdBytes)
  for (const key of keys) {
    const payload = key.id.equals(id) ? openWith(key, purpose, bytes) : undefined
    if (payload !== undefined) return payload
  }
  return undefined
}

function openWith({ key }: PurposeKey, purpose: string, bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, headBytes)
  const body = bytes.subarray(headBytes, bytes.length - tagBytes)
  const iv = head.subarray(1 + keyIdBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
  decipher.setAAD(toAad(head, purpose)).setAuthTag(bytes.subarray(bytes.length - tagBytes))
  try {
    return Buffer.concat([decipher.update(body), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}

function toAad(head: Buffer, purpose: string): Buffer {
  return Buffer.concat([head, Buffer.from(purpose)])
}

function toBytes(token: string): Buffer | undefined {
  if (typeof token !== 'string' || token.length > maxTokenChars) return undefined
  const bytes = Buffer.from(token, 'base64url')
  if (bytes.length < headBytes + tagBytes || bytes[0] !== version) return undefined
  // Decoding is lenient: padding, other alphabets and leftover bits would let many texts stand for one token.
  return bytes.toString('base64url') === token ? bytes : undefined
}

function parsePayload(payload: string | undefined): { [key: string]: unknown } | undefined {
  return payload === undefined ? undefined : (JSON.parse(payload) as { [key: string]: unknown })
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
  return randomBytes(keyBytes).toString('base64')
}
