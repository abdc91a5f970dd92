import type { AuthSettings } from '../guard/auth/auth-options.ts'
import { type Authenticate, createAuthenticate } from '../guard/auth/authenticate.ts'
import {
  type ChallengeSettings,
  toInsufficientScopeChallenge,
  toMissingChallenge,
  toRefusedChallenge,
} from '../guard/auth/challenge.ts'
import type { RemoteEnd } from '../guard/auth/credentials.ts'
import { type AuthRefusal, isAuthRefusal, type Verdict } from '../guard/auth/verifier.ts'
import type { CorsRule } from '../guard/cors.ts'
import { isPreflight, toPreflightHeaders } from '../guard/cors.ts'
import type { Head } from '../guard/head.ts'
import type { Refusal } from '../guard/http-guard.ts'
import type { Reply } from '../mcp/exchange.ts'
import { anonymousPrincipal, openPrincipal, type Principal } from '../mcp/principal.ts'
import { describeError, isAboutStranger, type LogSink } from '../telemetry/log.ts'
import type { HttpSettings } from './http-options.ts'
import type { HttpResponse } from './http-response.ts'

/** A caller that was let in, or why not. */
export type Caller = Principal | Refusal

const statuses = { invalid_request: 400, invalid_token: 401, unavailable: 503 } as const
const metadataHeaders = { 'content-type': 'application/json', 'cache-control': 'public, max-age=300' }

/** Who calls over HTTP: lets in, refuses with a challenge, and tells clients where they get tokens. */
export class HttpAuth {
  private readonly settings: AuthSettings | undefined
  private readonly challenges: ChallengeSettings
  private readonly authenticate: Authenticate | undefined
  /** Everybody, where nobody is asked. */
  private readonly unasked: Principal
  private readonly log: LogSink

  constructor(
    { auth, allowAnonymous, isLocal }: Pick<HttpSettings, 'auth' | 'allowAnonymous' | 'isLocal'>,
    { now, log }: { now: () => number; log: LogSink },
  ) {
    this.settings = auth
    this.unasked = isLocal ? openPrincipal : anonymousPrincipal
    this.challenges = auth ?? { metadataUrl: undefined, scopesSupported: [] }
    this.log = log
    if (auth === undefined) return
    this.authenticate = createAuthenticate({ verifiers: auth.verifiers, allowAnonymous, now })
  }

  /** Loads what verifiers load at the first use. */
  async prepare(): Promise<void> {
    await Promise.all((this.settings?.verifiers ?? []).map((verifier) => verifier.prepare?.()))
  }

  /** What tells whether callers can be told apart; undefined where nobody else's keys are needed for that. */
  get checkKeys(): (() => Promise<unknown>) | undefined {
    const { verifiers = [] } = this.settings ?? {}
    const checked = verifiers.filter(({ check }) => check !== undefined)
    return checked.length === 0 ? undefined : () => Promise.all(checked.map((verifier) => verifier.check?.()))
  }

  /** Who calls, or the refusal to answer with. Afterwards the head shows nobody the credentials. */
  identify(head: Head, end: RemoteEnd): Caller | Promise<Caller> {
    if (this.authenticate === undefined) {
      head.forgetCredentials()
      return this.unasked
    }
    const verdict = this.authenticate(head, end)
    return verdict instanceof Promise
      ? verdict.then((settled) => this.settle(settled, head))
      : this.settle(verdict, head)
  }

  /** Answers a request for the metadata of this resource, which is for everyone. False for every other request. */
  answerMetadata(head: Head, response: HttpResponse, toCorsHeaders: CorsRule): boolean {
    const { metadata } = this.settings ?? {}
    if (metadata?.paths.includes(head.path) !== true) return false
    // An answer must not carry the header twice, and an origin of the list has its own.
    const cors = toCorsHeaders(head) === undefined ? { 'access-control-allow-origin': '*' } : {}
    if (head.method === 'GET' || head.method === 'HEAD') {
      response.reply(200, { ...metadataHeaders, ...cors }, metadata.text)
      return true
    }
    if (isPreflight(head)) response.reply(204, { ...toPreflightHeaders(head, 'GET'), ...cors })
    return isPreflight(head)
  }

  /** Adds to a reply that asks for scopes what tells the client how to get them. */
  challenge(reply: Reply, principal: Principal): Reply {
    if (reply.requiredScopes === undefined || this.settings === undefined) return reply
    // Who did not say who they are gets the chance to.
    const isAnonymous = principal.isAnonymous === true
    const challenge = isAnonymous
      ? toMissingChallenge({ ...this.challenges, scopesSupported: reply.requiredScopes })
      : toInsufficientScopeChallenge(reply.requiredScopes, this.challenges)
    const headers = { ...reply.headers, 'www-authenticate': challenge }
    return { ...reply, headers, status: isAnonymous ? 401 : reply.status }
  }

  private settle(verdict: Verdict, head: Head): Caller {
    head.forgetCredentials()
    if (verdict === undefined) return this.toMissing()
    if (!isAuthRefusal(verdict)) return verdict
    this.record(verdict, head)
    return this.toRefusal(verdict)
  }

  private toMissing(): Refusal {
    const headers = { 'www-authenticate': toMissingChallenge(this.challenges) }
    return { status: 401, message: 'Say who is calling.', headers }
  }

  private toRefusal(refusal: AuthRefusal): Refusal {
    const { refused, reason, retryAfterMs = 5_000 } = refusal
    const headers: Record<string, string> =
      refused === 'unavailable'
        ? { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) }
        : { 'www-authenticate': toRefusedChallenge(refusal, this.challenges) }
    return { status: statuses[refused], message: reason, headers }
  }

  private record({ refused, reason, cause }: AuthRefusal, { method, path }: Head): void {
    const level = refused === 'unavailable' ? 'error' : 'info'
    const facts = {
      refused,
      reason,
      method,
      path,
      ...(cause === undefined ? {} : { error: describeError(cause) }),
    }
    this.log({ level, message: 'A caller was not let in.', [isAboutStranger]: true, ...facts })
  }
}

/** Tells a caller that was let in from a refusal. */
export function isPrincipal(caller: Caller): caller is Principal {
  return 'subject' in caller
}
