import { z } from 'zod'

const discovery = z.object({ issuer: z.string().max(2_000), jwks_uri: z.url().max(2_000) })

/** How long an issuer may take, in milliseconds. */
const TIMEOUT_MS = 10_000

/**
 * Where an issuer publishes its keys, as its discovery document says (OpenID Connect Discovery 1.0, section 4).
 *
 * @throws {Error} when the document cannot be read or belongs to another issuer; the message says what to set instead.
 */
export async function findJwksUrl(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
  const fix = 'Start it first, or set "OIDC_JWKS_URL" to where its keys are.'
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' })
    const document = discovery.parse(await response.json())
    if (document.issuer === issuer) return document.jwks_uri
  } catch (cause) {
    throw new Error(`"OIDC_ISSUER" is ${issuer}, which gave no discovery document at ${url}. ${fix}`, {
      cause,
    })
  }
  throw new Error(
    `"OIDC_ISSUER" is ${issuer}, and the discovery document at ${url} is that of another one. ${fix}`,
  )
}
