import type { IncomingMessage } from 'node:http'
import { createFailure } from '../errors.ts'

/** An answer that was read whole and within its bounds. Its body was written by a stranger. */
export interface SafeResponse {
  /** The address that answered, after redirects. */
  readonly url: string
  readonly status: number
  /** Whether `status` is 200 to 299. */
  readonly ok: boolean
  readonly headers: Headers
  /** The type in `content-type` without parameters, lower case; empty where there is none. */
  readonly mediaType: string
  readonly body: Uint8Array
  /** The body as text, in the encoding it declares. */
  text(): string
  /**
   * The body as JSON. Nobody has checked its shape.
   *
   * @throws Failure `upstream_type_refused` when it is none.
   */
  json(): unknown
}

/** Makes the response a caller sees. */
export function createSafeResponse(url: URL, response: IncomingMessage, body: Uint8Array): SafeResponse {
  const status = response.statusCode ?? 0
  const contentType = response.headers['content-type'] ?? ''
  const text = () => createDecoder(contentType).decode(body)
  return {
    url: `${url.origin}${url.pathname}${url.search}`,
    status,
    ok: status >= 200 && status <= 299,
    headers: toHeaders(response),
    mediaType: toMediaType(contentType),
    body,
    text,
    json() {
      try {
        return JSON.parse(text()) as unknown
      } catch (cause) {
        throw createFailure('upstream_type_refused', { details: { reason: 'json' }, cause })
      }
    },
  }
}

/** The type in a `Content-Type` header, without parameters. */
export function toMediaType(contentType: string): string {
  return (contentType.split(';')[0] ?? '').trim().toLowerCase()
}

/** Whether a list of patterns, such as `text/*` and `application/*+json`, holds a media type. */
export function matchesMediaType(mediaType: string, patterns: readonly string[]): boolean {
  return patterns.some((pattern) => {
    const [start = '', end] = pattern.toLowerCase().split('*', 2)
    if (pattern === '*/*') return true
    if (end === undefined) return mediaType === start
    return (
      mediaType.length > start.length + end.length && mediaType.startsWith(start) && mediaType.endsWith(end)
    )
  })
}

function createDecoder(contentType: string): TextDecoder {
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([\w:.+-]+)/i.exec(contentType) ?? []
  try {
    return new TextDecoder(charset)
  } catch {
    return new TextDecoder()
  }
}

function toHeaders({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers()
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '')
  }
  return headers
}
