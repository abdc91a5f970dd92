import { BoundedMap } from './bounded-map.ts'
import type { LogLevel } from './content.ts'
import type { Session } from './session.ts'
import { applyChange, newSession, type SessionChange, type SessionState } from './session-state.ts'

/** A state, and what is known of where it comes from. */
export interface KnownState {
  readonly state: SessionState
  /** The version of the document it was read from; 0 where there is none. */
  readonly version: number
  /** When it was read, in a count of the times at which news may have been missed. */
  readonly epoch: number
}

interface Held {
  holders: number
  /** Whether other processes may know of it too. */
  readonly isShared: boolean
  known: KnownState | undefined
}

/** Most sessions of which something is remembered, besides those that are held. */
const maxSessions = 10_000

/** Most sessions that are known to have ended. */
const maxEnded = 10_000

/**
 * What sessions of the handshake revisions chose, and which have ended, as far as this process knows. Bounded; what is
 * held, because a stream or connection needs it, is never forgotten.
 */
export class SessionStates {
  private readonly known = new BoundedMap<KnownState>(maxSessions)
  private readonly held = new Map<string, Held>()
  private readonly ended = new BoundedMap<true>(maxEnded)
  private readonly endListeners = new Set<(key: string) => void>()

  /** Whether other processes may know more of a session. */
  get isShared(): boolean {
    return false
  }

  isEnded(key: string): boolean {
    return this.ended.get(key) === true
  }

  /** The log level a session chose, if it chose one. */
  findLogLevel(key: string): LogLevel | undefined {
    return this.find(key)?.state.logLevel
  }

  /** What a session subscribed to. */
  listWatched(key: string): ReadonlySet<string> {
    return (this.find(key)?.state ?? newSession).watched
  }

  /** Has this process remember a session until the returned function was called. */
  hold({ key, expiresAt }: Pick<Session, 'key' | 'expiresAt'>): () => void {
    const isShared = expiresAt !== undefined
    const held = this.held.get(key) ?? { holders: 0, isShared, known: this.known.get(key) }
    this.held.set(key, held)
    this.known.delete(key)
    held.holders++
    let isHolding = true
    return () => {
      if (isHolding) this.release(key, held)
      isHolding = false
    }
  }

  /** Forgets a session whose connection is gone. */
  forget(key: string): void {
    this.known.delete(key)
    this.held.delete(key)
  }

  /** Calls a listener with the key of every session that ends. Returns what ends that. */
  onEnd(listener: (key: string) => void): () => void {
    this.endListeners.add(listener)
    return () => void this.endListeners.delete(listener)
  }

  /**
   * Changes something about a session. False when it watches as much as it may.
   *
   * @throws Failure `store_unavailable` when other processes could not learn of it.
   */
  change({ key }: Session, change: SessionChange): boolean | Promise<boolean> {
    const known = this.find(key)
    const state = applyChange(known?.state ?? newSession, change)
    if (state !== undefined) this.set(key, { version: 0, epoch: 0, ...known, state })
    return state !== undefined
  }

  /** Learns what other processes know of a session, where they may know more. Never rejects. */
  load(_session: Session): Promise<void> | undefined {
    return undefined
  }

  /** Learns anew what was learnt of sessions that are held. Never rejects. */
  async reload(): Promise<void> {}

  protected find(key: string): KnownState | undefined {
    return this.held.get(key)?.known ?? this.known.get(key)
  }

  protected set(key: string, known: KnownState): void {
    const held = this.held.get(key)
    if (known.state.isEnded) this.noteEnd(key)
    else if (held === undefined) this.known.set(key, known)
    else held.known = known
  }

  protected drop(key: string): void {
    this.known.delete(key)
  }

  /** What is held of the sessions that other processes may know of. */
  protected *listHeld(): Iterable<readonly [key: string, known: KnownState | undefined]> {
    for (const [key, { isShared, known }] of this.held) if (isShared) yield [key, known]
  }

  protected isHeld(key: string): boolean {
    return this.held.has(key)
  }

  protected noteEnd(key: string): void {
    if (this.isEnded(key)) return
    this.ended.set(key, true)
    for (const listener of [...this.endListeners]) listener(key)
    this.forget(key)
  }

  private release(key: string, held: Held): void {
    held.holders--
    if (held.holders > 0 || this.held.get(key) !== held) return
    this.held.delete(key)
    if (held.known !== undefined) this.known.set(key, held.known)
  }
}
