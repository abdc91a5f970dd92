import { lookup as lookupName } from 'node:dns/promises'
import { type AddressSet, createAddressSet } from './address.ts'
import { parseWhole } from './parse-number.ts'
import { parseRequestHeaders, type RequestHeaders } from './safe-headers.ts'

/** One answer of a name server. */
export interface ResolvedAddress {
  readonly address: string
  readonly family: 4 | 6
}

/** Resolves a host name to all its addresses. */
export type Lookup = (hostname: string) => Promise<readonly ResolvedAddress[]>

/** How `safeFetch` may fetch. Without options it is as strict as it gets. */
export interface SafeFetchOptions {
  /** Default `GET`. */
  readonly method?: 'GET' | 'HEAD'
  /** Sent along; those that could be credentials need `allowCredentials`. Default: none. */
  readonly headers?: RequestHeaders
  /** Ends the fetch. Pass `call.signal`. */
  readonly signal?: AbortSignal
  /** How long all of it may take, redirects and body included, in milliseconds. Default `10_000`. */
  readonly timeoutMs?: number
  /** Largest body in bytes, after decompression. Default `1_048_576`. */
  readonly maxBodyBytes?: number
  /** How many redirects are followed. Default `3`. */
  readonly maxRedirects?: number
  /** Media types that are read: `text/html`, `text/*`, `application/*+json`. Default: text, JSON and XML. */
  readonly mediaTypes?: readonly string[]
  /** Default `[80, 443]`. */
  readonly ports?: readonly number[]
  /** Whether `http:` may be fetched. Default `false`. */
  readonly allowHttp?: boolean
  /** Whether `headers` may hold credentials. They never follow a redirect to another origin. Default `false`. */
  readonly allowCredentials?: boolean
  /**
   * Addresses and CIDR ranges to fetch although they are not public: for an intranet, or a test. With it host names
   * need not look public either; what they resolve to still decides. Default: none.
   */
  readonly allowAddresses?: readonly string[]
  /** Certificate authorities to trust in place of the system's, as PEM: for an intranet, or a test. */
  readonly ca?: string | readonly string[]
  /** How names are resolved. Default: as the operating system does. */
  readonly lookup?: Lookup
}

/** `SafeFetchOptions` with every default filled in and every value checked. */
export interface SafeFetchSettings {
  readonly method: 'GET' | 'HEAD'
  readonly headers: RequestHeaders
  readonly signal: AbortSignal | undefined
  readonly timeoutMs: number
  readonly maxBodyBytes: number
  readonly maxRedirects: number
  readonly mediaTypes: readonly string[]
  readonly ports: ReadonlySet<number>
  readonly allowHttp: boolean
  readonly allowed: AddressSet | undefined
  readonly ca: string | readonly string[] | undefined
  readonly lookup: Lookup
}

const defaultMediaTypes: readonly string[] = [
  'text/*',
  'application/json',
  'application/*+json',
  'application/xml',
  'application/*+xml',
]

const defaultPorts: readonly number[] = [80, 443]

/** @throws TypeError naming the option, its value and the fix. */
export function parseSafeFetchOptions(options: SafeFetchOptions): SafeFetchSettings {
  const {
    method = 'GET',
    mediaTypes = defaultMediaTypes,
    ports = defaultPorts,
    allowAddresses = [],
  } = options
  if (method !== 'GET' && method !== 'HEAD') {
    throw new TypeError(`"method" must be "GET" or "HEAD", got ${JSON.stringify(method)}.`)
  }
  return {
    method,
    headers: {
      accept: mediaTypes.join(', '),
      'accept-encoding': 'gzip, deflate, br',
      'user-agent': 'plinth',
      ...parseRequestHeaders(options.headers ?? {}, options.allowCredentials === true),
    },
    signal: options.signal,
    timeoutMs: parseWhole('timeoutMs', options.timeoutMs ?? 10_000, 1),
    maxBodyBytes: parseWhole('maxBodyBytes', options.maxBodyBytes ?? 1_048_576, 1),
    maxRedirects: parseWhole('maxRedirects', options.maxRedirects ?? 3, 0),
    mediaTypes,
    ports: new Set(ports),
    allowHttp: options.allowHttp === true,
    allowed: allowAddresses.length === 0 ? undefined : createAddressSet(allowAddresses),
    ca: options.ca,
    lookup: options.lookup ?? lookupAll,
  }
}

async function lookupAll(hostname: string): Promise<readonly ResolvedAddress[]> {
  const found = await lookupName(hostname, { all: true })
  return found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }))
}
