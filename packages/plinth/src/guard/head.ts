import type { HeaderLookup } from '../mcp/exchange.ts'

/** The head of an HTTP request as plain data: what guards and the protocol look at. */
export interface Head extends HeaderLookup {
  readonly method: string
  /** The path of the request target, without its query. Whatever is no path, such as `http://…`, stays as it is. */
  readonly path: string
  /** What follows the `?`, or nothing. */
  readonly query: string
  /** A header that may stand only once but came more often, if there is one. */
  readonly repeated: string | undefined
  /** From here on nobody finds credentials: what the guards have read is nobody else's to see. */
  forgetCredentials(): void
}

/** Tells whether a header proves who is calling. Lower case. */
export function isCredentialHeader(name: string): boolean {
  return name === 'authorization' || name === 'cookie' || name === 'x-api-key' || name.startsWith('proxy-')
}

/** Headers that may stand only once, and `accept`, which is a list. */
const known: readonly string[] = [
  'accept',
  'host',
  'origin',
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'authorization',
  'x-api-key',
  'mcp-protocol-version',
  'mcp-method',
  'mcp-name',
  'mcp-session-id',
  'last-event-id',
  'idempotency-key',
]
const acceptSlot = 0
const credentialSlots = [known.indexOf('authorization'), known.indexOf('x-api-key')]

/** What is known by the length of its name: names of a request are new texts, which take longer to hash than to compare. */
const slotsOfLength: (readonly number[] | undefined)[] = []
for (const [slot, { length }] of known.entries())
  slotsOfLength[length] = [...(slotsOfLength[length] ?? []), slot]

/** The slot of a header, in whatever case its name is. */
function findSlot(sent: string): number | undefined {
  const slots = slotsOfLength[sent.length]
  if (slots === undefined) return undefined
  // No function for each header: this is done for all of them, with every request.
  for (const slot of slots) if (isNamed(sent, known[slot] as string)) return slot
  return undefined
}

/** Whether a header is called so. Most others differ in their first letter. */
function isNamed(sent: string, name: string): boolean {
  return sent === name || ((sent.charCodeAt(0) | 32) === name.charCodeAt(0) && sent.toLowerCase() === name)
}

/** Headers beyond these are not looked at, and a request that has more is refused. */
export const maxHeaders = 200

/**
 * A head from the flat name and value list of `node:http`. The list is walked once; a header that may stand only
 * once keeps its first value and is remembered as repeated, because proxies may have read the other one.
 */
export function createHead(request: RawRequest): Head {
  return new RawHead(request)
}

/** What a head is made from. */
export interface RawRequest {
  readonly method: string
  readonly target: string
  /** Names and values in turn. */
  readonly rawHeaders: string[]
  /** The same headers as Node reads them, if it has. */
  readonly headers?: Record<string, unknown>
}

class RawHead implements Head {
  readonly method: string
  readonly path: string
  readonly query: string
  readonly repeated: string | undefined
  private readonly rawHeaders: string[]
  private readonly headers: Record<string, unknown> | undefined
  /** Where in the list credentials stand. */
  private credentialsAt: number[] | undefined
  private readonly values: (string | undefined)[] = new Array(known.length)
  private hidesCredentials = false

  constructor({ method, target, rawHeaders, headers }: RawRequest) {
    const cut = target.indexOf('?')
    this.method = method
    this.path = cut === -1 ? target : target.slice(0, cut)
    this.query = cut === -1 ? '' : target.slice(cut + 1)
    this.rawHeaders = rawHeaders
    this.headers = headers
    this.repeated = this.collect()
  }

  get(name: string): string | undefined {
    const slot = findSlot(name)
    return slot === undefined ? this.find(name) : this.values[slot]
  }

  forgetCredentials(): void {
    this.hidesCredentials = true
    for (const slot of credentialSlots) this.values[slot] = undefined
    // These are the request's own: what is overwritten here is gone for whoever gets hold of the request.
    for (const at of this.credentialsAt ?? []) {
      this.rawHeaders[at] = ''
      const name = (this.rawHeaders[at - 1] as string).toLowerCase()
      if (this.headers?.[name] !== undefined) this.headers[name] = ''
    }
  }

  private collect(): string | undefined {
    let repeated: string | undefined
    let mirrors: string[] | undefined
    for (let at = 0; at + 1 < this.rawHeaders.length; at += 2) {
      const name = this.rawHeaders[at] as string
      const slot = findSlot(name)
      if (isCredential(name, slot)) this.noteCredential(at + 1)
      if (slot !== undefined) {
        if (!this.keep(slot, this.rawHeaders[at + 1] as string)) repeated = known[slot]
      } else if (isMirror(name)) {
        mirrors ??= []
        const mirror = name.toLowerCase()
        if (mirrors.includes(mirror)) repeated = mirror
        else mirrors.push(mirror)
      }
    }
    return repeated
  }

  private noteCredential(at: number): void {
    this.credentialsAt ??= []
    this.credentialsAt.push(at)
  }

  /** False when the header stood before and must not. */
  private keep(slot: number, value: string): boolean {
    const before = this.values[slot]
    if (before !== undefined && slot !== acceptSlot) return false
    this.values[slot] = before === undefined ? value : `${before}, ${value}`
    return true
  }

  /** Joins what was repeated, so that a value is never mistaken for the only one. */
  private find(name: string): string | undefined {
    if (this.hidesCredentials && isCredentialHeader(name)) return undefined
    let found: string | undefined
    for (let at = 0; at + 1 < this.rawHeaders.length; at += 2) {
      const sent = this.rawHeaders[at] as string
      if (sent.length !== name.length || sent.toLowerCase() !== name) continue
      const value = this.rawHeaders[at + 1] as string
      found = found === undefined ? value : `${found}, ${value}`
    }
    return found
  }
}

/** Most credentials have a slot; `cookie` and `proxy-*` have none. */
function isCredential(name: string, slot: number | undefined): boolean {
  if (slot !== undefined) return credentialSlots.includes(slot)
  const first = name.charCodeAt(0) | 32
  return (first === 99 || first === 112) && isCredentialHeader(name.toLowerCase())
}

/** `Mcp-Param-*` and whatever else repeats the body in a header. */
function isMirror(name: string): boolean {
  return (name.charCodeAt(0) | 32) === 109 && /^mcp-/i.test(name)
}
