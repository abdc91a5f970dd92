import { loadCrypto } from '../load-crypto.ts'
import { type Keys, keyBytes } from './server-keys.ts'

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
 * open, so that keys can be rotated. It asks for the keys when it first seals or opens; either throws a TypeError naming
 * the option `keys` when there is none, or one is not 32 bytes.
 */
export function createSealer(keys: Keys, purpose: string): Sealer {
  let derived: DerivedKeys | undefined
  const derive = () => {
    if (derived?.from !== keys.all) derived = deriveKeys(keys.all, purpose)
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
  /** The keys they were derived from. */
  readonly from: readonly Uint8Array[]
}

function deriveKeys(keys: readonly Uint8Array[], purpose: string): DerivedKeys {
  const all = keys.map((key, index) => deriveKey(assertKey(key, index), purpose))
  const [first] = all
  if (first === undefined) throw new TypeError('"keys" must hold at least one key.')
  return { first, all, from: keys }
}

function assertKey(key: Uint8Array, index: number): Uint8Array {
  if (key.length === keyBytes) return key
  throw new TypeError(`"keys[${index}]" must be ${keyBytes} bytes, got ${key.length}.`)
}

function deriveKey(key: Uint8Array, purpose: string): PurposeKey {
  const { createHash, hkdfSync } = loadCrypto()
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
  const { createCipheriv, randomBytes } = loadCrypto()
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
  const decipher = loadCrypto().createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagBytes })
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
