import type { HeaderLookup } from '../../mcp/exchange.ts'
import { anonymousPrincipal, type Principal } from '../../mcp/principal.ts'
import { hasCredentials, parseCredentials, type RemoteEnd } from './credentials.ts'
import {
  type AuthRefusal,
  type Credentials,
  createInvalidToken,
  createUnavailable,
  isAuthRefusal,
  type Verdict,
  type Verifier,
} from './verifier.ts'

/** Who calls, or why they are not let in; undefined where they did not say. */
export type Authenticate = (head: HeaderLookup, end: RemoteEnd) => Verdict | Promise<Verdict>

/** What the check of callers is made of. */
export interface AuthenticateOptions {
  readonly verifiers: readonly Verifier[]
  /** Lets in callers that did not try to say who they are. */
  readonly allowAnonymous: boolean
  readonly now: () => number
}

/** Makes the check of callers: the verifiers in order, until one knows the credentials. Never throws or rejects. */
export function createAuthenticate(options: AuthenticateOptions): Authenticate {
  const { verifiers, allowAnonymous, now } = options
  return function authenticate(head, end) {
    const credentials = parseCredentials(head, end)
    if (isAuthRefusal(credentials)) return credentials
    const verdict = askFrom(0, credentials, { head, verifiers })
    if (!(verdict instanceof Promise)) return settle(verdict, head)
    return verdict.then((settled) => settle(settled, head)).catch(createUnavailable)
  }

  function settle(verdict: Verdict, head: HeaderLookup): Verdict {
    if (verdict !== undefined) return toTrusted(verdict, now)
    if (hasCredentials(head))
      return isUnderstood(head) ? createInvalidToken('The token is not known.') : undefined
    return allowAnonymous ? anonymousPrincipal : undefined
  }
}

interface Question {
  readonly head: HeaderLookup
  readonly verifiers: readonly Verifier[]
}

function askFrom(start: number, credentials: Credentials, question: Question): Verdict | Promise<Verdict> {
  const { head, verifiers } = question
  try {
    for (let at = start; at < verifiers.length; at++) {
      const verdict = verifiers[at]?.verify(credentials, head)
      if (verdict instanceof Promise) {
        return verdict
          .then((settled) => (settled === undefined ? askFrom(at + 1, credentials, question) : settled))
          .catch(createUnavailable)
      }
      if (verdict !== undefined) return verdict
    }
    return undefined
  } catch (error) {
    return createUnavailable(error)
  }
}

/** A verifier of our users may answer anything: only a whole principal that has not expired is let in. */
function toTrusted(verdict: Principal | AuthRefusal, now: () => number): Principal | AuthRefusal {
  if (typeof verdict !== 'object' || verdict === null) return createUnavailable(describeWrong(verdict))
  if (isAuthRefusal(verdict)) return verdict
  const { subject, tenant, scopes, roles, expiresAt, isTrusted } = verdict
  const isNamed = typeof subject === 'string' && subject !== '' && typeof tenant === 'string' && tenant !== ''
  // Text in place of a list would be searched for parts of names.
  const isListed = Array.isArray(scopes) && (roles === undefined || Array.isArray(roles))
  const isDated = expiresAt === undefined || typeof expiresAt === 'number'
  if (!isNamed || !isListed || !isDated || isTrusted === true)
    return createUnavailable(describeWrong(verdict))
  if (expiresAt !== undefined && !(expiresAt > now())) return createInvalidToken('The token has expired.')
  return verdict
}

function describeWrong(verdict: unknown): TypeError {
  const shape =
    typeof verdict === 'object' && verdict !== null ? `an object of ${Object.keys(verdict)}` : typeof verdict
  return new TypeError(`A verifier must return { subject, tenant, scopes } or a refusal, got ${shape}.`)
}

function isUnderstood(head: HeaderLookup): boolean {
  return head.get('x-api-key') !== undefined || /^bearer /i.test(head.get('authorization') ?? '')
}
