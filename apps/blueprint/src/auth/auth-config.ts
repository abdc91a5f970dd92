import { resolve } from 'node:path'
import { type Environment, parseHttpUrl } from '../environment.ts'

/** Who may call: holders of a stored API key, holders of a token of an issuer, or both. */
export interface AuthConfig {
  /** What is asked of a caller, in words. */
  kind: string
  /** Absolute path of a JSON file of API keys, as `plinth key create` writes them. */
  apiKeysFile?: string
  /** An OpenID Connect issuer. */
  oidc?: OidcConfig
}

/** The issuer whose access tokens are taken. */
export interface OidcConfig {
  /** The `iss` of its tokens, exactly. */
  issuer: string
  /** The `aud` that its tokens must have. */
  audience: string
  /** The URL that clients use to reach this server. Default: the audience. */
  resource: string
  /** Where the issuer publishes its keys. Absent means that its discovery document says so. */
  jwksUrl?: string
  /** The claim that names the workspace. Absent means that each user has one of its own. */
  tenantClaim?: string
}

/**
 * Reads who may call: `PLINTH_API_KEYS_FILE`, and `OIDC_ISSUER` with `OIDC_AUDIENCE`. Nothing when neither is set.
 *
 * @throws {TypeError} when a value cannot be used; the message names the variable, the value and the fix.
 */
export function parseAuth(env: Environment, cwd: string): AuthConfig | undefined {
  assertSet(env, 'PLINTH_API_KEYS_FILE')
  assertSet(env, 'OIDC_ISSUER')
  const file = env['PLINTH_API_KEYS_FILE']
  const oidc = parseOidc(env)
  if (!file && !oidc) return undefined
  const kinds = [...(file ? ['api keys'] : []), ...(oidc ? ['oidc'] : [])]
  return {
    kind: kinds.join(', '),
    ...(file ? { apiKeysFile: resolve(cwd, file) } : {}),
    ...(oidc ? { oidc } : {}),
  }
}

/** A variable that is there but empty is a mistake: it must not leave the server open. */
function assertSet(env: Environment, name: string): void {
  if (env[name] === undefined || env[name].trim() !== '') return
  throw new TypeError(`"${name}" is empty. Give it a value, or unset it to serve everyone on this machine.`)
}

function parseOidc(env: Environment): OidcConfig | undefined {
  const issuer = env['OIDC_ISSUER']
  if (!issuer) return undefined
  const audience = env['OIDC_AUDIENCE'] || env['PLINTH_PUBLIC_URL']
  if (!audience) {
    const fix = 'set it to the "aud" of your tokens, mostly the URL of this server'
    throw new TypeError(`"OIDC_AUDIENCE" is missing: OIDC_ISSUER needs one, ${fix}`)
  }
  const jwksUrl = env['OIDC_JWKS_URL']
  const tenantClaim = env['OIDC_TENANT_CLAIM']
  return {
    issuer: parseHttpUrl(env, 'OIDC_ISSUER', ''),
    audience,
    resource: parseHttpUrl(env, 'PLINTH_PUBLIC_URL', audience),
    ...(jwksUrl ? { jwksUrl } : {}),
    ...(tenantClaim ? { tenantClaim } : {}),
  }
}
