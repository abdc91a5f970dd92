import type { Head } from '../guard/head.ts'
import { accepts } from '../guard/media-type.ts'
import type { RequestId } from '../jsonrpc/message.ts'
import type { ServerContext } from '../mcp/context.ts'
import type { CloseListener, Exchange, Reply } from '../mcp/exchange.ts'
import type { Observation } from '../mcp/observation.ts'
import type { Principal } from '../mcp/principal.ts'
import type { Session } from '../mcp/session.ts'
import type { EventStore, KeptEvent, SharedStream } from './event-store.ts'
import { type HttpResponse, joinListeners, toReplyHeaders } from './http-response.ts'
import {
  createStreamReader,
  keepAliveComment,
  maxQueuedBytes,
  sseHeaders,
  toEvent,
  writeKept,
} from './sse.ts'
import { stoppedStatus, toStoppedText } from './stopped.ts'
import type { StreamLogs } from './stream-logs.ts'

/** Where the streams of this process keep their events, and which revisions open with a priming event. */
export interface StreamHome {
  readonly events: EventStore
  /** Where other processes find them; undefined where there are none. */
  readonly logs: StreamLogs | undefined
  readonly context: ServerContext
}

/**
 * One posted message and its answer. The answer is plain JSON until something has to be said before it; then it
 * becomes an event stream, which on the session revisions can be resumed.
 */
export class HttpExchange implements Exchange {
  readonly headers: Head
  readonly connection = undefined
  readonly principal: Principal
  observation: Observation | undefined = undefined
  /** Since when its answer is awaited, in milliseconds since 1970. */
  waitingSince = 0
  private readonly response: HttpResponse
  private readonly home: StreamHome
  private id: RequestId | undefined
  /** The ids before it, of a batch. */
  private earlierIds: RequestId[] | undefined
  private session: Session | undefined
  private revision: string | undefined
  /** Detached: the client left the stream, or was told to, and what follows is kept for when it comes back. */
  private state: 'waiting' | 'streaming' | 'detached' | 'done' = 'waiting'
  private streamKey: string | undefined
  private listener: CloseListener | undefined
  private stopReading: (() => void) | undefined

  constructor(headers: Head, principal: Principal, way: { response: HttpResponse; home: StreamHome }) {
    this.headers = headers
    this.principal = principal
    this.response = way.response
    this.home = way.home
  }

  get remoteAddress(): string | undefined {
    return this.response.remoteAddress
  }

  identify(id: RequestId, session: Session | undefined, revision: string): void {
    if (this.id !== undefined) this.earlierIds = [...(this.earlierIds ?? []), this.id]
    this.id = id
    this.session = session
    this.revision = revision
  }

  onClose(listener: CloseListener): void {
    this.listener = this.listener === undefined ? listener : joinListeners(this.listener, listener)
    this.response.onClose(listener)
  }

  /** What comes before the answer is dropped while the client does not keep up; the answer never is. */
  send(text: string): void {
    if (this.state === 'waiting') this.startStream()
    if (this.state === 'waiting' || this.state === 'done') return
    if (this.state === 'streaming' && this.response.queuedBytes > maxQueuedBytes) return
    this.emit(text)
  }

  /** Tells the client of a slow answer that somebody is at work. */
  keepAlive(): void {
    if (this.state === 'waiting') this.startStream()
    if (this.state === 'streaming') this.response.write(keepAliveComment)
  }

  closeStream(retryMs: number): void {
    if (this.session === undefined || !this.isPrimed) return
    if (this.state === 'waiting') this.startStream()
    if (this.state !== 'streaming') return
    this.detach()
    this.response.write(`retry: ${Math.ceil(retryMs)}\n\n`)
    this.response.end()
  }

  /** Answers that there will be no other answer, because the server stops. */
  abandon(): void {
    this.finish({ status: stoppedStatus, text: toStoppedText(this.id) })
    this.listener?.disconnect('server_stopped')
  }

  /** Sends the answer and ends the exchange. What comes after the first answer is dropped. */
  finish(reply: Reply): void {
    if (this.state === 'done') return
    if (this.state === 'waiting' && reply.status === 200 && this.takesOnlyStreams) this.startStream()
    const { status, text, parts } = reply
    if (this.state === 'waiting') this.response.reply(status, toReplyHeaders(reply), parts ?? text)
    else this.finishStream(text)
    this.state = 'done'
  }

  private finishStream(text: string | undefined): void {
    if (text !== undefined) this.emit(text)
    if (this.streamKey !== undefined) this.home.events.finish(this.streamKey)
    else this.response.end()
  }

  private emit(text: string): void {
    if (this.streamKey === undefined) this.response.write(toEvent(text))
    else this.home.events.append(this.streamKey, text)
  }

  private startStream(): void {
    if (!accepts(this.headers.get('accept'), 'text/event-stream')) return
    this.state = 'streaming'
    this.response.open(200, sseHeaders)
    if (this.session !== undefined) this.keepEvents(this.session)
  }

  private keepEvents(session: Session): void {
    const { events } = this.home
    const key = events.open(session.key, 'request', this.share(session))
    const onEvent = (event: KeptEvent) => writeKept(this.response, event)
    const reader = { ...createStreamReader(this.response, () => this.detach()), onEvent }
    this.streamKey = key
    this.stopReading = () => events.detach(key, reader)
    events.attach(key, reader)
    this.response.onClose({ disconnect: () => this.detach() })
    if (this.isPrimed) events.append(key, '')
  }

  private share(session: Session): SharedStream | undefined {
    const { events, logs } = this.home
    return logs?.shareRequest(
      { session, principal: this.principal },
      {
        listIds: () => [...(this.earlierIds ?? []), ...(this.id === undefined ? [] : [this.id])],
        onRead: (key) => events.release(key),
      },
    )
  }

  private detach(): void {
    if (this.state === 'streaming') this.state = 'detached'
    this.stopReading?.()
  }

  private get isPrimed(): boolean {
    return this.home.context.primesStreams(this.revision ?? '')
  }

  private get takesOnlyStreams(): boolean {
    return !accepts(this.headers.get('accept'), 'application/json')
  }
}
