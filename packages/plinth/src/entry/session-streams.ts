import type { ServerContext } from '../mcp/context.ts'
import { isWatched, toChangeText } from '../mcp/follow-connection.ts'
import type { Principal } from '../mcp/principal.ts'
import type { Session } from '../mcp/session.ts'
import { listPossible, type Subscriber } from '../mcp/subscriptions.ts'
import type { EventStore, KeptEvent, SharedStream, StreamReader } from './event-store.ts'
import type { HttpResponse } from './http-response.ts'
import { createStreamReader, keepAliveComment, sseHeaders, writeKept } from './sse.ts'

/** How long a lost stream goes on collecting events for its client, in milliseconds. */
const graceMs = 60_000

/** Who reads a stream, and where to. */
export interface StreamOwner {
  readonly principal: Principal
  readonly response: HttpResponse
}

/** Has a stream kept elsewhere too. `onTaken` is called when another process collects it from now on. */
export type ShareStream = (onTaken: () => void) => SharedStream

/** A stream that another process collected before. */
export interface TakenStream {
  /** Undefined where the store does not answer. */
  readonly share: ShareStream | undefined
  readonly missed: readonly KeptEvent[]
}

interface Reading {
  /** When what proved who reads ends, in milliseconds since 1970. */
  readonly expiresAt: number
  /** Lets go of the stream. It is kept for a while. */
  leave(): void
}

interface OpenStream {
  readonly key: string
  remove: () => void
  /** Whoever reads now: with a newer token the same caller may do more or less. */
  principal: Principal
  response: HttpResponse | undefined
  timer: ReturnType<typeof setTimeout> | undefined
}

/**
 * The streams clients open with GET on the session revisions: notifications that belong to no request (2025-11-25,
 * basic/transports, "Listening for Messages from the Server"). One a session: the newest takes over, so that each
 * message goes out on one stream only. A GET that names an event goes on with the stream of that event instead.
 */
export class SessionStreams {
  private readonly open = new Map<string, OpenStream>()
  private readonly responses = new Map<HttpResponse, Reading>()
  private readonly context: ServerContext
  private readonly events: EventStore

  constructor(context: ServerContext, events: EventStore) {
    this.context = context
    this.events = events
  }

  get size(): number {
    return this.open.size + this.responses.size
  }

  /**
   * Opens the stream of a session.
   *
   * @throws ProtocolError `streams_exhausted` when too many streams are open.
   */
  start(session: Session, owner: StreamOwner, share?: ShareStream): void {
    const { key } = this.create(session, owner, share)
    if (this.context.primesStreams(session.revision)) this.events.append(key, '')
    else owner.response.write(keepAliveComment)
  }

  /**
   * Collects on a stream that another process collected before: what the client missed of it, and then that anything
   * may have changed, because nobody knows what did in between.
   *
   * @throws ProtocolError `streams_exhausted` when too many streams are open.
   */
  takeOver(session: Session, owner: StreamOwner, { share, missed }: TakenStream): void {
    const stream = this.create(session, owner, share)
    const subscriber = this.createSubscriber(stream, session)
    for (const event of missed) if (event.text !== '') writeKept(owner.response, event)
    for (const change of listPossible(subscriber)) if (subscriber.wants(change)) subscriber.deliver(change)
  }

  /**
   * Passes a stream on to its client that another process produces. `start` is given where to.
   *
   * @throws ProtocolError `streams_exhausted` when too many streams are open.
   */
  pass({ principal, response }: StreamOwner, start: (reader: StreamReader) => { stop(): void }): void {
    let source: { stop(): void } | undefined
    const forget = () => {
      this.responses.delete(response)
      remove()
    }
    const leave = () => {
      forget()
      source?.stop()
    }
    const end = () => {
      leave()
      response.end()
    }
    // It counts as a stream of notifications: their number is bounded, and they end when the server stops.
    const silent = { wants: () => false, deliver: () => undefined, end }
    const remove = this.context.subscriptions.add({ tenant: principal.tenant, ...silent })
    response.open(200, sseHeaders)
    this.responses.set(response, { expiresAt: principal.expiresAt ?? Infinity, leave })
    source = start(createStreamReader(response, forget))
    response.onClose({ disconnect: leave })
  }

  /** Goes on with a stream that was lost; false when there is nothing to go on with. */
  resume(session: Session, lastEventId: string, owner: StreamOwner): boolean {
    const { response } = owner
    const found = this.events.resume(lastEventId, session.key)
    if (found === undefined) return false
    const own = this.open.get(session.key)
    response.open(200, sseHeaders)
    if (own?.key === found.key) this.connect(session.key, own, owner)
    else this.read(found.key, owner)
    for (const event of found.missed) if (event.text !== '') writeKept(response, event)
    if (found.isDone) this.events.finish(found.key)
    else this.events.claim(found.key)
    return true
  }

  /** Keeps quiet streams open. */
  keepAlive(): void {
    for (const response of this.responses.keys()) response.write(keepAliveComment)
  }

  /** Ends what is read on the strength of tokens that have expired. With a new one the client can come back for the rest. */
  endExpired(now: number): void {
    for (const [response, { expiresAt, leave }] of this.responses) {
      if (expiresAt > now) continue
      leave()
      response.end()
    }
  }

  /** Ends the stream of a session. */
  stop(sessionKey: string): void {
    const stream = this.open.get(sessionKey)
    if (stream === undefined) return
    this.open.delete(sessionKey)
    clearTimeout(stream.timer)
    stream.remove()
    this.events.finish(stream.key)
    this.events.drop(stream.key)
  }

  private create(session: Session, owner: StreamOwner, share: ShareStream | undefined): OpenStream {
    const { principal, response } = owner
    this.stop(session.key)
    const onTaken = () => {
      if (this.open.get(session.key) === stream) this.stop(session.key)
    }
    const stream: OpenStream = {
      key: this.events.open(session.key, 'session', share?.(onTaken)),
      remove: () => undefined,
      principal,
      response: undefined,
      timer: undefined,
    }
    stream.remove = this.subscribe(this.createSubscriber(stream, session), stream.key, session)
    this.open.set(session.key, stream)
    response.open(200, sseHeaders)
    this.connect(session.key, stream, owner)
    return stream
  }

  private createSubscriber(stream: OpenStream, { key: sessionKey }: Session): Subscriber {
    return {
      tenant: stream.principal.tenant,
      wants: (change) => isWatched(change, { sessionKey, principal: stream.principal }, this.context),
      deliver: (change) => this.events.append(stream.key, toChangeText(change)),
      listWatched: () => this.context.sessionStates.listWatched(sessionKey),
      end: () => this.stop(sessionKey),
    }
  }

  private subscribe(subscriber: Subscriber, key: string, session: Session): () => void {
    try {
      const remove = this.context.subscriptions.add(subscriber)
      const release = this.context.sessionStates.hold(session)
      return () => {
        remove()
        release()
      }
    } catch (error) {
      this.events.drop(key)
      throw error
    }
  }

  private connect(sessionKey: string, stream: OpenStream, owner: StreamOwner): void {
    const { principal, response } = owner
    clearTimeout(stream.timer)
    stream.response = response
    stream.principal = principal
    this.read(stream.key, owner, () => {
      if (stream.response !== response || this.open.get(sessionKey) !== stream) return
      stream.response = undefined
      stream.timer = setTimeout(() => this.stop(sessionKey), graceMs)
      stream.timer.unref?.()
    })
  }

  private read(key: string, { principal, response }: StreamOwner, onLeft?: () => void): void {
    const forget = () => this.responses.delete(response)
    const reader = createStreamReader(response, forget)
    const leave = () => {
      forget()
      this.events.detach(key, reader)
      onLeft?.()
    }
    this.responses.set(response, { expiresAt: principal.expiresAt ?? Infinity, leave })
    this.events.attach(key, reader)
    response.onClose({ disconnect: leave })
  }
}
