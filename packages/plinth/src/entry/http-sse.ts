import { answer } from '../answer.ts'
import type { Head } from '../guard/head.ts'
import type { RequestId } from '../jsonrpc/message.ts'
import type { CloseListener, Connection, Exchange, Reply } from '../mcp/exchange.ts'
import { type Principal, toPrincipalKey } from '../mcp/principal.ts'
import type { Session } from '../mcp/session.ts'
import type { Server } from '../server.ts'
import type { HttpAuth } from './http-auth.ts'
import { type HttpResponse, toReplyHeaders } from './http-response.ts'
import { ssePaths } from './routes.ts'
import { keepAliveComment, maxQueuedBytes, sseHeaders, toEvent } from './sse.ts'
import { toStoppedText } from './stopped.ts'

const accepted: Reply = Object.freeze({ status: 202, text: undefined })

/** A posted message without its body, and the way back for its status. */
export interface Post {
  readonly head: Head
  readonly principal: Principal
  readonly response: HttpResponse
}

/**
 * The deprecated HTTP+SSE transport (2024-11-05, basic/transports, "HTTP with SSE"): one stream a client, opened with
 * GET, and a second endpoint its messages are posted to. A link lives as long as its stream and belongs to the
 * principal that opened it. Links count as notification streams, so their number is bounded.
 */
export class SseLinks {
  private readonly links = new Map<string, SseLink>()
  private readonly server: Server
  private readonly auth: HttpAuth

  constructor(server: Server, auth: HttpAuth) {
    this.server = server
    this.auth = auth
  }

  get size(): number {
    return this.links.size
  }

  /**
   * Opens a link and tells the client where to post.
   *
   * @throws ProtocolError `streams_exhausted` when too many streams are open.
   */
  open(principal: Principal, response: HttpResponse): void {
    const { context } = this.server.scope
    const link = new SseLink(context.createKey(), principal, response)
    const remove = context.subscriptions.add({
      tenant: principal.tenant,
      expiresAt: principal.expiresAt,
      wants: () => false,
      deliver: () => undefined,
      end: () => link.finish(),
    })
    this.links.set(link.key, link)
    response.open(200, sseHeaders)
    response.write(`event: endpoint\ndata: ${ssePaths.messages}?session=${link.key}\n\n`)
    response.onClose({ disconnect: () => link.close() })
    link.onClose(() => {
      remove()
      this.links.delete(link.key)
    })
  }

  /** Takes a message; false when there is no such link, or it is somebody else's. */
  post(post: Post, text: string): boolean {
    const { head, principal, response } = post
    const link = this.links.get(new URLSearchParams(head.query).get('session') ?? '')
    if (link === undefined || link.owner !== toPrincipalKey(principal)) return false
    const exchange = new SseExchange(link, post)
    const reply = answer(text, exchange, this.server.scope)
    if (reply instanceof Promise) {
      respond(response, accepted)
      void reply.then((settled) => exchange.finish(settled))
    } else if (reply.status >= 400) {
      respond(response, this.auth.challenge(reply, principal))
      exchange.finish(accepted)
    } else {
      respond(response, accepted)
      exchange.finish(reply)
    }
    return true
  }

  /** Answers whoever still waits that there will be no answer. Returns how many. */
  abandon(): number {
    let left = 0
    for (const link of [...this.links.values()]) left += link.abandon()
    return left
  }

  /** Keeps quiet streams open. */
  keepAlive(): void {
    for (const link of this.links.values()) link.keepAlive()
  }
}

function respond(response: HttpResponse, reply: Reply): void {
  response.reply(reply.status, toReplyHeaders(reply), reply.text)
}

/** One stream and what is going on over it. */
class SseLink implements Connection {
  readonly key: string
  readonly owner: string
  session: Session | undefined
  private readonly response: HttpResponse
  private readonly exchanges = new Set<SseExchange>()
  private readonly closeListeners: (() => void)[] = []
  private isEnding = false
  isClosed = false

  constructor(key: string, principal: Principal, response: HttpResponse) {
    this.key = key
    this.owner = toPrincipalKey(principal)
    this.response = response
  }

  /** A client that does not read is cut off, because nothing that is said here can be said again. */
  send(text: string): void {
    if (this.response.queuedBytes > maxQueuedBytes) this.response.destroy()
    else this.response.write(toEvent(text))
  }

  keepAlive(): void {
    this.response.write(keepAliveComment)
  }

  onClose(listener: () => void): void {
    if (this.isClosed) listener()
    else this.closeListeners.push(listener)
  }

  enter(exchange: SseExchange): void {
    this.exchanges.add(exchange)
  }

  leave(exchange: SseExchange): void {
    this.exchanges.delete(exchange)
    if (this.isEnding) this.finish()
  }

  /** Ends the stream once everything that was asked over it is answered. */
  finish(): void {
    this.isEnding = true
    if (this.exchanges.size > 0) return
    this.response.end()
    this.close()
  }

  abandon(): number {
    const left = [...this.exchanges]
    for (const exchange of left) exchange.abandon()
    return left.length
  }

  /** The stream is gone: what is still worked on is cancelled. */
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    for (const exchange of [...this.exchanges]) exchange.close()
    for (const listener of this.closeListeners.splice(0)) listener()
  }
}

/** One message that was posted to a link. */
class SseExchange implements Exchange {
  readonly headers: Head
  readonly connection: SseLink
  /** As this message proved it: it may do more or less than whoever opened the stream. */
  readonly principal: Principal
  readonly remoteAddress: string | undefined
  private isDone = false
  private id: RequestId | undefined
  private readonly closeListeners: CloseListener[] = []

  constructor(connection: SseLink, { head, principal, response }: Post) {
    this.headers = head
    this.connection = connection
    this.principal = principal
    this.remoteAddress = response.remoteAddress
    connection.enter(this)
  }

  send(text: string): void {
    this.connection.send(text)
  }

  identify(id: RequestId): void {
    this.id = id
  }

  onClose(listener: CloseListener): void {
    if (this.connection.isClosed) listener.disconnect('client_gone')
    else this.closeListeners.push(listener)
  }

  /** What comes after the first answer is dropped. */
  finish({ text }: Reply): void {
    if (this.isDone) return
    this.isDone = true
    if (text !== undefined) this.connection.send(text)
    this.connection.leave(this)
  }

  /** Answers that there will be no other answer. */
  abandon(): void {
    const listeners = this.closeListeners.splice(0)
    this.finish({ status: 202, text: toStoppedText(this.id) })
    for (const listener of listeners) listener.disconnect('server_stopped')
  }

  close(): void {
    for (const listener of this.closeListeners.splice(0)) listener.disconnect('client_gone')
  }
}
