import { isUtf8 } from 'node:buffer'
import { createServer as createHttpServer, type IncomingMessage, type Server as HttpServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHead, type Head, maxHeaders } from '../guard/head.ts'
import type { Refusal } from '../guard/http-guard.ts'
import type { Server } from '../server.ts'
import { HttpEntry, refuse } from './http-entry.ts'
import { type HttpOptions, parseHttpOptions } from './http-options.ts'
import type { HttpResponse } from './http-response.ts'

const tooLarge: Refusal = { status: 413, message: 'The body is too large.', headers: { connection: 'close' } }
const notUtf8: Refusal = { status: 400, message: 'The body is not valid UTF-8.' }
const tooManyHeaders: Refusal = { status: 431, message: 'The request has too many headers.' }
const expectationFailed: Refusal = { status: 417, message: 'Only "100-continue" can be expected.' }

/** A server that listens. */
export interface HttpService {
  /** The MCP endpoint. */
  readonly url: string
  readonly healthUrl: string
  /**
   * Stops taking requests, ends streams politely, and waits up to `graceMs` for what is in flight; then breaks it
   * off.
   */
  close(graceMs?: number): Promise<void>
}

/** Serves Streamable HTTP with `node:http`. Resolves once it listens. */
export async function serveHttp(server: Server, options: HttpOptions = {}): Promise<HttpService> {
  await server.prepare()
  server.admission.start()
  const settings = parseHttpOptions(options)
  const entry = new HttpEntry(server, settings)
  const http = createHttpServer(
    {
      headersTimeout: settings.headersTimeoutMs,
      requestTimeout: settings.requestTimeoutMs,
      keepAliveTimeout: settings.keepAliveTimeoutMs,
      connectionsCheckingInterval: 5_000,
      noDelay: true,
    },
    createNodeHandler(entry),
  )
  http.maxConnections = settings.maxConnections
  http.maxHeadersCount = maxHeaders + 1
  http.on('checkContinue', createContinueHandler(entry))
  http.on('checkExpectation', (_request, response) => refuse(new NodeResponse(response), expectationFailed))
  await listen(http, settings)
  return toService(http, { server, entry })
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

function toService(http: HttpServer, { server, entry }: { server: Server; entry: HttpEntry }): HttpService {
  const { address, family, port } = http.address() as AddressInfo
  const origin = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`
  return {
    url: `${origin}${entry.settings.path}`,
    healthUrl: `${origin}${entry.settings.healthPath}`,
    async close(graceMs = 10_000) {
      const closed = new Promise<void>((resolve) => http.close(() => resolve()))
      server.endStreams()
      http.closeIdleConnections()
      const sweep = setInterval(() => http.closeIdleConnections(), 50)
      const force = setTimeout(() => {
        server.close()
        http.closeAllConnections()
      }, graceMs)
      await closed
      clearInterval(sweep)
      clearTimeout(force)
      entry.close()
      server.close()
    },
  }
}

/** Turns an entry into a `node:http` request listener. */
export function createNodeHandler(entry: HttpEntry): (request: IncomingMessage, response: ServerResponse) => void {
  const { healthPath, maxBodyBytes } = entry.settings
  return function handleRequest(request, response) {
    const head = toHead(request)
    const back = new NodeResponse(response)
    if (head.path === healthPath && head.method === 'GET') return replyHealth(back)
    const refusal = request.rawHeaders.length > maxHeaders * 2 ? tooManyHeaders : entry.guard(head)
    if (refusal !== undefined) return refuseUnread(request, back, refusal)
    if (head.method !== 'POST') return entry.handle(head, '', back)
    collectBody(request, maxBodyBytes, (body) => {
      if (body === undefined) refuseUnread(request, back, tooLarge)
      else if (!isUtf8(body)) refuse(back, notUtf8)
      else entry.handle(head, body.toString(), back)
    })
  }
}

/** Refuses before the body is sent where the client waits to be told. */
function createContinueHandler(entry: HttpEntry): (request: IncomingMessage, response: ServerResponse) => void {
  const handle = createNodeHandler(entry)
  return function handleContinue(request, response) {
    if (entry.guard(toHead(request)) === undefined) response.writeContinue()
    handle(request, response)
  }
}

function toHead(request: IncomingMessage): Head {
  return createHead({ method: request.method ?? '', target: request.url ?? '', rawHeaders: request.rawHeaders })
}

function replyHealth(response: HttpResponse): void {
  response.reply(200, { 'content-type': 'application/json' }, '{"status":"ok"}')
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
    if (size > maxBodyBytes) return done(undefined)
    if (first === undefined) first = chunk
    else if (rest === undefined) rest = [first, chunk]
    else rest.push(chunk)
  })
  request.on('end', () => {
    if (size <= maxBodyBytes) done(rest === undefined ? (first ?? Buffer.alloc(0)) : Buffer.concat(rest))
  })
}

/** The way back over `node:http`. */
class NodeResponse implements HttpResponse {
  private readonly response: ServerResponse

  constructor(response: ServerResponse) {
    this.response = response
  }

  get remoteAddress(): string | undefined {
    return this.response.req.socket.remoteAddress
  }

  get queuedBytes(): number {
    return this.response.writableLength
  }

  reply(status: number, headers: Readonly<Record<string, string>>, text?: string): void {
    const { response } = this
    if (response.headersSent || response.destroyed) return
    if (text === undefined) {
      response.writeHead(status, { ...headers, ...(status === 202 ? {} : { 'content-length': '0' }) }).end()
      return
    }
    response.writeHead(status, toRawHeaders(headers, Buffer.byteLength(text)))
    response.end(text)
  }

  open(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.response.headersSent || this.response.destroyed) return
    this.response.writeHead(status, headers)
    this.response.flushHeaders()
  }

  write(text: string): void {
    if (!this.response.destroyed && !this.response.writableEnded) this.response.write(text)
  }

  end(): void {
    if (!this.response.writableEnded) this.response.end()
  }

  destroy(): void {
    this.response.destroy()
  }

  onClose(listener: () => void): void {
    this.response.once('close', () => {
      if (!this.response.writableFinished) listener()
    })
  }
}

function toRawHeaders(headers: Readonly<Record<string, string>>, length: number): string[] {
  const raw = ['content-length', String(length)]
  for (const name in headers) raw.push(name, headers[name] as string)
  return raw
}
