import { ProtocolError } from '../errors.ts'
import { isObject } from '../jsonrpc/message.ts'
import type { PeerBus } from '../storage/peer-bus.ts'
import type { Session } from './session.ts'
import { retryMs, type SessionDocumentOptions, SessionDocuments, toUnavailable } from './session-documents.ts'
import { SessionEnds } from './session-ends.ts'
import { applyChange, parseSessionChange, type SessionChange } from './session-state.ts'
import { type KnownState, SessionStates } from './session-states.ts'

export interface SharedSessionOptions extends SessionDocumentOptions {
  readonly peers: PeerBus
  /** Called with what a session turns out to watch: it may have changed since. */
  onFound(key: string, uris: readonly string[]): void
}

/** What a process says of a change it made: the document went from one version to the next. */
interface Told {
  readonly key: string
  readonly before: number
  readonly after: number
  readonly change: SessionChange
}

interface Load {
  readonly done: Promise<void>
  /** What was heard meanwhile. */
  readonly told: Told[]
}

const topic = 'session'
/** Most changes that are kept while a session is read. After more it is read again. */
const maxTold = 1_000
/** Processes that change one session at once try this often before they leave it to the client. */
const maxTries = 50
/** Most sessions read at once after news may have been missed. */
const maxReads = 32

/**
 * What sessions chose and which have ended, shared between processes: a small document a session, written only once
 * something was chosen. A process reads it when it first sees the session, hears of changes over the bus from then on,
 * and reads it again after it may have missed some. While the store is down, sessions are served with what is known.
 */
export class SharedSessionStates extends SessionStates {
  private readonly options: SharedSessionOptions
  private readonly documents: SessionDocuments
  private readonly ends: SessionEnds
  private readonly loads = new Map<string, Load>()
  private readonly writes = new Map<string, Promise<unknown>>()
  /** Sessions of which news came during a write here. */
  private readonly overtaken = new Set<string>()
  private readTimer: ReturnType<typeof setTimeout> | undefined
  private epoch = 1

  constructor(options: SharedSessionOptions) {
    super()
    this.options = options
    this.documents = new SessionDocuments(options)
    this.ends = new SessionEnds(this.documents, (key) =>
      this.tell({ key, before: 0, after: 0, change: { kind: 'end' } }),
    )
    options.peers.on(topic, { hear: (value) => this.hear(value) })
  }

  override get isShared(): boolean {
    return true
  }

  override hold(session: Session): () => void {
    const release = super.hold(session)
    if (!this.isFresh(this.find(session.key))) this.scheduleReads()
    return release
  }

  override load(session: Session): Promise<void> | undefined {
    const { key, expiresAt } = session
    if (expiresAt === undefined || this.isEnded(key) || this.isFresh(this.find(key))) return undefined
    const running = this.loads.get(key)
    if (running !== undefined) return running.done
    return this.documents.isDown ? undefined : this.startLoad(key)
  }

  override change(session: Session, change: SessionChange): boolean | Promise<boolean> {
    if (session.expiresAt === undefined) return super.change(session, change)
    if (change.kind !== 'end') return this.enqueue(session, change)
    this.noteEnd(session.key)
    return this.ends.add(session)
  }

  /** Because changes may have been missed. What is not held is read when it is next seen. */
  override reload(): Promise<void> {
    this.epoch++
    return this.readStale()
  }

  /** While this process does not hear the others, nothing it knows stays good. */
  private isFresh(known: KnownState | undefined): boolean {
    return known?.epoch === this.epoch && this.options.peers.isListening
  }

  private async readStale(): Promise<void> {
    const stale = () =>
      [...this.listHeld()].flatMap(([key, known]) => (known?.epoch === this.epoch ? [] : [key]))
    const keys = stale()
    const next = async (): Promise<void> => {
      for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
        await (this.loads.get(key)?.done ?? this.startLoad(key))
      }
    }
    await Promise.all(Array.from({ length: maxReads }, next))
    if (stale().length > 0) this.scheduleReads()
  }

  private scheduleReads(): void {
    if (this.readTimer !== undefined) return
    this.readTimer = setTimeout(() => {
      this.readTimer = undefined
      void this.readStale()
    }, retryMs)
    this.readTimer.unref?.()
  }

  private startLoad(key: string): Promise<void> {
    const told: Told[] = []
    const { epoch } = this
    const done = this.documents.read(key).then((stored) => {
      this.loads.delete(key)
      if (stored !== undefined) this.found(key, { ...stored, epoch }, told)
    })
    this.loads.set(key, { done, told })
    return done
  }

  private found(key: string, known: KnownState, told: readonly Told[]): void {
    if (this.isEnded(key)) return
    const before = this.listWatched(key)
    this.set(key, told.length < maxTold ? known : { ...known, epoch: 0 })
    for (const one of told) this.follow(one)
    if (!this.isHeld(key)) return
    const uris = [...this.listWatched(key)].filter((uri) => !before.has(uri))
    if (uris.length > 0) this.options.onFound(key, uris)
  }

  private hear(value: unknown): void {
    const told = parseTold(value)
    const load = told && this.loads.get(told.key)
    if (told === undefined) return
    if (told.change.kind === 'end') this.noteEnd(told.key)
    else if (load === undefined) this.follow(told)
    else if (load.told.length < maxTold) load.told.push(told)
  }

  /** Goes along with a change, if it is the very next one. */
  private follow({ key, before, after, change }: Told): void {
    const known = this.find(key)
    if (known !== undefined && after <= known.version) return
    const state = known?.version === before ? applyChange(known.state, change) : undefined
    if (known === undefined || state === undefined) this.lose(key)
    else this.set(key, { ...known, state, version: after })
  }

  /** After a gap only the document says what there is. */
  private lose(key: string): void {
    if (this.writes.has(key)) this.overtaken.add(key)
    if (!this.isHeld(key)) this.drop(key)
    else if (!this.loads.has(key)) void this.startLoad(key)
  }

  /** Changes of one session that come to this process wait for each other, so that they do not race for the document. */
  private enqueue(session: Session, change: SessionChange): Promise<boolean> {
    const { key } = session
    const previous = this.writes.get(key) ?? Promise.resolve()
    const writing = previous.then(() => this.write(session, change))
    const settled = writing.then(
      () => undefined,
      () => undefined,
    )
    this.writes.set(key, settled)
    void settled.then(() => {
      if (this.writes.get(key) !== settled) return
      this.writes.delete(key)
      if (this.overtaken.delete(key) && this.isHeld(key)) void this.readStale()
    })
    return writing
  }

  private async write(session: Session, change: SessionChange): Promise<boolean> {
    for (let tries = 0; tries < maxTries; tries++) {
      const written = await this.tryWrite(session, change)
      if (written !== undefined) return written
      await pause(Math.random() * tries)
    }
    throw toUnavailable()
  }

  /** False when there is no room; undefined when another process was faster. */
  private async tryWrite(session: Session, change: SessionChange): Promise<boolean | undefined> {
    const { key } = session
    const { epoch } = this
    this.overtaken.delete(key)
    const known = await this.documents.read(key)
    if (known === undefined) throw toUnavailable()
    const state = applyChange(known.state, change)
    if (state?.isEnded === true) {
      this.noteEnd(key)
      throw new ProtocolError('session_unknown')
    }
    if (state === undefined) return false
    const isNew = state !== known.state
    const after = isNew ? await this.documents.write(session, state, known.version) : known.version
    if (after === undefined) return undefined
    const isKnown = !isNew && this.find(key)?.version === after
    this.set(key, { state, version: after, epoch: this.overtaken.has(key) ? 0 : epoch })
    // Whoever hears of something that happens after this change was answered hears of this change first. A change that
    // was there before may be one that was written, but not confirmed: then nobody was told of it.
    if (!isKnown) await this.tell({ key, before: known.version, after, change })
    return true
  }

  private tell(told: Told): Promise<boolean> {
    return this.options.peers.publish(topic, told)
  }
}

function parseTold(value: unknown): Told | undefined {
  if (!isObject(value)) return undefined
  const { key, before, after } = value
  const change = parseSessionChange(value['change'])
  if (typeof key !== 'string' || typeof before !== 'number' || typeof after !== 'number') return undefined
  return change && { key, before, after, change }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
