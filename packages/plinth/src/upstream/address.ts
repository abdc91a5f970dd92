import { BlockList, isIP } from 'node:net'

/**
 * IPv4 ranges no server on the public Internet answers from (IANA special-purpose registry, RFC 6890), and one
 * that looks public but is the metadata service of a cloud.
 */
const closedRanges4: readonly string[] = [
  '0.0.0.0/8', // this network
  '10.0.0.0/8', // private
  '100.64.0.0/10', // carrier-grade NAT, and the metadata service of Alibaba Cloud
  '127.0.0.0/8', // loopback
  '168.63.129.16/32', // the host agent of Azure
  '169.254.0.0/16', // link-local, and the metadata service of most clouds
  '172.16.0.0/12', // private
  '192.0.0.0/24', // protocol assignments, and the metadata service of Oracle Cloud
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // multicast tunnels
  '192.88.99.0/24', // 6to4 relays
  '192.168.0.0/16', // private
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarks
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and broadcast
]

/** Of IPv6 only global unicast is public; all that is mapped, compatible, local or multicast lies outside. */
const openRanges6: readonly string[] = ['2000::/3']

const closedRanges6: readonly string[] = [
  '2001::/23', // protocol assignments: Teredo, benchmarks, ORCHID
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4, which carries any IPv4 address
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
]

/** The NAT64 prefix carries an IPv4 address, which decides (RFC 6052, section 2.1). */
const translatedRange6 = '64:ff9b::/96'

/** A set of addresses, given as addresses and CIDR ranges. */
export interface AddressSet {
  has(address: string): boolean
}

const closed4 = createAddressSet(closedRanges4)
const open6 = createAddressSet(openRanges6)
const closed6 = createAddressSet(closedRanges6)
const translated6 = createAddressSet([translatedRange6])

/** @throws TypeError naming the entry that is neither an address nor a CIDR range. */
export function createAddressSet(ranges: readonly string[]): AddressSet {
  const lists = { 4: new BlockList(), 6: new BlockList() }
  for (const range of ranges) {
    const [address = '', length, ...rest] = range.split('/')
    const version = isIP(address)
    const most = version === 4 ? 32 : 128
    const bits = length === undefined ? most : Number(length)
    if (
      version === 0 ||
      rest.length > 0 ||
      length === '' ||
      !Number.isInteger(bits) ||
      bits < 0 ||
      bits > most
    ) {
      throw new TypeError(`"${range}" is not an address or CIDR range, such as "10.0.0.0/8".`)
    }
    lists[version as 4 | 6].addSubnet(address, bits, version === 4 ? 'ipv4' : 'ipv6')
  }
  return {
    has(address) {
      const version = isIP(address)
      // One list for each version: a list of both would also match IPv4 addresses that are mapped into IPv6.
      if (version === 4) return lists[4].check(address, 'ipv4')
      return version === 6 && lists[6].check(address, 'ipv6')
    },
  }
}

/** Whether an address is one a server on the public Internet can answer from. What is not an address is not. */
export function isPublicAddress(address: string): boolean {
  const version = address.includes('%') ? 0 : isIP(address)
  if (version === 4) return !closed4.has(address)
  if (version === 0) return false
  if (translated6.has(address)) return !closed4.has(toEmbedded(address))
  return open6.has(address) && !closed6.has(address)
}

/** The IPv4 address in the last 32 bits of an IPv6 address. */
function toEmbedded(address: string): string {
  // The URL parser writes every IPv6 address one way: hexadecimal groups, the longest run of zeros left out.
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1).split(':')
  const [high, low] = groups.slice(-2).map((group) => Number.parseInt(group || '0', 16))
  return [high, low].flatMap((part = 0) => [part >> 8, part & 0xff]).join('.')
}

const localNames = /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|lan|home|corp|home\.arpa)$/

/** Whether a host name is one that only a local network gives a meaning: `localhost`, `db`, `printer.local`. */
export function isLocalName(hostname: string): boolean {
  const name = hostname.toLowerCase().replace(/\.+$/, '')
  return !name.includes('.') || localNames.test(name)
}
