import type { HttpOptions } from 'plinth'
import { jwt } from 'plinth/auth'
import type { OidcConfig } from './auth-config.ts'
import { findJwksUrl } from './find-jwks-url.ts'

/** What a client needs for a first useful call; it asks for more when it is told to. */
const FIRST_SCOPES = ['hello:read', 'notes:read', 'weather:read']

/** How callers over HTTP prove who they are, besides by an API key. */
export async function createAuth(oidc: OidcConfig): Promise<NonNullable<HttpOptions['auth']>> {
  const { resource, issuer } = oidc
  const verifiers = [await createTokenVerifier(oidc)]
  return { verifiers, resource, authorizationServers: [issuer], scopesSupported: FIRST_SCOPES }
}

async function createTokenVerifier(oidc: OidcConfig): Promise<ReturnType<typeof jwt>> {
  const { issuer, audience, tenantClaim } = oidc
  const jwksUrl = oidc.jwksUrl ?? (await findJwksUrl(issuer))
  return jwt({ issuer, audience, jwksUrl, ...(tenantClaim ? { tenantClaim } : {}) })
}
