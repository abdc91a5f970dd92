import type { ServerContext } from '../mcp/context.ts'
import { isWatched, toChangeText } from '../mcp/follow-connection.ts'
import type { Principal } from '../mcp/principal.ts'
import type { Session } from '../mcp/session.ts'
import type { EventStore, KeptEvent } from './event-store.ts'
import { maxQueuedBytes } from './http-exchange.ts'
import type { HttpResponse } from './http-response.ts'
import { keepAliveComment, sseHeaders, toEvent, toPrimingEvent } from './sse.ts'

/** How long a lost stream goes on collecting events for its client, in milliseconds. */
const graceMs = 60_000

interface OpenStream {
  readonly key: string
  readonly remove: () => void
  response: HttpResponse | undefined
  timer: ReturnType<typeof setTimeout> | undefined
}

/**
 * The streams clients open with GET on the session revisions: notifications that belong to no request (2025-11-25,
 * basic/transports, "Listening for Messages from the Server"). One a session: the newest takes over, so that each
 * message goes out on one stream only.
 */
export class SessionStreams {
  private readonly open = new Map<string, OpenStream>()
  private readonly context: ServerContext
  private readonly events: EventStore

  constructor(context: ServerContext, events: EventStore) {
    this.context = context
    this.events = events
  }

  get size(): number {
    return this.open.size
  }

  /** Opens the stream of a session. Throws when too many streams are open. */
  start(session: Session, principal: Principal, response: HttpResponse): void {
    this.stop(session.key)
    const remove = this.context.subscriptions.add({
      tenant: principal.tenant,
      wants: (change) => isWatched(change, session.key, this.context),
      deliver: (change) => void this.events.append(key, toChangeText(change)),
      end: () => this.stop(session.key),
    })
    const key = this.events.open(session.key)
    const stream: OpenStream = { key, remove, response: undefined, timer: undefined }
    this.open.set(session.key, stream)
    response.open(200, sseHeaders)
    const first = this.events.append(key, '')
    response.write(isPrimed(session, this.context) ? toPrimingEvent(first.id) : keepAliveComment)
    this.connect(session.key, stream, response)
  }

  /** Goes on with a stream that was lost; false when there is nothing to go on with. */
  resume(session: Session, lastEventId: string, response: HttpResponse): boolean {
    const found = this.events.resume(lastEventId, session.key)
    if (found === undefined) return false
    response.open(200, sseHeaders)
    for (const event of found.missed) writeKept(response, event)
    if (found.isDone) {
      response.end()
      return true
    }
    const own = this.open.get(session.key)
    if (own?.key === found.key) this.connect(session.key, own, response)
    else this.follow(found.key, response)
    return true
  }

  /** Keeps quiet streams open. */
  keepAlive(): void {
    for (const { response } of this.open.values()) response?.write(keepAliveComment)
  }

  /** Ends the stream of a session. */
  stop(sessionKey: string): void {
    const stream = this.open.get(sessionKey)
    if (stream === undefined) return
    this.open.delete(sessionKey)
    clearTimeout(stream.timer)
    stream.remove()
    this.events.attach(stream.key, undefined)
    this.events.drop(stream.key)
    stream.response?.end()
  }

  private connect(sessionKey: string, stream: OpenStream, response: HttpResponse): void {
    clearTimeout(stream.timer)
    const previous = stream.response
    stream.response = response
    previous?.end()
    this.follow(stream.key, response)
    response.onClose(() => {
      if (stream.response !== response) return
      stream.response = undefined
      this.events.attach(stream.key, undefined)
      stream.timer = setTimeout(() => this.stop(sessionKey), graceMs)
      stream.timer.unref?.()
    })
  }

  private follow(key: string, response: HttpResponse): void {
    this.events.attach(key, {
      onEvent: (event) => (response.queuedBytes > maxQueuedBytes ? response.destroy() : writeKept(response, event)),
      onDone: () => response.end(),
    })
  }
}

function writeKept(response: HttpResponse, event: KeptEvent): void {
  if (event.text !== '') response.write(toEvent(event.text, event.id))
}

function isPrimed(session: Session, context: ServerContext): boolean {
  return context.primesStreams(session.revision)
}
