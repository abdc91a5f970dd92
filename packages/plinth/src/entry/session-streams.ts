import type { ServerContext } from '../mcp/context.ts'
import { isWatched, toChangeText } from '../mcp/follow-connection.ts'
import type { Principal } from '../mcp/principal.ts'
import type { Session } from '../mcp/session.ts'
import type { EventStore } from './event-store.ts'
import type { HttpResponse } from './http-response.ts'
import { createStreamReader, keepAliveComment, sseHeaders, writeKept } from './sse.ts'

/** How long a lost stream goes on collecting events for its client, in milliseconds. */
const graceMs = 60_000

/** Who reads a stream, and where to. */
export interface StreamOwner {
  readonly principal: Principal
  readonly response: HttpResponse
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
  start(session: Session, owner: StreamOwner): void {
    const { principal, response } = owner
    this.stop(session.key)
    const key = this.events.open(session.key, 'session')
    const stream: OpenStream = {
      key,
      remove: () => undefined,
      principal,
      response: undefined,
      timer: undefined,
    }
    stream.remove = this.subscribe(stream, session)
    this.open.set(session.key, stream)
    response.open(200, sseHeaders)
    this.connect(session.key, stream, owner)
    if (this.context.primesStreams(session.revision)) this.events.append(key, '')
    else response.write(keepAliveComment)
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

  private subscribe(stream: OpenStream, { key: sessionKey }: Session): () => void {
    const { key } = stream
    try {
      return this.context.subscriptions.add({
        tenant: stream.principal.tenant,
        wants: (change) => isWatched(change, { sessionKey, principal: stream.principal }, this.context),
        deliver: (change) => this.events.append(key, toChangeText(change)),
        end: () => this.stop(sessionKey),
      })
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
    response.onClose(leave)
  }
}
