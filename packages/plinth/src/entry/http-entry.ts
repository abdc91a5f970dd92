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
import { SlotList } from '../mcp/slot-list.ts'
import type { Server } from '../server.ts'
import { EventStore, isRequestEvent } from './event-store.ts'
import { type Caller, HttpAuth } from './http-auth.ts'
import { HttpExchange, type StreamHome } from './http-exchange.ts'
import type { HttpSettings } from './http-options.ts'
import { type HttpResponse, jsonHeaders } from './http-response.ts'
import { SseLinks } from './http-sse.ts'
import { Pulse } from './pulse.ts'
import { listPublicRoutes, type PublicRouteName, type Route } from './routes.ts'
import { SessionStreams } from './session-streams.ts'
import { SharedStreams, unknownEvent } from './shared-streams.ts'
import { keepAliveMs } from './sse.ts'
import { StreamLogs } from './stream-logs.ts'
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
const endedHere: Refusal = {
  status: 503,
  message: 'The session has ended here. Other processes learn of it as soon as their store answers.',
}
const noStream: Refusal = { status: 406, message: 'The Accept header must allow text/event-stream.' }

/** How long an answer may take before its stream is opened to keep the client waiting, in milliseconds. */
const patienceMs = 10_000
const beatMs = 5_000

/** A request whose head passed the guard and whose caller was let in. */
export interface Asked {
  readonly head: Head
  readonly principal: Principal
  readonly response: HttpResponse
}

/** Answers one method of one path to a caller, or says why not. `text` is the body of a POST. */
type Method = (asked: Asked, text: string) => Refusal | undefined

/** What is done at the paths of one name, by method; `anyone` needs no caller and says false where it has no answer. */
interface Handlers {
  readonly methods?: Readonly<Record<string, Method>>
  readonly anyone?: (head: Head, response: HttpResponse) => boolean
}

/** A path of the list, and what is done there. */
interface Place {
  readonly route: Route
  /** The value of the `Allow` header. */
  readonly allow: string
  readonly handlers: Handlers
}

/** MCP over HTTP without a particular HTTP library: guards, the endpoint's three methods, and its streams. */
export class HttpEntry {
  readonly settings: HttpSettings
  /** Headers every answer to a request carries, if any. */
  readonly toCorsHeaders: CorsRule
  private readonly server: Server
  private readonly auth: HttpAuth
  private readonly guardHead: HttpGuard
  private readonly guardBody: HttpGuard
  private readonly places: ReadonlyMap<string, Place>
  private readonly events: EventStore
  private readonly streams: SessionStreams
  private readonly logs: StreamLogs | undefined
  private readonly shared: SharedStreams | undefined
  private readonly home: StreamHome
  private readonly forgetSessions: () => void
  private readonly links: SseLinks
  private readonly waiting = new SlotList<HttpExchange>()
  private readonly idleListeners: (() => void)[] = []
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
    this.logs = context.eventLogs && new StreamLogs(context.eventLogs, context)
    this.shared = this.logs && new SharedStreams(context, this.logs, this.streams)
    this.home = { events: this.events, logs: this.logs, context }
    this.forgetSessions = context.sessionStates.onEnd((key) => this.streams.stop(key))
    this.links = new SseLinks(server, this.auth)
    this.places = this.createPlaces()
  }

  /** Loads what is otherwise loaded at the first use. */
  prepare(): Promise<void> {
    const { auth } = this.settings
    if (auth !== undefined) warnOfAccess(this.server, auth.scopesSupported)
    const { probes } = this.server
    const { checkKeys } = this.auth
    if (checkKeys !== undefined && !probes.has('keys')) probes.add('keys', checkKeys, { timeoutMs: 2_000 })
    return this.auth.prepare()
  }

  /** Answers what is for everyone and under any Host: health, and who issues tokens. False for every other request. */
  answerPublic(head: Head, response: HttpResponse): boolean {
    const place = this.places.get(head.path)
    return place?.route.access === 'everyone' && place.handlers.anyone?.(head, response) === true
  }

  /** What to answer before the body is read, if anything. Pass it to `refuse`. */
  guard(head: Head): Refusal | undefined {
    const refusal = this.guardHead(head)
    if (refusal !== undefined) return refusal
    const place = this.places.get(head.path)
    if (place === undefined) return notFound
    if (!place.route.methods.includes(head.method))
      return toMethodRefusal(head, place.allow, this.toCorsHeaders)
    const busy = this.server.admission.shed()
    if (busy !== undefined) return toBusyRefusal(busy)
    return head.method === 'POST' ? this.guardBody(head) : guardEmpty(head)
  }

  /**
   * Who sends a request whose head passed the guard, or what to answer before the body is read: pass that to `refuse`.
   */
  identify(head: Head, response: HttpResponse): Caller | Promise<Caller> {
    return this.auth.identify(head, response)
  }

  /** Answers a request. `text` is the body of a POST. */
  handle(asked: Asked, text: string): void {
    const { sessions } = this.server.scope.context
    const loading = sessions.load(asked.head.get('mcp-session-id'), asked.principal)
    if (loading === undefined) this.dispatch(asked, text)
    else void loading.then(() => this.dispatch(asked, text))
  }

  private dispatch(asked: Asked, text: string): void {
    const refusal = this.places.get(asked.head.path)?.handlers.methods?.[asked.head.method]?.(asked, text)
    if (refusal !== undefined) this.refuse(asked, refusal)
  }

  /** Sends a refusal, and tells of it. */
  refuse({ head, response }: Pick<Asked, 'head' | 'response'>, refusal: Refusal): void {
    this.server.telemetry.tellRefusal(head.path, refusal.status, head)
    const text = toRefusalText(refusal)
    response.reply(refusal.status, { ...(text === undefined ? {} : jsonHeaders), ...refusal.headers }, text)
  }

  /** Tells of a refusal that the host gave by itself, before anything could be read of a request. */
  noteRefusal(status: number): void {
    this.server.telemetry.tellRefusal(undefined, status)
  }

  /** Says at the health check that the server is about to stop. Everything else is served on. */
  drain(): void {
    this.draining = true
  }

  /** Resolves once every posted request has its answer, also those whose clients have left, or with `close`. */
  idle(): Promise<void> {
    if (this.waiting.size === 0) return Promise.resolve()
    return new Promise((resolve) => this.idleListeners.push(resolve))
  }

  /** Answers whoever still waits that there will be no answer. Returns how many. */
  abandon(): number {
    const left = this.waiting.toArray()
    for (const exchange of left) exchange.abandon()
    return left.length + this.links.abandon()
  }

  /** Has the ends of streams written for other processes. What cannot be written is tried once more. */
  flush(): Promise<void> {
    return this.logs?.close() ?? Promise.resolve()
  }

  /** Stops what the entry itself keeps going. */
  close(): void {
    this.forgetSessions()
    this.pulse.stop()
    for (const resolve of this.idleListeners.splice(0)) resolve()
  }

  private createPlaces(): ReadonlyMap<string, Place> {
    const handlers: Readonly<Record<PublicRouteName, Handlers>> = {
      mcp: {
        methods: {
          GET: (asked) => this.get(asked),
          POST: (asked, text) => this.post(asked, text),
          DELETE: (asked) => this.delete(asked),
        },
      },
      sse: { methods: { GET: (asked) => this.openLink(asked) } },
      messages: { methods: { POST: (asked, text) => this.postToLink(asked, text) } },
      health: { anyone: (head, response) => this.answerHealth(head, response) },
      resource_metadata: {
        anyone: (head, response) => this.auth.answerMetadata(head, response, this.toCorsHeaders),
      },
    }
    const routes = listPublicRoutes(this.settings)
    return new Map(
      routes.map((route) => [
        route.path,
        { route, allow: route.methods.join(', '), handlers: handlers[route.name] },
      ]),
    )
  }

  private answerHealth({ method }: Head, response: HttpResponse): boolean {
    if (method !== 'GET' && method !== 'HEAD') return false
    if (this.draining) response.reply(503, jsonHeaders, '{"status":"draining"}')
    else response.reply(200, jsonHeaders, '{"status":"ok"}')
    return true
  }

  private post({ head, principal, response }: Asked, text: string): undefined {
    const { scope } = this.server
    const exchange = new HttpExchange(head, principal, { response, home: this.home })
    const reply = answer(text, exchange, scope)
    if (!(reply instanceof Promise)) {
      exchange.finish(this.auth.challenge(reply, exchange.principal))
      return undefined
    }
    exchange.waitingSince = scope.context.now()
    const slot = this.waiting.add(exchange)
    this.pulse.start()
    void reply.then((settled) => {
      this.waiting.remove(slot)
      exchange.finish(this.auth.challenge(settled, exchange.principal))
      if (this.waiting.size === 0) for (const resolve of this.idleListeners.splice(0)) resolve()
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
    if (this.shared !== undefined) {
      void this.shared.open(session, reader, lastEventId).then((found) => {
        if (found !== undefined) this.refuse({ head, response }, found)
      })
      return undefined
    }
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
    const answer = (isKnown: boolean) =>
      isKnown ? response.reply(200, {}) : this.refuse({ head, response }, endedHere)
    const ended = context.sessions.end(session)
    if (ended instanceof Promise) void ended.then(answer)
    else answer(ended)
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
    for (const exchange of this.waiting.toArray()) if (exchange.waitingSince <= patient) exchange.keepAlive()
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

function attempt(open: () => void): Refusal | undefined {
  try {
    open()
    return undefined
  } catch (error) {
    if (error instanceof ProtocolError) return toRefusal(error)
    throw error
  }
}
