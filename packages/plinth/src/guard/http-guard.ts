import { protocolErrors } from '../errors.ts'
import type { Head } from './head.ts'
import { createHostRule } from './host.ts'
import { accepts, isJsonMediaType } from './media-type.ts'
import { createOriginRule, type OriginRuleOptions } from './origin.ts'

/** An answer given before any JSON is read. */
export interface Refusal {
  readonly status: number
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface HttpGuardOptions extends OriginRuleOptions {
  /** Host names this server answers to, with a port for exactly that port. */
  readonly allowedHosts: readonly string[]
  /** Largest body, in bytes. */
  readonly maxBodyBytes: number
}

/** Looks at the head of a request; undefined lets it through. Guards refuse, they do not throw. */
export type HttpGuard = (head: Head) => Refusal | undefined

const refusals = {
  target: { status: 400, message: 'The request target must be a path.' },
  repeated: { status: 400, message: 'A header that may stand only once is repeated.' },
  host: { status: 403, message: 'This server does not answer to this Host.' },
  origin: { status: 403, message: 'This Origin may not call this server.' },
  mediaType: { status: 415, message: 'The Content-Type must be application/json.' },
  encoding: { status: 415, message: 'Compressed bodies are not accepted.' },
  accept: { status: 406, message: 'The Accept header must allow application/json and text/event-stream.' },
  body: { status: 400, message: 'Only POST has a body.', headers: { connection: 'close' } },
  length: { status: 413, message: 'The body is too large.', headers: { connection: 'close' } },
} as const

/** The guard of every request, whatever it asks for: a Host of ours, an Origin we trust, no doubled headers. */
export function createHttpGuard(options: HttpGuardOptions): HttpGuard {
  const isAllowedHost = createHostRule(options.allowedHosts)
  const isAllowedOrigin = createOriginRule(options)
  return function guardHttp(head) {
    if (!head.path.startsWith('/')) return refusals.target
    if (head.repeated !== undefined) return refusals.repeated
    if (!isAllowedHost(head.get('host'))) return refusals.host
    if (!isAllowedOrigin(head.get('origin'))) return refusals.origin
    return head.method !== 'POST' && hasBody(head) ? refusals.body : undefined
  }
}

function hasBody(head: Head): boolean {
  const length = head.get('content-length')
  return head.get('transfer-encoding') !== undefined || (length !== undefined && Number(length) !== 0)
}

/** The guard of a posted message: JSON, not compressed, not too large, and answerable. */
export function createBodyGuard(maxBodyBytes: number): HttpGuard {
  return function guardBody(head) {
    if (!isJsonMediaType(head.get('content-type'))) return refusals.mediaType
    const encoding = head.get('content-encoding')
    if (encoding !== undefined && encoding !== 'identity') return refusals.encoding
    const accept = head.get('accept')
    if (!accepts(accept, 'application/json') && !accepts(accept, 'text/event-stream')) return refusals.accept
    const length = head.get('content-length')
    return length !== undefined && Number(length) > maxBodyBytes ? refusals.length : undefined
  }
}

/** The body of a refusal: a JSON-RPC error without an id, as the specification allows. */
export function toRefusalText(refusal: Refusal): string {
  const { code } = protocolErrors.request_invalid
  return JSON.stringify({ jsonrpc: '2.0', error: { code, message: refusal.message } })
}
