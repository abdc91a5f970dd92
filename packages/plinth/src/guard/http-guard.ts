import { type ProtocolError, protocolErrors } from '../errors.ts'
import type { Head } from './head.ts'
import { createHostRule } from './host.ts'
import { accepts, isJsonMediaType } from './media-type.ts'
import { createOriginRule, type OriginRuleOptions } from './origin.ts'

/** An answer given before any JSON is read. */
export interface Refusal {
  readonly status: number
  /** What the body says. Without it there is no body. */
  readonly message?: string
  /** The JSON-RPC code in the body. Default -32600. */
  readonly code?: number
  /** What else the body holds. */
  readonly data?: Readonly<Record<string, unknown>> | undefined
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
    return undefined
  }
}

/** The guard of requests that carry nothing: a body nobody reads could hold another request. */
export function guardEmpty(head: Head): Refusal | undefined {
  const length = head.get('content-length')
  if (head.get('transfer-encoding') !== undefined) return refusals.body
  return length === undefined || Number(length) === 0 ? undefined : refusals.body
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
export function toRefusalText(refusal: Refusal): string | undefined {
  const { message, code = protocolErrors.request_invalid.code, data } = refusal
  return message === undefined
    ? undefined
    : JSON.stringify({ jsonrpc: '2.0', error: { code, message, data } })
}

/** A protocol error as an answer to a request that carries no message. */
export function toRefusal(error: ProtocolError): Refusal {
  const { status, code } = protocolErrors[error.error]
  return { status, code, message: error.message, data: error.data }
}
