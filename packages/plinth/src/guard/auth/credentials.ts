import type { HeaderLookup } from '../../mcp/exchange.ts'
import { toTokenDigest } from './token-digest.ts'
import type { AuthRefusal, Credentials } from './verifier.ts'

/** Longest token that is looked at, in characters. */
const maxTokenChars = 16_384

// RFC 6750 section 2.1: the scheme in any case, one or more spaces, one token68.
const bearerForm = /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i
const apiKeyForm = /^[\x21-\x2b\x2d-\x7e]+$/

const malformed = {
  authorization: 'The Authorization header is malformed.',
  apiKey: 'The X-API-Key header is malformed.',
  both: 'Send credentials in one header only.',
  long: 'The token is too long.',
} as const

/** Credentials as they were sent, or what is wrong with them. */
export type ParsedCredentials = Credentials | AuthRefusal

/** Where a connection ends, read only when a verifier asks. */
export interface RemoteEnd {
  readonly remoteAddress: string | undefined
  /** What stays the same for all requests of one connection, where there is such a thing. */
  readonly connection?: object | undefined
}

/** Reads credentials from the headers they may stand in, and from nowhere else: never from the query or the body. */
export function parseCredentials(head: HeaderLookup, end: RemoteEnd): ParsedCredentials {
  const authorization = head.get('authorization')
  const apiKey = head.get('x-api-key')
  if (apiKey !== undefined && authorization !== undefined) return createMalformed('both')
  if ((authorization ?? apiKey ?? '').length > maxTokenChars) return createMalformed('long')
  if (apiKey !== undefined && !apiKeyForm.test(apiKey)) return createMalformed('apiKey')
  const bearer = authorization === undefined ? undefined : bearerForm.exec(authorization)?.[1]
  const isBroken =
    bearer === undefined && authorization !== undefined && /^bearer(?: |$)/i.test(authorization)
  return isBroken ? createMalformed('authorization') : new SentCredentials({ bearer, apiKey }, end)
}

/** Tells whether anything was sent to prove who is calling, also of a kind nobody here understands. */
export function hasCredentials(head: HeaderLookup): boolean {
  return head.get('authorization') !== undefined || head.get('x-api-key') !== undefined
}

function createMalformed(what: keyof typeof malformed): AuthRefusal {
  return { refused: 'invalid_request', reason: malformed[what] }
}

class SentCredentials implements Credentials {
  readonly bearer: string | undefined
  readonly apiKey: string | undefined
  private readonly end: RemoteEnd
  private knownDigest: string | undefined

  constructor(sent: { bearer: string | undefined; apiKey: string | undefined }, end: RemoteEnd) {
    this.bearer = sent.bearer
    this.apiKey = sent.apiKey
    this.end = end
  }

  get digest(): string {
    const secret = this.apiKey ?? this.bearer
    this.knownDigest ??= secret === undefined ? '' : toTokenDigest(secret, this.end.connection)
    return this.knownDigest
  }

  get remoteAddress(): string | undefined {
    return this.end.remoteAddress
  }
}
