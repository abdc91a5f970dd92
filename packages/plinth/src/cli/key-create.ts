import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { type ApiKey, parseApiKeys, toApiKeyHash } from '../guard/auth/api-key.ts'

/** A new key, and what to store of it. */
export interface CreatedKey {
  /** The key itself. It cannot be found again. */
  readonly key: string
  readonly entry: ApiKey
}

/** What the entry of a new key says besides its hash. */
export type KeyFacts = Omit<ApiKey, 'sha256'>

/** How the command is used. */
export const keyCreateUsage = `plinth key create --id <name> [--subject <name>] [--tenant <name>] [--scopes <a,b>]
                  [--roles <a,b>] [--expires <time, such as YYYY-MM-DD>]

Prints a new API key once, and the entry to store in the file that apiKeys({ file }) reads.
`

const options = {
  id: { type: 'string' },
  subject: { type: 'string' },
  tenant: { type: 'string' },
  scopes: { type: 'string' },
  roles: { type: 'string' },
  expires: { type: 'string' },
} as const

/**
 * Makes a key with 256 random bits.
 *
 * @throws TypeError naming what is wrong with the facts.
 */
export function createKey(facts: KeyFacts): CreatedKey {
  const key = `plinth_${randomBytes(32).toString('base64url')}`
  const entry = { ...facts, sha256: toApiKeyHash(key) }
  parseApiKeys([entry])
  return { key, entry }
}

/**
 * Runs `plinth key create`: the text for stdout.
 *
 * @throws TypeError naming the flag, its value and the fix.
 */
export function runKeyCreate(args: readonly string[]): string {
  const { key, entry } = createKey(parseFacts(args))
  return `${key}\n\nKeep it now: it is not stored and not shown again. Store this entry:\n\n${JSON.stringify(entry, null, 2)}\n`
}

function parseFacts(args: readonly string[]): KeyFacts {
  const { values } = parseArgs({ args: [...args], options, strict: true })
  const { id, subject, tenant, scopes, roles, expires } = values
  if (id === undefined) throw new TypeError('"--id" is missing. It names the key in logs, as in "--id ci".')
  return {
    id,
    ...(subject === undefined ? {} : { subject }),
    ...(tenant === undefined ? {} : { tenant }),
    ...(scopes === undefined ? {} : { scopes: toList(scopes) }),
    ...(roles === undefined ? {} : { roles: toList(roles) }),
    ...(expires === undefined ? {} : { expiresAt: toTime(expires) }),
  }
}

function toList(text: string): string[] {
  return text.split(/[, ]+/).filter((name) => name !== '')
}

function toTime(text: string): string {
  const time = Date.parse(text)
  if (Number.isFinite(time) && time > Date.now()) return new Date(time).toISOString()
  throw new TypeError(
    `"--expires" must be a time to come, such as "YYYY-MM-DD", got ${JSON.stringify(text)}.`,
  )
}
