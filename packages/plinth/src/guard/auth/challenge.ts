import type { AuthRefusal } from './verifier.ts'

/** What challenges name: where the metadata of this resource is, and what to ask for at first. */
export interface ChallengeSettings {
  /** The URL of the protected resource metadata, where clients get tokens from an authorization server. */
  readonly metadataUrl: string | undefined
  /** The scopes a client should ask for when it has no token yet. */
  readonly scopesSupported: readonly string[]
}

/** The `WWW-Authenticate` of a 401 where nothing was sent (RFC 6750 section 3.1: then without an error). */
export function toMissingChallenge({ metadataUrl, scopesSupported }: ChallengeSettings): string {
  return toChallenge({ resource_metadata: metadataUrl, scope: scopesSupported.join(' ') })
}

/** The `WWW-Authenticate` of a refusal of what was sent. */
export function toRefusedChallenge(refusal: AuthRefusal, settings: ChallengeSettings): string {
  const { metadataUrl, scopesSupported } = settings
  return toChallenge({
    error: refusal.refused,
    error_description: refusal.reason,
    resource_metadata: metadataUrl,
    scope: refusal.refused === 'invalid_token' ? scopesSupported.join(' ') : undefined,
  })
}

/**
 * The `WWW-Authenticate` of a 403: all the scopes this request needs, in one challenge (2026-07-28,
 * basic/authorization, "Scope Challenge Handling").
 */
export function toInsufficientScopeChallenge(
  neededScopes: readonly string[],
  settings: Pick<ChallengeSettings, 'metadataUrl'>,
): string {
  return toChallenge({
    error: 'insufficient_scope',
    scope: neededScopes.filter(isScope).join(' '),
    resource_metadata: settings.metadataUrl,
    error_description: 'This needs scopes that were not granted.',
  })
}

/** Tells whether text is one scope as OAuth spells it (RFC 6749 section 3.3). */
export function isScope(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(value)
}

function toChallenge(parameters: Readonly<Record<string, string | undefined>>): string {
  const parts = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`${name}="${toQuotedText(value)}"`],
  )
  return parts.length === 0 ? 'Bearer' : `Bearer ${parts.join(', ')}`
}

// RFC 6750 section 3 allows neither quotes nor backslashes nor anything beyond printable ASCII, so nothing is escaped.
function toQuotedText(value: string): string {
  return value.replaceAll('"', "'").replace(/[^\x20-\x5b\x5d-\x7e]/g, '?')
}
