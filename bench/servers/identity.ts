// Who may call a server that is measured, and with what. Keys are made anew for each run.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import type { HttpOptions } from 'plinth'

/** How callers are known: not at all, by a stored key, or by a token that is checked once a minute or every time. */
export type Identity = 'open' | 'key' | 'jwt' | 'jwt-uncached'

const issuer = 'https://issuer.example'
const audience = 'https://bench.example/mcp'

/** What the process of a server and its callers share. */
export interface Credentials {
  /** For the environment of the server. */
  readonly env: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
}

/** Makes credentials, and what a server needs to check them. */
export function createCredentials(identity: Identity): Credentials {
  if (identity === 'open') return { env: {}, headers: {} }
  if (identity === 'key') {
    const key = randomBytes(32).toString('base64url')
    const digest = createHash('sha256').update(key).digest('hex')
    return { env: { BENCH_IDENTITY: identity, BENCH_VERIFY: digest }, headers: { 'X-API-Key': key } }
  }
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 })
  const seconds = Math.floor(Date.now() / 1_000)
  const claims = {
    iss: issuer,
    aud: audience,
    sub: 'bench',
    iat: seconds,
    exp: seconds + 3_600,
    scope: 'add',
  }
  const text = [{ alg: 'RS256', typ: 'at+jwt' }, claims].map(toPart).join('.')
  const signature = sign('sha256', Buffer.from(text), privateKey).toString('base64url')
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  return {
    env: { BENCH_IDENTITY: identity, BENCH_VERIFY: pem },
    headers: { Authorization: `Bearer ${text}.${signature}` },
  }
}

function toPart(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** How the server of this process checks its callers; undefined where it asks nobody. */
export async function readAuth(): Promise<HttpOptions['auth']> {
  const { BENCH_IDENTITY: identity, BENCH_VERIFY: given = '' } = process.env
  if (identity === undefined) return undefined
  const { apiKeys, jwt } = await import('plinth/auth')
  if (identity === 'key') return { verifiers: [apiKeys({ keys: [{ id: 'bench', sha256: given }] })] }
  const cache = identity === 'jwt' ? {} : { cacheMs: 0 }
  const verifier = jwt({ issuer, audience, key: given, ...cache })
  return { verifiers: [verifier], resource: audience, authorizationServers: [issuer] }
}
