import { isObject } from '../jsonrpc/message.ts'
import type { Sealer } from '../storage/sealed-token.ts'
import { BoundedMap } from './bounded-map.ts'
import type { ClientCapabilities } from './capabilities.ts'
import type { Implementation } from './content.ts'
import { type Principal, toPrincipalKey } from './principal.ts'
import type { Session, SessionFacts } from './session.ts'
import type { SessionStates } from './session-states.ts'

interface Opened {
  readonly session: Session & { readonly expiresAt: number }
  readonly owner: string
}

export interface SessionsOptions {
  readonly sealer: Sealer
  /** How long a session id is good for, in milliseconds. */
  readonly ttlMs: number
  /** What they chose, and which have ended. */
  readonly states: SessionStates
  readonly now: () => number
  readonly createKey: () => string
}

/**
 * Sessions of the handshake revisions over HTTP. The id is a sealed token that holds everything, so nothing is
 * stored and every process with the same key serves it. What a session chose, and that it ended, is remembered.
 */
export class Sessions {
  private readonly options: SessionsOptions
  private readonly opened = new BoundedMap<Opened>(1_000)

  constructor(options: SessionsOptions) {
    this.options = options
  }

  /** Seals a new session for `principal` and returns it with its id. */
  create(facts: SessionFacts, principal: Principal): { id: string; session: Session } {
    const session = { key: this.options.createKey(), ...facts }
    const expiresAt = this.options.now() + this.options.ttlMs
    const id = this.options.sealer.seal(toSealed(session, toPrincipalKey(principal)), { expiresAt })
    return { id, session: { ...session, expiresAt } }
  }

  /**
   * The session an id names; undefined when it is not ours, has ended, or belongs to somebody else. Whether it ended in
   * another process is known after `load`.
   */
  open(id: string, principal: Principal): Session | undefined {
    const session = this.find(id, principal)
    return session === undefined || this.options.states.isEnded(session.key) ? undefined : session
  }

  /** Learns what other processes know of the session an id names; undefined where there is nothing to wait for. */
  load(id: string | undefined, principal: Principal): Promise<void> | undefined {
    const { states } = this.options
    const session = id === undefined || !states.isShared ? undefined : this.find(id, principal)
    return session && states.load(session)
  }

  /** Ends a session: its id answers no more. False when other processes may not have learnt of it yet. */
  end(session: Session): boolean | Promise<boolean> {
    return this.options.states.change(session, { kind: 'end' })
  }

  private find(id: string, principal: Principal): Session | undefined {
    const now = this.options.now()
    const entry = this.opened.get(id) ?? this.unseal(id, now)
    if (entry === undefined || entry.session.expiresAt <= now) return undefined
    return entry.owner === toPrincipalKey(principal) ? entry.session : undefined
  }

  private unseal(id: string, now: number): Opened | undefined {
    const value = this.options.sealer.open(id, now)
    if (value === undefined) return undefined
    const { k: key, r: revision, o: owner, i: info, c: capable } = value
    if (typeof key !== 'string' || typeof revision !== 'string' || typeof owner !== 'string') return undefined
    const clientInfo = toImplementation(info)
    const capabilities = (isObject(capable) ? capable : {}) as ClientCapabilities
    const expiresAt = typeof value['exp'] === 'number' ? value['exp'] : now + 60_000
    const entry = { session: { key, revision, clientInfo, capabilities, expiresAt }, owner }
    this.opened.set(id, entry)
    return entry
  }
}

/** Clients send the id with every request, so its members have the shortest names, and empty ones are left out. */
function toSealed(
  { key, revision, clientInfo, capabilities }: Omit<Session, 'expiresAt'>,
  owner: string,
): Record<string, unknown> {
  const isPlain = Object.keys(capabilities).length === 0
  return { k: key, r: revision, o: owner, i: clientInfo, ...(isPlain ? {} : { c: capabilities }) }
}

/** Reads what a peer says of itself; undefined unless it has a name. Text is cut to a sane length. */
export function toImplementation(value: unknown): Implementation | undefined {
  if (!isObject(value) || typeof value['name'] !== 'string') return undefined
  const version = typeof value['version'] === 'string' ? value['version'].slice(0, 200) : ''
  const title = typeof value['title'] === 'string' ? { title: value['title'].slice(0, 200) } : {}
  return { name: value['name'].slice(0, 200), version, ...title }
}
