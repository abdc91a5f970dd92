import type { HttpOptions } from 'plinth'
import { apiKeys, jwt } from 'plinth/auth'
import type { AuthConfig, OidcConfig } from './auth-config.ts'
import { findJwksUrl } from './find-jwks-url.ts'

/** What a client needs for a first useful call; it asks for more when it is told to. */
const FIRST_SCOPES = ['hello:read', 'notes:read', 'weather:read']

/** How callers over HTTP prove who they are. */
export async function createAuth({
  apiKeysFile,
  oidc,
}: AuthConfig): Promise<NonNullable<HttpOptions['auth']>> {
  const verifiers = [
    ...(apiKeysFile ? [apiKeys({ file: apiKeysFile })] : []),
    ...(oidc ? [await createTokenVerifier(oidc)] : []),
  ]
  if (!oidc) return { verifiers }
  const { resource, issuer } = oidc
  return { verifiers, resource, authorizationServers: [issuer], scopesSupported: FIRST_SCOPES }
}

async function createTokenVerifier(oidc: OidcConfig): Promise<ReturnType<typeof jwt>> {
  const { issuer, audience, tenantClaim } = oidc
  const jwksUrl = oidc.jwksUrl ?? (await findJwksUrl(issuer))
  return jwt({ issuer, audience, jwksUrl, ...(tenantClaim ? { tenantClaim } : {}) })
}
