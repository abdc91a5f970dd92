import { isUtf8 } from 'node:buffer'
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHead, type Head, maxHeaders } from '../guard/head.ts'
import type { Refusal } from '../guard/http-guard.ts'
import type { Server } from '../server.ts'
import { type AdminService, serveAdmin } from './admin.ts'
import { type Caller, isPrincipal } from './http-auth.ts'
import { type Asked, HttpEntry, notUtf8, refuse, tooLarge } from './http-entry.ts'
import { NodeResponse } from './http-node-response.ts'
import { type HttpOptions, type HttpSettings, parseHttpOptions } from './http-options.ts'
import type { HttpResponse } from './http-response.ts'

const tooManyHeaders: Refusal = { status: 431, message: 'The request has too many headers.' }
/** Room for a session id, a token and mirrored arguments, whatever Node's own flag says. In bytes. */
const maxHeaderSize = 16_384
const expectationFailed: Refusal = { status: 417, message: 'Only "100-continue" can be expected.' }

/** A server that listens. */
export interface HttpService {
  /** The MCP endpoint. */
  readonly url: string
  readonly healthUrl: string
  /** Where the admin port listens; undefined without one. */
  readonly adminUrl: string | undefined
  /**
   * Lets load balancers know: health answers 503 from now on, and connections end with their next answer. Everything
   * is served on, also what comes over new connections.
   */
  drain(): void
  /**
   * Stops taking requests, ends streams politely, and waits up to `graceMs` for what is in flight; then breaks it
   * off.
   */
  close(graceMs?: number): Promise<void>
}

/** Serves Streamable HTTP with `node:http`. Resolves once it listens. */
export async function serveHttp(server: Server, options: HttpOptions = {}): Promise<HttpService> {
  const settings = parseHttpOptions(options)
  const admin = options.admin === undefined ? undefined : await serveAdmin(server, options.admin)
  try {
    const service = await startHttp(server, settings, admin)
    admin?.markStarted()
    return service
  } catch (error) {
    await admin?.close()
    throw error
  }
}

async function startHttp(
  server: Server,
  settings: HttpSettings,
  admin: AdminService | undefined,
): Promise<HttpService> {
  await server.prepare()
  server.admission.start()
  const entry = new HttpEntry(server, settings)
  await entry.prepare()
  const http = createHttpServer(
    {
      headersTimeout: settings.headersTimeoutMs,
      requestTimeout: settings.requestTimeoutMs,
      keepAliveTimeout: settings.keepAliveTimeoutMs,
      connectionsCheckingInterval: toCheckingInterval(settings),
      maxHeaderSize,
      noDelay: true,
    },
    createNodeHandler(entry),
  )
  http.maxConnections = settings.maxConnections
  http.maxHeadersCount = maxHeaders + 1
  http.on('checkContinue', createNodeHandler(entry, { continues: true }))
  http.on('checkExpectation', createExpectationHandler(entry))
  await listen(http, settings)
  return toService(http, { server, entry, admin })
}

/** Node looks for clients that take too long only now and then: a quarter of their time at most. */
function toCheckingInterval({ headersTimeoutMs, requestTimeoutMs }: HttpSettings): number {
  return Math.max(10, Math.min(5_000, Math.ceil(Math.min(headersTimeoutMs, requestTimeoutMs) / 4)))
}

function listen(http: HttpServer, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen({ host, port, backlog: 1_024 }, () => {
      http.off('error', reject)
      resolve()
    })
  })
}

interface Parts {
  readonly server: Server
  readonly entry: HttpEntry
  readonly admin: AdminService | undefined
}

function toService(http: HttpServer, { server, entry, admin }: Parts): HttpService {
  const { address, family, port } = http.address() as AddressInfo
  const origin = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  const drain = () => {
    entry.drain()
    admin?.drain()
  }
  return {
    url: `${origin}${entry.settings.path}`,
    healthUrl: `${origin}${entry.settings.healthPath}`,
    adminUrl: admin?.url,
    drain,
    async close(graceMs = 10_000) {
      drain()
      const closed = new Promise<void>((resolve) => http.close(() => resolve()))
      const jobsEnded = server.jobs.stop(graceMs)
      server.endStreams()
      http.closeIdleConnections()
      const sweep = setInterval(() => http.closeIdleConnections(), 50)
      const force = setTimeout(() => {
        entry.abandon()
        server.close()
        http.closeAllConnections()
      }, graceMs)
      await closed
      clearInterval(sweep)
      clearTimeout(force)
      await jobsEnded
      entry.close()
      server.close()
      await server.telemetry.close()
      await admin?.close()
    },
  }
}

/**
 * Turns an entry into a `node:http` request listener. With `continues` it is for clients that wait to be told before
 * they send the body, so that the body of a refused request never comes.
 */
function createNodeHandler(
  entry: HttpEntry,
  { continues = false }: { continues?: boolean } = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  return function handleRequest(request, response) {
    const head = toHead(request)
    const back = toResponse(head, response, entry)
    if (entry.isDraining) response.shouldKeepAlive = false
    if (entry.answerPublic(head, back)) return
    const receive = (caller: Caller) => {
      if (!isPrincipal(caller)) return refuseUnread(request, back, caller)
      if (continues) response.writeContinue()
      handle(request, { head, principal: caller, response: back }, entry)
    }
    const caller = guard(request, head, entry) ?? entry.identify(head, back)
    if (caller instanceof Promise) void caller.then(receive)
    else receive(caller)
  }
}

/** Reads the body, if there is one, and has the request answered. */
function handle(request: IncomingMessage, asked: Asked, entry: HttpEntry): void {
  if (asked.head.method !== 'POST') {
    entry.handle(asked, '')
    return
  }
  collectBody(request, entry.settings.maxBodyBytes, (body) => {
    if (body === undefined) refuseUnread(request, asked.response, tooLarge)
    else if (!isUtf8(body)) refuse(asked.response, notUtf8)
    else entry.handle(asked, body.toString())
  })
}

/** Refuses what can only be refused: an expectation nobody can meet. */
function createExpectationHandler(
  entry: HttpEntry,
): (request: IncomingMessage, response: ServerResponse) => void {
  return function refuseExpectation(request, response) {
    const head = toHead(request)
    const back = toResponse(head, response, entry)
    refuseUnread(request, back, guard(request, head, entry) ?? expectationFailed)
  }
}

function guard(request: IncomingMessage, head: Head, entry: HttpEntry): Refusal | undefined {
  return request.rawHeaders.length > maxHeaders * 2 ? tooManyHeaders : entry.guard(head)
}

function toHead(request: IncomingMessage): Head {
  return createHead({
    method: request.method ?? '',
    target: request.url ?? '',
    rawHeaders: request.rawHeaders,
    headers: request.headers,
  })
}

function toResponse(head: Head, response: ServerResponse, entry: HttpEntry): NodeResponse {
  const { stallTimeoutMs } = entry.settings
  return new NodeResponse(response, { stallTimeoutMs, extra: entry.toCorsHeaders(head) })
}

/** A body that was not read cannot be followed by another request on the same connection. */
function refuseUnread(request: IncomingMessage, response: HttpResponse, refusal: Refusal): void {
  const isUnread = !request.complete && request.headers['transfer-encoding'] !== undefined
  const length = Number(request.headers['content-length'] ?? 0)
  const closes = isUnread || length > 65_536
  refuse(response, closes ? { ...refusal, headers: { ...refusal.headers, connection: 'close' } } : refusal)
  request.resume()
}

function collectBody(
  request: IncomingMessage,
  maxBodyBytes: number,
  done: (body: Buffer | undefined) => void,
): void {
  let first: Buffer | undefined
  let rest: Buffer[] | undefined
  let size = 0
  request.on('data', (chunk: Buffer) => {
    if (size > maxBodyBytes) return
    size += chunk.length
    if (size > maxBodyBytes) {
      first = undefined
      rest = undefined
      done(undefined)
    } else if (first === undefined) first = chunk
    else if (rest === undefined) rest = [first, chunk]
    else rest.push(chunk)
  })
  request.on('end', () => {
    if (size <= maxBodyBytes) done(rest === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(rest))
  })
}
