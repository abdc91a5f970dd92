import { type ApiKey, type KeyTable, parseApiKeys } from './api-key.ts'
import { ApiKeyFile } from './api-key-file.ts'
import { createInvalidToken, type Verifier } from './verifier.ts'

/** Where stored API keys are: in `keys` or in `file`. */
export interface ApiKeysOptions {
  /** The stored keys themselves. */
  readonly keys?: readonly ApiKey[]
  /** A JSON file with a list of stored keys. It is read again when it changes. */
  readonly file?: string
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number
}

/**
 * Takes API keys, as `X-API-Key` or as `Authorization: Bearer`. Several keys are good at once, so that one can replace
 * another. Unknown keys are left to the next verifier.
 *
 * @throws TypeError naming the entry, the field and the fix; also where there is no key at all.
 */
export function apiKeys(options: ApiKeysOptions): Verifier {
  const { now = Date.now } = options
  const source = createKeySource(options, now)
  return {
    verify({ digest }) {
      // Looking up a digest tells nothing of the key by its duration: who cannot choose the digest cannot climb it.
      const principal = source.keys.get(digest)
      if (principal?.expiresAt === undefined || principal.expiresAt > now()) return principal
      return createInvalidToken('The key has expired.')
    },
  }
}

function createKeySource({ keys, file }: ApiKeysOptions, now: () => number): { readonly keys: KeyTable } {
  if ((keys === undefined) === (file === undefined))
    throw new TypeError('apiKeys() needs either "keys" or "file".')
  if (file !== undefined) return new ApiKeyFile(file, now)
  const table = parseApiKeys(keys)
  if (table.size === 0)
    throw new TypeError('"keys" is empty, so nobody could get in. Make one with: plinth key create')
  return { keys: table }
}
