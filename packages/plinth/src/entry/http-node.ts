import { isUtf8 } from 'node:buffer'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createHead, type Head, maxHeaders } from '../guard/head.ts'
import type { Refusal } from '../guard/http-guard.ts'
import type { Server } from '../server.ts'
import type { AdminService } from './admin.ts'
import { type Caller, isPrincipal } from './http-auth.ts'
import { HttpConnections } from './http-connections.ts'
import { type Asked, HttpEntry, notUtf8, tooLarge } from './http-entry.ts'
import { NodeResponse } from './http-node-response.ts'
import { type HttpOptions, type HttpSettings, parseHttpOptions } from './http-options.ts'
import { createService } from './http-service.ts'
import { listen } from './listen.ts'
import type { HttpService } from './service.ts'

const tooManyHeaders: Refusal = { status: 431, message: 'The request has too many headers.' }
/** Room for a session id, a token and mirrored arguments, whatever Node's own flag says. In bytes. */
const maxHeaderSize = 16_384
const expectationFailed: Refusal = { status: 417, message: 'Only "100-continue" can be expected.' }

/** Serves Streamable HTTP with `node:http`. Resolves once it listens. */
export async function serveHttp(server: Server, options: HttpOptions = {}): Promise<HttpService> {
  const settings = parseHttpOptions(options)
  const admin = options.admin && (await (await import('./admin.ts')).serveAdmin(server, options.admin))
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
  // Imported, it would load whatever its exports are getters of, a WebSocket client among it: 25 ms and more.
  const { createServer } = process.getBuiltinModule('node:http')
  const http = createServer({
    headersTimeout: settings.headersTimeoutMs,
    requestTimeout: settings.requestTimeoutMs,
    keepAliveTimeout: settings.keepAliveTimeoutMs,
    connectionsCheckingInterval: toCheckingInterval(settings),
    maxHeaderSize,
    noDelay: true,
  })
  const connections = new HttpConnections(http)
  const door = { entry, connections }
  http.on('request', createNodeHandler(door))
  const noteError = ({ code }: NodeJS.ErrnoException) => {
    const status = toRefusedStatus(code)
    if (status !== undefined) entry.noteRefusal(status)
  }
  http.on('connection', (socket: Socket) => socket.on('error', noteError))
  http.maxConnections = settings.maxConnections
  http.maxHeadersCount = maxHeaders + 1
  http.on('checkContinue', createNodeHandler(door, { continues: true }))
  http.on('checkExpectation', createExpectationHandler(door))
  await listen(http, { door: 'public', host: settings.host, port: settings.port, backlog: 1_024 })
  return createService({ http, connections, server, entry, admin })
}

/** What Node answered by itself before it ended a connection with an error; undefined where it answered nothing. */
function toRefusedStatus(code = ''): number | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408
  if (code === 'HPE_HEADER_OVERFLOW') return 431
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return 413
  return code.startsWith('HPE_') ? 400 : undefined
}

/** Node looks for clients that take too long only now and then: a quarter of their time at most. */
function toCheckingInterval({ headersTimeoutMs, requestTimeoutMs }: HttpSettings): number {
  return Math.max(10, Math.min(5_000, Math.ceil(Math.min(headersTimeoutMs, requestTimeoutMs) / 4)))
}

interface Door {
  readonly entry: HttpEntry
  readonly connections: HttpConnections
}

/**
 * Turns an entry into a `node:http` request listener. With `continues` it is for clients that wait to be told before
 * they send the body, so that the body of a refused request never comes.
 */
function createNodeHandler(
  door: Door,
  { continues = false }: { continues?: boolean } = {},
): (request: IncomingMessage, response: ServerResponse) => void {
  const { entry } = door
  return function handleRequest(request, response) {
    const head = toHead(request)
    const unread = { head, response: toResponse(head, response, door) }
    if (entry.answerPublic(head, unread.response)) return
    const receive = (caller: Caller) => {
      if (!isPrincipal(caller)) return refuseUnread(request, unread, { refusal: caller, entry })
      if (continues) response.writeContinue()
      handle(request, { head, principal: caller, response: unread.response }, entry)
    }
    const caller = guard(request, head, entry) ?? entry.identify(head, unread.response)
    if (caller instanceof Promise) void caller.then(receive)
    else receive(caller)
  }
}

/** Reads the body, if there is one, and has the request answered. */
function handle(request: IncomingMessage, asked: Asked, entry: HttpEntry): void {
  if (asked.head.method === 'POST') readBody(request, { asked, entry, size: 0, chunks: [] })
  else entry.handle(asked, '')
}

/** Refuses what can only be refused: an expectation nobody can meet. */
function createExpectationHandler(door: Door): (request: IncomingMessage, response: ServerResponse) => void {
  return function refuseExpectation(request, response) {
    const head = toHead(request)
    const back = toResponse(head, response, door)
    const refusal = guard(request, head, door.entry) ?? expectationFailed
    refuseUnread(request, { head, response: back }, { refusal, entry: door.entry })
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

function toResponse(head: Head, response: ServerResponse, { entry, connections }: Door): NodeResponse {
  const { stallTimeoutMs } = entry.settings
  return new NodeResponse(response, { connections, stallTimeoutMs, extra: entry.toCorsHeaders(head) })
}

/** A body that was not read cannot be followed by another request on the same connection. */
function refuseUnread(
  request: IncomingMessage,
  asked: Pick<Asked, 'head' | 'response'>,
  { refusal, entry }: { refusal: Refusal; entry: HttpEntry },
): void {
  const isUnread = !request.complete && request.headers['transfer-encoding'] !== undefined
  const length = Number(request.headers['content-length'] ?? 0)
  const closes = isUnread || length > 65_536
  entry.refuse(asked, closes ? { ...refusal, headers: { ...refusal.headers, connection: 'close' } } : refusal)
  request.resume()
}

/** A body that is being read, and what is done with it. */
interface Reading {
  readonly asked: Asked
  readonly entry: HttpEntry
  readonly chunks: Buffer[]
  size: number
}

/** Where a request keeps its reading. Listeners of their own would live on with it until the answer is out. */
const reading = Symbol('reading')

type ReadRequest = IncomingMessage & { [reading]?: Reading | undefined }

function readBody(request: ReadRequest, how: Reading): void {
  request[reading] = how
  request.on('data', takeChunk).on('end', endBody)
}

function takeChunk(this: ReadRequest, chunk: Buffer): void {
  const how = this[reading]
  if (how === undefined) return
  how.size += chunk.length
  how.chunks.push(chunk)
  if (how.size <= how.entry.settings.maxBodyBytes) return
  this[reading] = undefined
  refuseUnread(this, how.asked, { refusal: tooLarge, entry: how.entry })
}

function endBody(this: ReadRequest): void {
  const how = this[reading]
  if (how === undefined) return
  this[reading] = undefined
  const { asked, entry, chunks } = how
  const body = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)
  if (isUtf8(body)) entry.handle(asked, body.toString())
  else entry.refuse(asked, notUtf8)
}
