import { randomBytes } from 'node:crypto'
import { type ApiKey, parseApiKeys, toApiKeyHash } from '../guard/auth/api-key.ts'
import { type Command, readArgs, UsageError } from './command.ts'

/** A new key, and what to store of it. */
export interface CreatedKey {
  /** The key itself. It cannot be found again. */
  readonly key: string
  readonly entry: ApiKey
}

/** What the entry of a new key says besides its hash. */
export type KeyFacts = Omit<ApiKey, 'sha256'>

const usage = `plinth key create --id <name> [--subject <name>] [--tenant <name>] [--scopes <a,b>]
                  [--roles <a,b>] [--expires <time, such as YYYY-MM-DD>]

Prints a new API key once, and the entry to store in the list of a file: that of PLINTH_API_KEYS_FILE, of
PLINTH_ADMIN_KEYS_FILE, or of apiKeys({ file }).
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

/** `plinth key create`: names the flag that is wrong, its value and the fix. */
export const keyCreate: Command = { usage, run: runKeyCreate }

function runKeyCreate(args: readonly string[]): string {
  const { key, entry } = createFrom(parseFacts(args))
  return `${key}\n\nKeep it now: it is not stored and not shown again. Store this entry:\n\n${JSON.stringify(entry, null, 2)}\n`
}

function createFrom(facts: KeyFacts): CreatedKey {
  try {
    return createKey(facts)
  } catch (error) {
    throw error instanceof TypeError ? new UsageError(error.message.replace('keys[0].', '--')) : error
  }
}

function parseFacts(args: readonly string[]): KeyFacts {
  const { values } = readArgs({ args: [...args], options, strict: true })
  const { id, subject, tenant, scopes, roles, expires } = values
  if (id === undefined) throw new UsageError('"--id" is missing. It names the key in logs, as in "--id ci".')
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
  throw new UsageError(
    `"--expires" must be a time to come, such as "YYYY-MM-DD", got ${JSON.stringify(text)}.`,
  )
}
