import type { IncomingMessage } from 'node:http'
import { isIP } from 'node:net'
import { createFailure, Failure } from '../errors.ts'
import { isLocalName, isPublicAddress } from './address.ts'
import { sendPinned, toHostname } from './pinned-request.ts'
import { createTooLarge, readBody } from './read-body.ts'
import {
  parseSafeFetchOptions,
  type ResolvedAddress,
  type SafeFetchOptions,
  type SafeFetchSettings,
} from './safe-fetch-options.ts'
import { toPlainHeaders } from './safe-headers.ts'
import { createSafeResponse, matchesMediaType, type SafeResponse, toMediaType } from './safe-response.ts'
import { untilAborted } from './until-aborted.ts'

/** Why an address may not be fetched, and what is said of it. The address behind a name is never told. */
const refusals = {
  url: 'This is not a valid web address.',
  scheme: 'Addresses of this scheme may not be fetched. Use an https address.',
  credentials: 'An address with a user name or password in it may not be fetched.',
  port: 'This port may not be fetched from.',
  host: 'This host name is not a public one.',
  address: 'This host is not on the public Internet.',
} as const

type Refusal = keyof typeof refusals

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/**
 * Fetches an address that a user or a model chose. Only public https servers are reached: every address of every
 * hop is checked, and the checked address is the one connected to. Size, time, redirects and media types are
 * bounded, and no credentials are sent unless the author allows it. Any status is an answer.
 *
 * @throws Failure `address_refused`, `redirect_refused`, `upstream_unavailable`, `upstream_timeout`,
 * `upstream_too_large` or `upstream_type_refused`; the reason of `signal` once that is aborted.
 * @throws TypeError naming the option that makes no sense.
 */
export async function safeFetch(url: string | URL, options: SafeFetchOptions = {}): Promise<SafeResponse> {
  const settings = parseSafeFetchOptions(options)
  const { timeoutMs } = settings
  const clock = new AbortController()
  const timer = setTimeout(() => {
    clock.abort(createFailure('upstream_timeout', { details: { timeout_ms: timeoutMs } }))
  }, timeoutMs)
  const signal =
    settings.signal === undefined ? clock.signal : AbortSignal.any([settings.signal, clock.signal])
  try {
    signal.throwIfAborted()
    return await follow(parseUrl(String(url)), settings, signal)
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (error instanceof Failure) throw error
    throw createFailure('upstream_unavailable', { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

async function follow(start: URL, settings: SafeFetchSettings, signal: AbortSignal): Promise<SafeResponse> {
  let url = start
  let { headers } = settings
  for (let redirects = 0; ; redirects++) {
    const addresses = await resolveChecked(url, settings, signal)
    const { method, ca } = settings
    const isAllowed = (address: string) => isAllowedAddress(address, settings)
    const response = await sendPinned({ url, method, headers, addresses, signal, ca, isAllowed })
    try {
      const next = toRedirect(url, response)
      if (next === undefined) return await toResponse(url, response, settings)
      if (redirects >= settings.maxRedirects) throw refuseRedirect('limit')
      if (url.protocol === 'https:' && next.protocol === 'http:') throw refuseRedirect('downgrade')
      if (next.origin !== url.origin) headers = toPlainHeaders(headers)
      url = next
    } finally {
      response.destroy()
    }
  }
}

function parseUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base)
  if (url === null) throw refuse('url')
  return url
}

function toRedirect(url: URL, { statusCode = 0, headers }: IncomingMessage): URL | undefined {
  const { location } = headers
  return location !== undefined && redirectStatuses.has(statusCode) ? parseUrl(location, url) : undefined
}

async function resolveChecked(
  url: URL,
  settings: SafeFetchSettings,
  signal: AbortSignal,
): Promise<readonly ResolvedAddress[]> {
  const refusal = findRefusal(url, settings)
  if (refusal !== undefined) throw refuse(refusal)
  const hostname = toHostname(url)
  const version = isIP(hostname)
  const literal = { address: hostname, family: version === 6 ? 6 : 4 } as const
  const addresses = version === 0 ? await untilAborted(settings.lookup(hostname), signal) : [literal]
  if (addresses.length === 0) throw createFailure('upstream_unavailable')
  // One address in the wrong place is enough: which of them a connection takes is not ours to choose.
  if (!addresses.every(({ address }) => isAllowedAddress(address, settings))) throw refuse('address')
  return addresses
}

function findRefusal(url: URL, settings: SafeFetchSettings): Refusal | undefined {
  const isHttp = url.protocol === 'http:'
  if (url.protocol !== 'https:' && !(isHttp && settings.allowHttp)) return 'scheme'
  if (url.username !== '' || url.password !== '') return 'credentials'
  if (!settings.ports.has(url.port === '' ? (isHttp ? 80 : 443) : Number(url.port))) return 'port'
  // Where some addresses are allowed that are not public, their names need not be public either.
  if (settings.allowed !== undefined || isIP(toHostname(url)) !== 0) return undefined
  return isLocalName(url.hostname) ? 'host' : undefined
}

function isAllowedAddress(address: string, { allowed }: SafeFetchSettings): boolean {
  return isPublicAddress(address) || allowed?.has(address) === true
}

async function toResponse(
  url: URL,
  response: IncomingMessage,
  settings: SafeFetchSettings,
): Promise<SafeResponse> {
  const { maxBodyBytes, mediaTypes, method } = settings
  const { 'content-length': length, 'content-type': contentType = '' } = response.headers
  if (method === 'HEAD' || response.statusCode === 204 || length === '0') {
    return createSafeResponse(url, response, new Uint8Array())
  }
  const mediaType = toMediaType(contentType)
  if (!matchesMediaType(mediaType, mediaTypes)) {
    throw createFailure('upstream_type_refused', { details: { reason: 'media_type' } })
  }
  if (Number(length) > maxBodyBytes) throw createTooLarge(maxBodyBytes)
  return createSafeResponse(url, response, await readBody(response, maxBodyBytes))
}

function refuse(reason: Refusal): Failure {
  return createFailure('address_refused', { message: refusals[reason], details: { reason } })
}

function refuseRedirect(reason: 'limit' | 'downgrade'): Failure {
  return createFailure('redirect_refused', { details: { reason } })
}
