import type { HeaderLookup } from '../../mcp/exchange.ts'
import type { Principal } from '../../mcp/principal.ts'

/** What a request brought to prove who sent it. */
export interface Credentials {
  /** The token of `Authorization: Bearer`. */
  readonly bearer: string | undefined
  /** The value of `X-API-Key`. */
  readonly apiKey: string | undefined
  /** SHA-256 of the token or key in hexadecimal: the name to keep it under. Empty where there is neither. */
  readonly digest: string
  /** The address of the other end of the connection, where the host knows it. Never taken from a header. */
  readonly remoteAddress: string | undefined
}

/** Why a caller is not let in. */
export interface AuthRefusal {
  /**
   * `invalid_request`: the credentials are malformed (400). `invalid_token`: they are not, or no longer, good (401).
   * `unavailable`: who could tell does not answer (503).
   */
  readonly refused: 'invalid_request' | 'invalid_token' | 'unavailable'
  /** One sentence for the caller. Must not repeat anything of the credentials. */
  readonly reason: string
  /** When to try again, in milliseconds. For `unavailable`. */
  readonly retryAfterMs?: number
  /** What went wrong, for the server's own log only. */
  readonly cause?: unknown
}

/** Who is calling, or why they are not let in, or undefined: these credentials are for another verifier. */
export type Verdict = Principal | AuthRefusal | undefined

/**
 * Tells from credentials who is calling. Verifiers stand in a list and are asked in order: the first that knows the
 * credentials decides. Answer at once where nothing has to be waited for; every request passes here.
 */
export interface Verifier {
  verify(credentials: Credentials, head: HeaderLookup): Verdict | Promise<Verdict>
  /** Loads what is otherwise loaded at the first use. Called once before the server listens. */
  prepare?(): Promise<void>
  /** Rejects where callers cannot be told apart now, because keys are missing. Asked for readiness, once a second at most. */
  check?(): Promise<void>
  /** True where callers get their tokens from an authorization server, so that clients must be told which. */
  readonly isOAuth?: boolean
}

/** Makes the refusal of credentials that prove nothing. */
export function createInvalidToken(reason: string, cause?: unknown): AuthRefusal {
  return { refused: 'invalid_token', reason, ...(cause === undefined ? {} : { cause }) }
}

/** Makes the refusal for when an identity provider does not answer. */
export function createUnavailable(cause: unknown, retryAfterMs = 5_000): AuthRefusal {
  const reason = 'Who is calling cannot be checked right now. Try again later.'
  return { refused: 'unavailable', reason, retryAfterMs, cause }
}

/** Tells a refusal from a principal, a key, or whatever else a check can find. */
export function isAuthRefusal(found: object): found is AuthRefusal {
  return 'refused' in found
}
