import type { ChallengeSettings } from './challenge.ts'
import { isScope } from './challenge.ts'
import { parseSecureUrl } from './secure-url.ts'
import type { Verifier } from './verifier.ts'

/** Who may call over HTTP, and where clients get their tokens. */
export interface AuthOptions {
  /** Asked in order; the first that knows the credentials decides. Made by the functions of `plinth/auth`. */
  readonly verifiers: readonly Verifier[]
  /**
   * The URL clients use to reach this server, exactly. Needed with OAuth verifiers. It is never taken from a request.
   */
  readonly resource?: string
  /** The issuers whose tokens are taken, for clients to get one. Needed with OAuth verifiers. */
  readonly authorizationServers?: readonly string[]
  /** The scopes a client should ask for at first: as few as a useful call needs. */
  readonly scopesSupported?: readonly string[]
  /** The name of this server, for people who are asked for consent. */
  readonly resourceName?: string
}

/** `AuthOptions`, checked and worked out. */
export interface AuthSettings extends ChallengeSettings {
  readonly verifiers: readonly Verifier[]
  /** The paths at which the metadata is served, and its JSON; none without an authorization server. */
  readonly metadata: { readonly paths: readonly string[]; readonly text: string } | undefined
}

const wellKnown = '/.well-known/oauth-protected-resource'

/** @throws TypeError naming the option, its value and the fix; also where nobody could get in. */
export function parseAuthOptions(options: AuthOptions): AuthSettings {
  const { verifiers, scopesSupported = [] } = options
  if (!Array.isArray(verifiers) || verifiers.length === 0) {
    throw new TypeError(
      '"auth.verifiers" is empty, so nobody could get in. Add one, such as apiKeys({ file }).',
    )
  }
  const wrong = scopesSupported.find((scope) => !isScope(scope))
  if (wrong !== undefined) {
    throw new TypeError(
      `"auth.scopesSupported" must hold scopes without spaces, got ${JSON.stringify(wrong)}.`,
    )
  }
  // The specification asks servers not to name it: a refresh token is nothing a resource needs.
  if (scopesSupported.includes('offline_access')) {
    throw new TypeError(
      '"auth.scopesSupported" must not hold "offline_access". Clients ask for it themselves.',
    )
  }
  const resource = parseResource(options)
  if (resource === undefined)
    return { verifiers, scopesSupported, metadataUrl: undefined, metadata: undefined }
  const { origin, pathname, search } = new URL(resource)
  const path = `${wellKnown}${pathname === '/' ? '' : pathname}`
  const metadata = { paths: [...new Set([path, wellKnown])], text: toMetadata(options) }
  return { verifiers, scopesSupported, metadataUrl: `${origin}${path}${search}`, metadata }
}

function parseResource({ verifiers, resource, authorizationServers }: AuthOptions): string | undefined {
  const isOAuth = verifiers.some((verifier) => verifier.isOAuth === true)
  if (!isOAuth && resource === undefined && authorizationServers === undefined) return undefined
  parseSecureUrl('auth.resource', resource)
  const canonical = new URL(resource ?? '').href
  if (resource !== canonical && `${resource}/` !== canonical) {
    throw new TypeError(`"auth.resource" must be spelled ${canonical}, got ${JSON.stringify(resource)}.`)
  }
  if (!Array.isArray(authorizationServers) || authorizationServers.length === 0) {
    throw new TypeError(
      '"auth.authorizationServers" must name the issuer that clients get their tokens from.',
    )
  }
  for (const server of authorizationServers) parseSecureUrl('auth.authorizationServers', server)
  return resource
}

/** Protected resource metadata (RFC 9728 section 2). */
function toMetadata({ resource, authorizationServers, scopesSupported, resourceName }: AuthOptions): string {
  return JSON.stringify({
    resource,
    authorization_servers: authorizationServers,
    ...(scopesSupported === undefined ? {} : { scopes_supported: scopesSupported }),
    bearer_methods_supported: ['header'],
    ...(resourceName === undefined ? {} : { resource_name: resourceName }),
  })
}
