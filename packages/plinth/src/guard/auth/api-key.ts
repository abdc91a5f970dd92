import { isObject } from '../../jsonrpc/message.ts'
import type { Principal } from '../../mcp/principal.ts'
import { isScope } from './challenge.ts'
import { toTokenDigest } from './token-digest.ts'

/** One API key as it is stored: who it stands for, and a digest from which the key cannot be made. */
export interface ApiKey {
  /** Names the key in logs and audits. Give the key that replaces another the same id and subject. */
  readonly id: string
  /** SHA-256 of the key, 64 hexadecimal digits. `plinth key create` makes both. */
  readonly sha256: string
  /** Who the key stands for. Default `key:<id>`. */
  readonly subject?: string
  /** Whose data it opens. Default: the subject is a tenant of its own. */
  readonly tenant?: string
  /** What it may do. Default nothing that needs a scope. */
  readonly scopes?: readonly string[]
  /** The roles of whoever uses it. Default none. */
  readonly roles?: readonly string[]
  /** When it stops working, such as `2027-01-31T00:00:00Z`. Default never. */
  readonly expiresAt?: string
}

const members: ReadonlySet<string> = new Set([
  'id',
  'sha256',
  'subject',
  'tenant',
  'scopes',
  'roles',
  'expiresAt',
])

/** The principal of each stored key, by digest. */
export type KeyTable = ReadonlyMap<string, Principal>

/**
 * The digest under which a key is stored. Only for keys with 128 random bits or more, as `plinth key create` makes
 * them: a password could be found from it.
 */
export function toApiKeyHash(key: string): string {
  return toTokenDigest(key)
}

/**
 * Reads stored keys.
 *
 * @throws TypeError naming the entry, the field and the fix.
 */
export function parseApiKeys(entries: unknown): KeyTable {
  if (!Array.isArray(entries)) throw new TypeError('API keys must be a list of { id, sha256, … }.')
  const table = new Map<string, Principal>()
  for (const [at, entry] of entries.entries()) {
    const { digest, principal } = parseApiKey(`keys[${at}]`, entry)
    if (table.has(digest)) throw new TypeError(`"keys[${at}].sha256" stands there twice.`)
    table.set(digest, principal)
  }
  return table
}

function parseApiKey(place: string, entry: unknown): { digest: string; principal: Principal } {
  if (!isObject(entry)) throw new TypeError(`"${place}" must be { id, sha256, … }.`)
  const unknown = Object.keys(entry).find((member) => !members.has(member))
  // A misspelt "expiresAt" would be a key that never expires.
  if (unknown !== undefined) {
    throw new TypeError(`"${place}.${unknown}" means nothing. There are: ${[...members].join(', ')}.`)
  }
  const { sha256, scopes = [], roles = [], expiresAt } = entry
  const id = parseText(`${place}.id`, entry['id'])
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/i.test(sha256)) {
    throw new TypeError(`"${place}.sha256" must be 64 hexadecimal digits. Make one with: plinth key create`)
  }
  const allowed = parseNames(`${place}.scopes`, scopes)
  const subject = parseText(`${place}.subject`, entry['subject'] ?? `key:${id}`)
  const tenant = parseText(`${place}.tenant`, entry['tenant'] ?? subject)
  const until = expiresAt === undefined ? {} : { expiresAt: parseTime(`${place}.expiresAt`, expiresAt) }
  const principal = Object.freeze({
    subject,
    tenant,
    scopes: allowed,
    roles: parseNames(`${place}.roles`, roles),
    client: id,
    ...until,
  })
  return { digest: sha256.toLowerCase(), principal }
}

function parseNames(place: string, value: unknown): readonly string[] {
  if (Array.isArray(value) && value.every(isScope)) return Object.freeze([...value])
  throw new TypeError(`"${place}" must be a list of names without spaces.`)
}

function parseText(place: string, value: unknown): string {
  if (typeof value === 'string' && value !== '' && value.length <= 200) return value
  throw new TypeError(`"${place}" must be 1 to 200 characters.`)
}

function parseTime(place: string, value: unknown): number {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isFinite(time)) return time
  throw new TypeError(
    `"${place}" must be a time such as "2027-01-31T00:00:00Z", got ${JSON.stringify(value)}.`,
  )
}
