import { answer } from '../answer.ts'
import { type Failure, ProtocolError, protocolErrors } from '../errors.ts'
import type { Head } from '../guard/head.ts'
import { createBodyGuard, createHttpGuard, type HttpGuard, type Refusal, toRefusalText } from '../guard/http-guard.ts'
import { serializeError } from '../jsonrpc/serialize.ts'
import { anonymousPrincipal, type Principal } from '../mcp/principal.ts'
import type { Server } from '../server.ts'
import { EventStore } from './event-store.ts'
import { HttpExchange } from './http-exchange.ts'
import type { HttpSettings } from './http-options.ts'
import type { HttpResponse } from './http-response.ts'
import { SessionStreams } from './session-streams.ts'
import { keepAliveMs } from './sse.ts'

const notFound: Refusal = { status: 404, message: 'There is nothing here.' }
const notAllowed: Refusal = {
  status: 405,
  message: 'This method is not allowed here.',
  headers: { allow: 'GET, POST, DELETE' },
}
const noSession: Refusal = {
  status: 405,
  message: 'Streams need a session. Initialize first.',
  headers: { allow: 'POST' },
}

/** How long an answer may take before its stream is opened to keep the client waiting, in milliseconds. */
const patienceMs = 10_000

/** Streamable HTTP without a particular HTTP library: guards, the endpoint's three methods, and its streams. */
export class HttpEntry {
  readonly settings: HttpSettings
  private readonly server: Server
  private readonly guardHead: HttpGuard
  private readonly guardBody: HttpGuard
  private readonly events: EventStore
  private readonly streams: SessionStreams
  private readonly waiting = new Map<HttpExchange, number>()
  private readonly timer: ReturnType<typeof setInterval>

  constructor(server: Server, settings: HttpSettings) {
    this.server = server
    this.settings = settings
    this.guardHead = createHttpGuard(settings)
    this.guardBody = createBodyGuard(settings.maxBodyBytes)
    const { context } = server.scope
    const limits = { maxStreams: 1_024, maxEvents: 1_024, maxChars: 33_554_432, ttlMs: 300_000, now: context.now }
    this.events = new EventStore(limits, context.createKey)
    this.streams = new SessionStreams(context, this.events)
    this.timer = setInterval(() => this.keepAlive(), keepAliveMs / 3)
    this.timer.unref?.()
  }

  /** What to answer before the body is read, if anything. Health is for everyone, also under another Host. */
  guard(head: Head): Refusal | undefined {
    const refusal = this.guardHead(head)
    if (refusal !== undefined) return refusal
    if (head.path !== this.settings.path) return notFound
    const busy = this.server.admission.shed()
    if (busy !== undefined) return toBusyRefusal(busy)
    return head.method === 'POST' ? this.guardBody(head) : undefined
  }

  /** Answers a request whose head passed the guard. `text` is the body of a POST. */
  handle(head: Head, text: string, response: HttpResponse): void {
    if (head.method === 'POST') this.post(head, text, response)
    else if (head.method === 'GET') this.get(head, response)
    else if (head.method === 'DELETE') this.delete(head, response)
    else refuse(response, notAllowed)
  }

  /** Stops what the entry itself keeps going. */
  close(): void {
    clearInterval(this.timer)
  }

  private post(head: Head, text: string, response: HttpResponse): void {
    const { scope } = this.server
    const home = { events: this.events, context: scope.context }
    const exchange = new HttpExchange(head, this.principal, { response, home })
    const reply = answer(text, exchange, scope)
    if (!(reply instanceof Promise)) {
      exchange.finish(reply)
      return
    }
    this.waiting.set(exchange, scope.context.now())
    void reply.then((settled) => {
      this.waiting.delete(exchange)
      exchange.finish(settled)
    })
  }

  private get(head: Head, response: HttpResponse): void {
    const id = head.get('mcp-session-id')
    if (id === undefined) return refuse(response, noSession)
    const { context } = this.server.scope
    const session = context.sessions.open(id, this.principal)
    if (session === undefined) return refuseWith(response, 'session_unknown')
    const lastEventId = head.get('last-event-id')
    if (lastEventId !== undefined && this.streams.resume(session, lastEventId, response)) return
    try {
      this.streams.start(session, this.principal, response)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      refuseWith(response, error.error)
    }
  }

  private delete(head: Head, response: HttpResponse): void {
    const { context } = this.server.scope
    const id = head.get('mcp-session-id')
    const session = id === undefined ? undefined : context.sessions.open(id, this.principal)
    if (session === undefined) return refuseWith(response, id === undefined ? 'session_required' : 'session_unknown')
    context.sessions.end(session)
    this.streams.stop(session.key)
    context.watched.delete(session.key)
    context.logLevels.delete(session.key)
    response.reply(200, {})
  }

  /** Who calls. Without authentication, nobody in particular. */
  private get principal(): Principal {
    return anonymousPrincipal
  }

  private keepAlive(): void {
    this.streams.keepAlive()
    const patient = this.server.scope.context.now() - patienceMs
    for (const [exchange, since] of this.waiting) if (since <= patient) exchange.keepAlive()
  }
}

function toBusyRefusal({ message, status, body }: Failure): Refusal {
  const seconds = Math.ceil((body.retry_after_ms ?? 1_000) / 1_000)
  return { status, message, headers: { 'retry-after': String(seconds) } }
}

/** Sends a refusal. */
export function refuse(response: HttpResponse, refusal: Refusal): void {
  const headers = { 'content-type': 'application/json', ...refusal.headers }
  response.reply(refusal.status, headers, toRefusalText(refusal))
}

function refuseWith(response: HttpResponse, error: keyof typeof protocolErrors): void {
  const { status, code, message } = protocolErrors[error]
  response.reply(status, { 'content-type': 'application/json' }, serializeError(undefined, { code, message }))
}
