import type { IncomingMessage, RequestOptions } from 'node:http'
import type { LookupFunction } from 'node:net'
import { createFailure } from '../errors.ts'
import type { ResolvedAddress } from './safe-fetch-options.ts'
import type { RequestHeaders } from './safe-headers.ts'

/** One request to addresses that were checked before. */
export interface PinnedRequest {
  readonly url: URL
  readonly method: string
  readonly headers: RequestHeaders
  readonly addresses: readonly ResolvedAddress[]
  readonly signal: AbortSignal
  readonly ca: string | readonly string[] | undefined
  /** Asked once more with the address the connection really has. */
  readonly isAllowed: (address: string) => boolean
}

/**
 * Sends a request over a new connection to one of the given addresses and to no other: the host's name is not
 * resolved again, no proxy is asked and no open connection is used. The name still decides which certificate is
 * right.
 *
 * @returns The answer, its body unread.
 */
export function sendPinned(pinned: PinnedRequest): Promise<IncomingMessage> {
  const { url, method, headers, addresses, signal, ca } = pinned
  const options: RequestOptions = {
    method,
    headers,
    signal,
    hostname: toHostname(url),
    port: url.port,
    path: `${url.pathname}${url.search}`,
    agent: false,
    lookup: createPinnedLookup(addresses),
  }
  const trust = { rejectUnauthorized: true, ...(ca === undefined ? {} : { ca: [ca].flat() }) }
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:'
        ? process.getBuiltinModule('node:https').request({ ...options, ...trust })
        : process.getBuiltinModule('node:http').request(options)
    request.once('response', resolve)
    request.on('error', reject)
    request.once('socket', (socket) => {
      socket.once('connect', () => {
        const { remoteAddress = '' } = socket
        if (!pinned.isAllowed(remoteAddress)) request.destroy(createFailure('address_refused'))
      })
    })
    request.end()
  })
}

/** The host of a URL as a connection takes it: IPv6 addresses without brackets. */
export function toHostname(url: URL): string {
  return url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname
}

function createPinnedLookup(addresses: readonly ResolvedAddress[]): LookupFunction {
  return (_hostname, options, callback) => {
    const [first] = addresses
    if (options.all === true) callback(null, [...addresses])
    else callback(null, first?.address ?? '', first?.family)
  }
}
