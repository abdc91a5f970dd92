import { answer } from '../answer.ts'
import { type Failure, ProtocolError, protocolErrors } from '../errors.ts'
import { type CorsRule, createCorsRule, isPreflight, toPreflightHeaders } from '../guard/cors.ts'
import type { Head } from '../guard/head.ts'
import {
  createBodyGuard,
  createHttpGuard,
  guardEmpty,
  type HttpGuard,
  type Refusal,
  toRefusal,
  toRefusalText,
} from '../guard/http-guard.ts'
import { accepts } from '../guard/media-type.ts'
import type { Principal } from '../mcp/principal.ts'
import { findRevision, supportedDates } from '../mcp/revisions/supported.ts'
import type { Server } from '../server.ts'
import { EventStore, isRequestEvent } from './event-store.ts'
import { type Caller, HttpAuth, isPrincipal } from './http-auth.ts'
import { HttpExchange } from './http-exchange.ts'
import type { HttpSettings } from './http-options.ts'
import { type HttpResponse, jsonHeaders } from './http-response.ts'
import { SseLinks, ssePaths } from './http-sse.ts'
import { Pulse } from './pulse.ts'
import { SessionStreams } from './session-streams.ts'
import { keepAliveMs } from './sse.ts'
import { warnOfAccess } from './warn-of-access.ts'

/** For entries that find out while reading. */
export const tooLarge: Refusal = {
  status: 413,
  message: 'The body is too large.',
  headers: { connection: 'close' },
}
/** For entries that find out while reading. */
export const notUtf8: Refusal = {
  status: 400,
  message: 'The body is not valid UTF-8.',
  code: protocolErrors.parse_failed.code,
}

const notFound: Refusal = { status: 404, message: 'There is nothing here.' }
const noSession: Refusal = {
  status: 405,
  message: 'Streams need a session. Initialize first.',
  headers: { allow: 'POST' },
}
const unknownSession: Refusal = toRefusal(new ProtocolError('session_unknown'))
const noStream: Refusal = { status: 406, message: 'The Accept header must allow text/event-stream.' }
const unknownEvent: Refusal = {
  status: 400,
  message: 'This Last-Event-ID is not known. Send the request again.',
}

/** How long an answer may take before its stream is opened to keep the client waiting, in milliseconds. */
const patienceMs = 10_000
const beatMs = 5_000

/** A request whose head passed the guard and whose caller was let in. */
export interface Asked {
  readonly head: Head
  readonly principal: Principal
  readonly response: HttpResponse
}

/** Answers one method of one path, or says why not. `text` is the body of a POST. */
type Method = (asked: Asked, text: string) => Refusal | undefined

/** MCP over HTTP without a particular HTTP library: guards, the endpoint's three methods, and its streams. */
export class HttpEntry {
  readonly settings: HttpSettings
  /** Headers every answer to a request carries, if any. */
  readonly toCorsHeaders: CorsRule
  private readonly server: Server
  private readonly auth: HttpAuth
  private readonly guardHead: HttpGuard
  private readonly guardBody: HttpGuard
  private readonly routes: ReadonlyMap<string, ReadonlyMap<string, Method>>
  private readonly events: EventStore
  private readonly streams: SessionStreams
  private readonly links: SseLinks
  private readonly waiting = new Map<HttpExchange, number>()
  private readonly pulse = new Pulse(beatMs, () => this.beat())
  private beats = 0
  private draining = false

  constructor(server: Server, settings: HttpSettings) {
    const { context } = server.scope
    const limits = {
      maxStreams: 1_024,
      maxEvents: 1_024,
      maxChars: 33_554_432,
      ttlMs: 300_000,
      now: context.now,
    }
    this.server = server
    this.settings = settings
    this.toCorsHeaders = createCorsRule(settings.allowedOrigins)
    this.auth = new HttpAuth(settings, context)
    this.guardHead = createHttpGuard(settings)
    this.guardBody = createBodyGuard(settings.maxBodyBytes)
    this.events = new EventStore(limits, context.createKey)
    this.streams = new SessionStreams(context, this.events)
    this.links = new SseLinks(server, this.auth)
    this.routes = this.createRoutes()
  }

  /** Loads what is otherwise loaded at the first use. */
  prepare(): Promise<void> {
    const { auth } = this.settings
    if (auth !== undefined) warnOfAccess(this.server, auth.scopesSupported)
    return this.auth.prepare()
  }

  /** Answers what is for everyone and under any Host: health, and who issues tokens. False for every other request. */
  answerPublic(head: Head, response: HttpResponse): boolean {
    if (this.auth.answerMetadata(head, response, this.toCorsHeaders)) return true
    if (head.path !== this.settings.healthPath || (head.method !== 'GET' && head.method !== 'HEAD'))
      return false
    if (this.draining) response.reply(503, jsonHeaders, '{"status":"draining"}')
    else response.reply(200, jsonHeaders, '{"status":"ok"}')
    return true
  }

  /** What to answer before the body is read, if anything. */
  guard(head: Head): Refusal | undefined {
    const refusal = this.findRefusal(head)
    if (refusal !== undefined) this.server.telemetry.tellRefusal(head.path, refusal.status)
    return refusal
  }

  private findRefusal(head: Head): Refusal | undefined {
    const refusal = this.guardHead(head)
    if (refusal !== undefined) return refusal
    const methods = this.routes.get(head.path)
    if (methods === undefined) return notFound
    if (!methods.has(head.method))
      return toMethodRefusal(head, [...methods.keys()].join(', '), this.toCorsHeaders)
    const busy = this.server.admission.shed()
    if (busy !== undefined) return toBusyRefusal(busy)
    return head.method === 'POST' ? this.guardBody(head) : guardEmpty(head)
  }

  /** Who sends a request whose head passed the guard, or what to answer before the body is read. */
  identify(head: Head, response: HttpResponse): Caller | Promise<Caller> {
    const caller = this.auth.identify(head, response)
    if (!(caller instanceof Promise)) return this.noteCaller(head, caller)
    return caller.then((settled) => this.noteCaller(head, settled))
  }

  /** Answers a request. `text` is the body of a POST. */
  handle(asked: Asked, text: string): void {
    const { head, response } = asked
    const refusal = this.routes.get(head.path)?.get(head.method)?.(asked, text)
    if (refusal === undefined) return
    this.server.telemetry.tellRefusal(head.path, refusal.status)
    refuse(response, refusal)
  }

  /** Whether the server is about to stop. */
  get isDraining(): boolean {
    return this.draining
  }

  /** Says at the health check that the server is about to stop. Everything else is served on. */
  drain(): void {
    this.draining = true
  }

  /** Answers whoever still waits that there will be no answer. */
  abandon(): void {
    for (const exchange of this.waiting.keys()) exchange.abandon()
  }

  /** Stops what the entry itself keeps going. */
  close(): void {
    this.pulse.stop()
  }

  private noteCaller(head: Head, caller: Caller): Caller {
    if (!isPrincipal(caller)) this.server.telemetry.tellRefusal(head.path, caller.status)
    return caller
  }

  private createRoutes(): ReadonlyMap<string, ReadonlyMap<string, Method>> {
    const endpoint = new Map<string, Method>([
      ['GET', (asked) => this.get(asked)],
      ['POST', (asked, text) => this.post(asked, text)],
      ['DELETE', (asked) => this.delete(asked)],
    ])
    const routes = new Map([[this.settings.path, endpoint]])
    if (!this.settings.sse) return routes
    routes.set(ssePaths.stream, new Map([['GET', (asked) => this.openLink(asked)]]))
    routes.set(ssePaths.messages, new Map([['POST', (asked, text) => this.postToLink(asked, text)]]))
    return routes
  }

  private post({ head, principal, response }: Asked, text: string): undefined {
    const { scope } = this.server
    const home = { events: this.events, context: scope.context }
    const exchange = new HttpExchange(head, principal, { response, home })
    const reply = answer(text, exchange, scope)
    if (!(reply instanceof Promise)) {
      exchange.finish(this.auth.challenge(reply, principal))
      return undefined
    }
    this.waiting.set(exchange, scope.context.now())
    this.pulse.start()
    void reply.then((settled) => {
      this.waiting.delete(exchange)
      exchange.finish(this.auth.challenge(settled, principal))
    })
    return undefined
  }

  private get({ head, principal, response }: Asked): Refusal | undefined {
    const { sessions } = this.server.scope.context
    const refusal = guardStream(head)
    if (refusal !== undefined) return refusal
    const session = sessions.open(head.get('mcp-session-id') ?? '', principal)
    if (session === undefined) return unknownSession
    const lastEventId = head.get('last-event-id')
    this.pulse.start()
    const reader = { principal, response }
    if (lastEventId !== undefined && this.streams.resume(session, lastEventId, reader)) return undefined
    // Only a session's own stream can start anew: what is lost of a request's stream was the answer to it.
    if (lastEventId !== undefined && isRequestEvent(lastEventId)) return unknownEvent
    return attempt(() => this.streams.start(session, reader))
  }

  private delete({ head, principal, response }: Asked): Refusal | undefined {
    const { context } = this.server.scope
    const id = head.get('mcp-session-id')
    if (id === undefined) return toRefusal(new ProtocolError('session_required'))
    const session = context.sessions.open(id, principal)
    if (session === undefined) return unknownSession
    context.sessions.end(session)
    this.streams.stop(session.key)
    context.watched.delete(session.key)
    context.logLevels.delete(session.key)
    response.reply(200, {})
    return undefined
  }

  private openLink({ head, principal, response }: Asked): Refusal | undefined {
    if (!accepts(head.get('accept'), 'text/event-stream')) return noStream
    this.pulse.start()
    return attempt(() => this.links.open(principal, response))
  }

  private postToLink(asked: Asked, text: string): Refusal | undefined {
    return this.links.post(asked, text) ? undefined : unknownSession
  }

  private beat(): boolean {
    if (++this.beats % (keepAliveMs / beatMs) === 0) {
      this.streams.keepAlive()
      this.links.keepAlive()
    }
    const { context } = this.server.scope
    const now = context.now()
    context.subscriptions.endExpired(now)
    this.streams.endExpired(now)
    const patient = now - patienceMs
    for (const [exchange, since] of this.waiting) if (since <= patient) exchange.keepAlive()
    this.events.sweep()
    return this.waiting.size + this.streams.size + this.links.size + this.events.size > 0
  }
}

function toMethodRefusal(head: Head, allow: string, toCorsHeaders: CorsRule): Refusal {
  if (isPreflight(head) && toCorsHeaders(head) !== undefined) {
    return { status: 204, headers: toPreflightHeaders(head, allow) }
  }
  return { status: 405, message: 'This method is not allowed here.', headers: { allow } }
}

function toBusyRefusal({ message, status, body }: Failure): Refusal {
  const seconds = Math.ceil((body.retry_after_ms ?? 1_000) / 1_000)
  return { status, message, headers: { 'retry-after': String(seconds) } }
}

/** What a GET has to bring before its stream is opened. Sessions exist on the handshake revisions only. */
function guardStream(head: Head): Refusal | undefined {
  const version = head.get('mcp-protocol-version')
  const revision = version === undefined ? undefined : findRevision(version)
  if (version !== undefined && revision === undefined) {
    const data = { supported: supportedDates, requested: version }
    return toRefusal(new ProtocolError('revision_unsupported', { data }))
  }
  if (head.get('mcp-session-id') === undefined || revision?.handshake === false) return noSession
  return accepts(head.get('accept'), 'text/event-stream') ? undefined : noStream
}

/** Sends a refusal. */
export function refuse(response: HttpResponse, refusal: Refusal): void {
  const text = toRefusalText(refusal)
  response.reply(refusal.status, { ...(text === undefined ? {} : jsonHeaders), ...refusal.headers }, text)
}

function attempt(open: () => void): Refusal | undefined {
  try {
    open()
    return undefined
  } catch (error) {
    if (error instanceof ProtocolError) return toRefusal(error)
    throw error
  }
}
