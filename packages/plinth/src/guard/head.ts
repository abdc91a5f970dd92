import type { HeaderLookup } from '../mcp/exchange.ts'

/** The head of an HTTP request as plain data: what guards and the protocol look at. */
export interface Head extends HeaderLookup {
  readonly method: string
  /** The path of the request target, without its query. */
  readonly path: string
  /** A header that may stand only once but came more often, if there is one. */
  readonly repeated: string | undefined
}

const single: readonly string[] = [
  'host',
  'origin',
  'content-type',
  'content-length',
  'content-encoding',
  'accept',
  'authorization',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'mcp-session-id',
  'last-event-id',
]

const slotOf = new Map<string, number>()
for (const [slot, name] of single.entries()) {
  slotOf.set(name, slot)
  slotOf.set(name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase()), slot)
}
slotOf.set('MCP-Protocol-Version', single.indexOf('mcp-protocol-version'))

/** Headers beyond these are not looked at, and a request that has more is refused. */
export const maxHeaders = 200

/**
 * A head from the flat name and value list of `node:http`. The list is walked once; a header that may stand only
 * once keeps its first value and is remembered as repeated, because proxies may have read the other one.
 */
export function createHead(request: { method: string; target: string; rawHeaders: readonly string[] }): Head {
  return new RawHead(request.method, toPath(request.target), request.rawHeaders)
}

class RawHead implements Head {
  readonly method: string
  readonly path: string
  readonly repeated: string | undefined
  private readonly rawHeaders: readonly string[]
  private readonly known: (string | undefined)[] = new Array(single.length)

  constructor(method: string, path: string, rawHeaders: readonly string[]) {
    this.method = method
    this.path = path
    this.rawHeaders = rawHeaders
    this.repeated = this.collect()
  }

  get(name: string): string | undefined {
    const slot = slotOf.get(name)
    return slot === undefined ? this.find(name) : this.known[slot]
  }

  private collect(): string | undefined {
    let repeated: string | undefined
    for (let at = 0; at + 1 < this.rawHeaders.length; at += 2) {
      const name = this.rawHeaders[at] as string
      const slot = slotOf.get(name) ?? slotOf.get(name.toLowerCase())
      if (slot === undefined) continue
      if (this.known[slot] === undefined) this.known[slot] = this.rawHeaders[at + 1]
      else repeated = single[slot]
    }
    return repeated
  }

  private find(name: string): string | undefined {
    let found: string | undefined
    for (let at = 0; at + 1 < this.rawHeaders.length; at += 2) {
      if ((this.rawHeaders[at] as string).toLowerCase() !== name) continue
      found = found === undefined ? this.rawHeaders[at + 1] : `${found}, ${this.rawHeaders[at + 1]}`
    }
    return found
  }
}

function toPath(target: string): string {
  const query = target.indexOf('?')
  return query === -1 ? target : target.slice(0, query)
}
