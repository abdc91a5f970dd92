import { isObject } from '../jsonrpc/message.ts'
import type { Sealer } from '../storage/sealed-token.ts'
import { BoundedMap } from './bounded-map.ts'
import type { ClientCapabilities } from './capabilities.ts'
import type { Implementation } from './content.ts'
import { type Principal, toPrincipalKey } from './principal.ts'
import type { Session } from './session.ts'

interface Opened {
  readonly session: Session
  readonly owner: string
  readonly expiresAt: number
}

export interface SessionsOptions {
  readonly sealer: Sealer
  /** How long a session id is good for, in milliseconds. */
  readonly ttlMs: number
  /** How many ended sessions are remembered until they would have expired. */
  readonly maxRevoked: number
  readonly now: () => number
  readonly createKey: () => string
}

/**
 * Sessions of the handshake revisions over HTTP. The id is a sealed token that holds everything, so nothing is
 * stored and every process with the same key serves it. Only ended sessions are remembered, until they expire.
 */
export class Sessions {
  private readonly options: SessionsOptions
  private readonly opened = new BoundedMap<Opened>(1_000)
  private readonly revoked: BoundedMap<number>

  constructor(options: SessionsOptions) {
    this.options = options
    this.revoked = new BoundedMap(options.maxRevoked)
  }

  /** Seals a new session for `principal` and returns it with its id. */
  create(facts: Omit<Session, 'key'>, principal: Principal): { id: string; session: Session } {
    const session = { key: this.options.createKey(), ...facts }
    const expiresAt = this.options.now() + this.options.ttlMs
    const id = this.options.sealer.seal({ ...session, owner: toPrincipalKey(principal) }, { expiresAt })
    return { id, session }
  }

  /** The session an id names; undefined when it is not ours, has ended, or belongs to somebody else. */
  open(id: string, principal: Principal): Session | undefined {
    const now = this.options.now()
    const entry = this.opened.get(id) ?? this.unseal(id, now)
    if (entry === undefined || entry.expiresAt <= now) return undefined
    if (entry.owner !== toPrincipalKey(principal) || this.revoked.get(entry.session.key) !== undefined) {
      return undefined
    }
    return entry.session
  }

  /** Ends a session. Its id answers no more. */
  end(session: Session): void {
    this.revoked.set(session.key, this.options.now() + this.options.ttlMs)
  }

  private unseal(id: string, now: number): Opened | undefined {
    const value = this.options.sealer.open(id, now)
    if (value === undefined) return undefined
    const { key, revision, owner } = value
    if (typeof key !== 'string' || typeof revision !== 'string' || typeof owner !== 'string') return undefined
    const clientInfo = isObject(value['clientInfo']) ? toImplementation(value['clientInfo']) : undefined
    const capabilities = (isObject(value['capabilities']) ? value['capabilities'] : {}) as ClientCapabilities
    const expiresAt = typeof value['exp'] === 'number' ? value['exp'] : now + 60_000
    const entry = { session: { key, revision, clientInfo, capabilities }, owner, expiresAt }
    this.opened.set(id, entry)
    return entry
  }
}

/** Reads what a peer says of itself; undefined unless it has a name. Text is cut to a sane length. */
export function toImplementation(value: unknown): Implementation | undefined {
  if (!isObject(value) || typeof value['name'] !== 'string') return undefined
  const version = typeof value['version'] === 'string' ? value['version'].slice(0, 200) : ''
  const title = typeof value['title'] === 'string' ? { title: value['title'].slice(0, 200) } : {}
  return { name: value['name'].slice(0, 200), version, ...title }
}
