/** Names under which a loopback server is reached. */
export const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

const nameForm = /^(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?\.?)$/
const maxHostChars = 262

/** The host name of a Host header: lower case, without port and trailing dot; undefined when it is malformed. */
export function parseHost(header: string | undefined): string | undefined {
  if (header === undefined || header.length > maxHostChars) return undefined
  const name = header.slice(0, findPort(header))
  return isPort(header, name.length) ? toName(name) : undefined
}

/**
 * Tells whether a Host header names this server. An entry of `allowed` is a lower-case name as `parseHosts` makes
 * it and stands for every port; with a port it stands for that port alone.
 */
export function isAllowedHost(header: string | undefined, allowed: ReadonlySet<string>): boolean {
  if (header === undefined || header.length > maxHostChars) return false
  const end = findPort(header)
  if (!isPort(header, end)) return false
  const name = header.slice(0, end)
  if (allowed.has(name)) return true
  const plain = toName(name)
  return plain !== undefined && (allowed.has(plain) || allowed.has(plain + header.slice(end)))
}

/**
 * A check of the Host header against names, which stand for every port, or names with a port for exactly that port.
 * No names allow no host.
 *
 * @throws TypeError naming the option `allowedHosts` and the entry that is no host.
 */
export function createHostRule(allowed: readonly string[]): (header: string | undefined) => boolean {
  const hosts = new Set(parseHosts(allowed))
  let last: string | undefined
  return function isAllowed(header) {
    // Nearly all requests of a server name one host: to compare it takes a tenth of reading it.
    if (header !== undefined && header === last) return true
    if (!isAllowedHost(header, hosts)) return false
    last = header
    return true
  }
}

/**
 * Names of hosts as they are compared.
 *
 * @throws TypeError naming the option `allowedHosts` and the entry that is no host.
 */
export function parseHosts(entries: readonly string[]): readonly string[] {
  return entries.map(parseEntry)
}

function parseEntry(entry: string): string {
  const name = typeof entry === 'string' ? parseHost(entry) : undefined
  if (name !== undefined) return name + entry.slice(findPort(entry))
  throw new TypeError(
    `"allowedHosts" must hold host names such as "mcp.example" or "[::1]:3000", got ${JSON.stringify(entry)}.`,
  )
}

/** Where the port of a header starts, with its colon; the end when it has none. */
function findPort(header: string): number {
  const from = header.charCodeAt(0) === 0x5b ? header.indexOf(']') + 1 : 0
  const colon = header.indexOf(':', from)
  return colon === -1 ? header.length : colon
}

/** Tells whether nothing or a port, with its colon, stands from `from` on. */
function isPort(header: string, from: number): boolean {
  if (from === header.length) return true
  let port = 0
  for (let at = from + 1; at < header.length; at++) {
    const digit = header.charCodeAt(at) - 0x30
    if (digit < 0 || digit > 9) return false
    port = port * 10 + digit
  }
  return from + 1 < header.length && header.length - from <= 6 && port <= 65_535
}

function toName(text: string): string | undefined {
  // Tested before the case is dropped: some letters beyond ASCII become ASCII in lower case.
  if (!nameForm.test(text)) return undefined
  const name = text.toLowerCase()
  return name.endsWith('.') ? name.slice(0, -1) : name
}
