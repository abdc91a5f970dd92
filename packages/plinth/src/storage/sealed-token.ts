import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto'

/** Seals small values into text that only holders of the key can make or read: state that lives with the client. */
export interface Sealer {
  /** Seals a value. The text is base64url, so it can stand in a header. */
  seal(value: { readonly [key: string]: unknown }, options: { expiresAt: number }): string
  /** The value, or undefined for anything these keys did not seal for this purpose, or that expired by `now`. */
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
 * open, so that keys can be rotated. The expiry is inside the seal, as `exp`, in milliseconds since 1970.
 */
export function createSealer(keys: readonly Uint8Array[], purpose: string): Sealer {
  const derived = keys.map((key) => deriveKey(key, purpose))
  const [first] = derived
  if (first === undefined) throw new TypeError('"keys" must hold at least one key.')
  return {
    seal: (value, { expiresAt }) => sealWith(first, purpose, JSON.stringify({ ...value, exp: expiresAt })),
    open(token, now) {
      const bytes = toBytes(token)
      if (bytes === undefined) return undefined
      const id = bytes.subarray(1, 1 + keyIdBytes)
      const known = derived.find((one) => one.id.equals(id))
      const value = known === undefined ? undefined : parseValue(openWith(known, purpose, bytes))
      return value !== undefined && typeof value['exp'] === 'number' && value['exp'] > now ? value : undefined
    },
  }
}

function deriveKey(key: Uint8Array, purpose: string): PurposeKey {
  const derived = Buffer.from(hkdfSync('sha256', key, new Uint8Array(0), `plinth:${purpose}`, 32))
  return { id: createHash('sha256').update(derived).digest().subarray(0, keyIdBytes), key: derived }
}

function sealWith({ id, key }: PurposeKey, purpose: string, text: string): string {
  const iv = randomBytes(ivBytes)
  const head = Buffer.concat([Buffer.of(version), id, iv])
  const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(toAad(head, purpose))
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([head, body, cipher.getAuthTag()]).toString('base64url')
}

function openWith({ key }: PurposeKey, purpose: string, bytes: Buffer): string | undefined {
  const head = bytes.subarray(0, headBytes)
  const body = bytes.subarray(headBytes, bytes.length - tagBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, head.subarray(1 + keyIdBytes))
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
  return bytes.toString('base64url') === token ? bytes : undefined
}

function parseValue(text: string | undefined): { [key: string]: unknown } | undefined {
  return text === undefined ? undefined : (JSON.parse(text) as { [key: string]: unknown })
}

/**
 * Reads keys of 32 bytes each from base64 or base64url.
 *
 * @throws TypeError naming the option `keys` and the position of the one that is wrong, never its value.
 */
export function parseKeys(values: readonly string[]): Uint8Array[] {
  return values.map((value, index) => {
    const valid = typeof value === 'string' && /^[A-Za-z0-9+/_-]{43}=?$/.test(value)
    const bytes = valid ? Buffer.from(value, 'base64') : Buffer.alloc(0)
    if (bytes.length === 32) return bytes
    throw new TypeError(`"keys[${index}]" must be 32 bytes as base64. Make one with: openssl rand -base64 32`)
  })
}

/** A new random key, as `keys` takes it. */
export function createRandomKey(): string {
  return randomBytes(32).toString('base64')
}
