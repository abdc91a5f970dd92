import { accepts } from '../guard/media-type.ts'
import type { Head } from '../guard/head.ts'
import type { RequestId } from '../jsonrpc/message.ts'
import type { ServerContext } from '../mcp/context.ts'
import type { Exchange, Reply } from '../mcp/exchange.ts'
import type { Principal } from '../mcp/principal.ts'
import type { Session } from '../mcp/session.ts'
import type { EventStore } from './event-store.ts'
import type { HttpResponse } from './http-response.ts'
import { keepAliveComment, sseHeaders, toEvent, toPrimingEvent } from './sse.ts'

/** What a client that does not read may leave waiting, in bytes; then notifications are dropped. */
export const maxQueuedBytes = 1_048_576

const jsonHeaders = { 'content-type': 'application/json' } as const

/** Where the streams of this process keep their events, and which revisions open with a priming event. */
export interface StreamHome {
  readonly events: EventStore
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
  private readonly response: HttpResponse
  private readonly home: StreamHome
  private session: Session | undefined
  private revision: string | undefined
  private state: 'waiting' | 'streaming' | 'detached' | 'done' = 'waiting'
  private streamKey: string | undefined

  constructor(headers: Head, principal: Principal, way: { response: HttpResponse; home: StreamHome }) {
    this.headers = headers
    this.principal = principal
    this.response = way.response
    this.home = way.home
  }

  get remoteAddress(): string | undefined {
    return this.response.remoteAddress
  }

  identify(_id: RequestId, session: Session | undefined, revision: string): void {
    this.session = session
    this.revision = revision
  }

  onClose(listener: () => void): void {
    this.response.onClose(listener)
  }

  send(text: string): void {
    if (this.state === 'waiting') this.startStream()
    if (this.state === 'done' || (this.state === 'streaming' && this.response.queuedBytes > maxQueuedBytes)) return
    this.emit(text)
  }

  /** Keeps a quiet request alive: a slow answer becomes a stream, a quiet stream gets a comment. */
  keepAlive(): void {
    if (this.state === 'waiting') this.startStream()
    if (this.state === 'streaming') this.response.write(keepAliveComment)
  }

  closeStream(retryMs: number): void {
    if (this.session === undefined) return
    if (this.state === 'waiting') this.startStream()
    if (this.state !== 'streaming' || this.streamKey === undefined) return
    this.response.write(`retry: ${Math.ceil(retryMs)}\n\n`)
    this.state = 'detached'
    this.response.end()
  }

  /** Sends the answer and ends the exchange. */
  finish(reply: Reply): void {
    const isOnlySse = !accepts(this.headers.get('accept'), 'application/json')
    if (this.state === 'waiting' && isOnlySse && reply.text !== undefined && reply.status === 200) this.startStream()
    if (this.state === 'waiting') this.response.reply(reply.status, toHeaders(reply), reply.text)
    else this.finishStream(reply.text)
    this.state = 'done'
  }

  private finishStream(text: string | undefined): void {
    if (text !== undefined) this.emit(text)
    if (this.streamKey !== undefined) this.home.events.finish(this.streamKey)
    if (this.state === 'streaming') this.response.end()
  }

  private emit(text: string): void {
    if (this.streamKey === undefined) return this.response.write(toEvent(text))
    const event = this.home.events.append(this.streamKey, text)
    if (this.state === 'streaming') this.response.write(toEvent(text, event.id))
  }

  private startStream(): void {
    if (!accepts(this.headers.get('accept'), 'text/event-stream')) return
    this.state = 'streaming'
    this.response.open(200, sseHeaders)
    if (this.session === undefined) return
    this.streamKey = this.home.events.open(this.session.key)
    this.response.onClose(() => this.detach())
    if (!this.home.context.primesStreams(this.revision ?? '')) return
    this.response.write(toPrimingEvent(this.home.events.append(this.streamKey, '').id))
  }

  /** The client lost the stream; what follows is kept for when it comes back. */
  private detach(): void {
    if (this.state === 'streaming') this.state = 'detached'
  }
}

function toHeaders(reply: Reply): Readonly<Record<string, string>> {
  if (reply.text === undefined) return reply.headers ?? {}
  if (reply.sessionId === undefined && reply.headers === undefined) return jsonHeaders
  const session = reply.sessionId === undefined ? {} : { 'mcp-session-id': reply.sessionId }
  return { ...jsonHeaders, ...session, ...reply.headers }
}
