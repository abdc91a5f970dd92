/** Names under which a loopback server is reached. */
export const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

const hostForm = /^(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)\.?(?::\d{1,5})?$/

/** The host name of a Host header: lower case, without port and trailing dot; undefined when it is malformed. */
export function parseHost(header: string | undefined): string | undefined {
  if (header === undefined || header.length > 262) return undefined
  return hostForm.exec(header.toLowerCase())?.[1]
}

/** Host header values that were let in before: clients repeat themselves, so most checks end here. Bounded. */
const maxRemembered = 256

/** A check of the Host header against names without ports, or names with a port for exactly that port. */
export function createHostRule(allowed: Iterable<string>): (header: string | undefined) => boolean {
  const names = new Set([...allowed].map((name) => name.toLowerCase()))
  const remembered = new Set<string>()
  return function isAllowedHost(header) {
    if (header === undefined) return false
    if (remembered.has(header)) return true
    const host = parseHost(header)
    const isAllowed = host !== undefined && (names.has(host) || names.has(header.toLowerCase()))
    if (isAllowed && remembered.size < maxRemembered) remembered.add(header)
    return isAllowed
  }
}
