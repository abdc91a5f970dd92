import type { FoundSettings } from '../settings.ts'

/** Who may call besides the holders of API keys, which Plinth sees to. */
export interface AuthConfig {
  /** What is asked of a caller, in words. */
  kind: string
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

type Values = FoundSettings['values']

/** Who may call, as the settings say; nothing where they name neither a file of keys nor an issuer. */
export function toAuthConfig(values: Values): AuthConfig | undefined {
  const oidc = toOidc(values)
  const kinds = [...(values.apiKeysFile ? ['api keys'] : []), ...(oidc ? ['oidc'] : [])]
  if (kinds.length === 0) return undefined
  return { kind: kinds.join(', '), ...(oidc ? { oidc } : {}) }
}

function toOidc(values: Values): OidcConfig | undefined {
  const { oidcIssuer, publicUrl, oidcAudience = publicUrl, oidcJwksUrl, oidcTenantClaim } = values
  if (!oidcIssuer || !oidcAudience) return undefined
  return {
    issuer: oidcIssuer,
    audience: oidcAudience,
    resource: publicUrl ?? oidcAudience,
    ...(oidcJwksUrl ? { jwksUrl: oidcJwksUrl } : {}),
    ...(oidcTenantClaim ? { tenantClaim: oidcTenantClaim } : {}),
  }
}
