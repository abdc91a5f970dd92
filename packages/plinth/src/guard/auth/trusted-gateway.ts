import { BlockList, isIP, isIPv4 } from 'node:net'
import type { HeaderLookup } from '../../mcp/exchange.ts'
import type { Principal } from '../../mcp/principal.ts'
import { isScope } from './challenge.ts'
import { createInvalidToken, type Verdict, type Verifier } from './verifier.ts'

/** Which headers of a gateway say who is calling. */
export interface GatewayHeaders {
  /** The header with the subject, such as `x-user-id`. */
  readonly subject: string
  /** The header with the tenant. Default: each subject is a tenant of its own. */
  readonly tenant?: string
  /** The header with the scopes, separated by spaces. Default: no scopes. */
  readonly scopes?: string
  /** The header with the roles, separated by spaces. Default: no roles. */
  readonly roles?: string
  /** The header with the client. Default none. */
  readonly client?: string
}

/** Whom to believe, and what. */
export interface TrustedGatewayOptions {
  /** Addresses of the gateway: `10.1.2.3`, `10.1.0.0/16`, `fd00::/8`. Only a connection from there is believed. */
  readonly peers: readonly string[]
  /** The headers the gateway sets. It must remove them from what its clients send. */
  readonly headers: GatewayHeaders
}

type Address = (address: string | undefined) => boolean

/**
 * Believes the headers of a gateway that has authenticated the caller, where the connection comes from the gateway's
 * address. From anywhere else the headers mean nothing; nor do they where the host does not know the address, as
 * behind a fetch handler.
 *
 * @throws TypeError naming the option, its value and the fix.
 */
export function trustedGateway(options: TrustedGatewayOptions): Verifier {
  const isPeer = parsePeers(options.peers)
  const names = parseHeaderNames(options.headers)
  return {
    verify(credentials, head) {
      const subject = head.get(names.subject)
      if (subject === undefined || !isPeer(credentials.remoteAddress)) return undefined
      return toPrincipal(subject, names, head)
    },
  }
}

function toPrincipal(subject: string, names: GatewayHeaders, head: HeaderLookup): Verdict {
  const read = (name: string | undefined) => (name === undefined ? undefined : head.get(name))
  const [scopes = '', roles = '', client] = [read(names.scopes), read(names.roles), read(names.client)]
  // Marked, because another verifier may have a tenant that is called the same.
  const tenant = names.tenant === undefined ? `gateway|${subject}` : read(names.tenant)
  // A header that came twice is joined with a comma: the second may be the caller's own.
  const isSingle = [subject, tenant, client, scopes, roles].every((value) => !value?.includes(','))
  if (!isSingle || subject === '' || tenant === undefined || tenant === '') {
    return createInvalidToken('The gateway did not say clearly who is calling.')
  }
  const found: Principal = {
    subject,
    tenant,
    scopes: toNames(scopes),
    roles: toNames(roles),
    issuer: 'gateway',
  }
  return client === undefined ? found : { ...found, client }
}

function toNames(text: string): string[] {
  return text.split(' ').filter(isScope)
}

function parsePeers(peers: readonly string[]): Address {
  const list = new BlockList()
  if (!Array.isArray(peers) || peers.length === 0)
    throw new TypeError('"peers" must name the address of the gateway.')
  for (const peer of peers) addPeer(list, peer)
  let last: string | undefined
  return function isPeer(address) {
    if (address === undefined) return false
    if (address === last) return true
    if (!list.check(address, isIPv4(address) ? 'ipv4' : 'ipv6')) return false
    last = address
    return true
  }
}

function addPeer(list: BlockList, peer: string): void {
  const [address = '', prefix, ...rest] = String(peer).split('/')
  const version = isIP(address)
  const bits = prefix === undefined ? undefined : Number(prefix)
  const isRange =
    bits === undefined || (/^\d{1,3}$/.test(prefix ?? '') && bits > 0 && bits <= (version === 4 ? 32 : 128))
  if (version === 0 || !isRange || rest.length > 0) {
    throw new TypeError(`"peers" must hold addresses such as "10.1.0.0/16", got ${JSON.stringify(peer)}.`)
  }
  const family = version === 4 ? 'ipv4' : 'ipv6'
  if (bits === undefined) list.addAddress(address, family)
  else list.addSubnet(address, bits, family)
}

function parseHeaderNames(headers: GatewayHeaders): GatewayHeaders {
  const entries = Object.entries(headers ?? {}).filter(([, name]) => name !== undefined)
  const parsed = entries.map(([option, name]) => [option, parseHeaderName(`headers.${option}`, name)])
  const names = Object.fromEntries(parsed) as GatewayHeaders
  if (names.subject === undefined)
    throw new TypeError('"headers.subject" must name the header with the subject.')
  return names
}

function parseHeaderName(option: string, name: unknown): string {
  const lower = typeof name === 'string' ? name.toLowerCase() : ''
  if (/^x-[a-z0-9-]+$/.test(lower)) return lower
  throw new TypeError(`"${option}" must be a header name such as "x-user-id", got ${JSON.stringify(name)}.`)
}
