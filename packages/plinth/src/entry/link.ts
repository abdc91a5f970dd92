import { answer } from '../answer.ts'
import type { RequestId } from '../jsonrpc/message.ts'
import type { CloseListener, CloseReason, Connection, Exchange, Reply } from '../mcp/exchange.ts'
import type { Observation } from '../mcp/observation.ts'
import { localPrincipal, type Principal } from '../mcp/principal.ts'
import type { Session } from '../mcp/session.ts'
import { SlotList } from '../mcp/slot-list.ts'
import type { Server } from '../server.ts'
import { toStoppedText } from './stopped.ts'

let links = 0

/** Unlike that of any other link. No client ever names it, so it need not be hard to guess. */
function createLinkKey(): string {
  const random = Math.random().toString(36).slice(2)
  return `link-${process.pid.toString(36)}-${Date.now().toString(36)}-${random}-${++links}`
}

/** A lasting link to one client, without a particular transport: text in by `receive`, text out by `deliver`. */
export class Link implements Connection {
  readonly key: string = createLinkKey()
  /** Who is at the other end. */
  readonly principal: Principal
  session: Session | undefined = undefined
  private readonly server: Server
  private readonly deliver: (text: string) => void
  private readonly open = new SlotList<LinkExchange>()
  private readonly closeListeners: (() => void)[] = []
  private readonly idleListeners: (() => void)[] = []
  private closed = false

  constructor(server: Server, deliver: (text: string) => void, principal: Principal = localPrincipal) {
    this.server = server
    this.principal = principal
    this.deliver = deliver
  }

  get isClosed(): boolean {
    return this.closed
  }

  /** Answers one message. Never throws. */
  receive(text: string): void {
    if (this.closed) return
    const exchange = new LinkExchange(this)
    const reply = answer(text, exchange, this.server.scope)
    if (reply instanceof Promise) void this.waitFor(reply, exchange)
    else this.reply(reply)
  }

  send(text: string): void {
    if (!this.closed) this.deliver(text)
  }

  onClose(listener: () => void): void {
    if (this.closed) listener()
    else this.closeListeners.push(listener)
  }

  /** Resolves once no request waits for its answer. */
  idle(): Promise<void> {
    if (this.open.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.idleListeners.push(resolve))
  }

  /** Answers whoever still waits that there will be no answer, and cancels what they wait for. Returns how many. */
  abandon(): number {
    const left = this.open.toArray()
    for (const exchange of left) exchange.abandon()
    return left.length
  }

  /** Ends the link and cancels what is in flight on it. Nothing is delivered from now on. */
  close(): void {
    if (this.closed) return
    this.closed = true
    for (const exchange of this.open.toArray()) exchange.close()
    for (const listener of this.closeListeners.splice(0)) listener()
  }

  private async waitFor(reply: Promise<Reply>, exchange: LinkExchange): Promise<void> {
    const slot = this.open.add(exchange)
    const settled = await reply
    if (!exchange.isAbandoned) this.reply(settled)
    this.open.remove(slot)
    if (this.open.size === 0) for (const listener of this.idleListeners.splice(0)) listener()
  }

  /** A cancelled request has no answer. */
  private reply({ text }: Reply): void {
    if (text !== undefined) this.send(text)
  }
}

/** One message of a link. */
class LinkExchange implements Exchange {
  readonly headers: undefined
  readonly connection: Link
  readonly principal: Principal
  observation: Observation | undefined = undefined
  isAbandoned = false
  private id: RequestId | undefined
  private closeListeners: CloseListener[] | undefined

  constructor(connection: Link) {
    this.connection = connection
    this.principal = connection.principal
  }

  send(text: string): void {
    this.connection.send(text)
  }

  identify(id: RequestId): void {
    this.id = id
  }

  onClose(listener: CloseListener): void {
    if (this.connection.isClosed) listener.disconnect('client_gone')
    else if (this.closeListeners === undefined) this.closeListeners = [listener]
    else this.closeListeners.push(listener)
  }

  abandon(): void {
    this.isAbandoned = true
    this.send(toStoppedText(this.id))
    this.close('server_stopped')
  }

  close(reason: CloseReason = 'client_gone'): void {
    for (const listener of this.closeListeners?.splice(0) ?? []) listener.disconnect(reason)
  }
}
