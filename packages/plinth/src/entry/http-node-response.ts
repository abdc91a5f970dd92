import type { ServerResponse } from 'node:http'
import type { CloseListener, TextParts } from '../mcp/exchange.ts'
import { measureBody } from '../middleware/measure-body.ts'
import type { HttpConnections } from './http-connections.ts'
import { type HttpResponse, joinListeners } from './http-response.ts'

/** The way back over `node:http`. */
export class NodeResponse implements HttpResponse {
  private readonly response: ServerResponse
  private readonly extra: Readonly<Record<string, string>> | undefined
  private readonly stallTimeoutMs: number
  private readonly connections: HttpConnections
  private isStalled = false

  /**
   * @param response Where to answer.
   * @param options `stallTimeoutMs`: how long the client may leave what was sent untouched; `extra`: headers of every
   * answer; `connections`: what knows whether the connection is to end.
   */
  constructor(
    response: ServerResponse,
    options: {
      stallTimeoutMs: number
      connections: HttpConnections
      extra?: Readonly<Record<string, string>> | undefined
    },
  ) {
    this.response = response
    this.connections = options.connections
    this.extra = options.extra
    this.stallTimeoutMs = options.stallTimeoutMs
  }

  get remoteAddress(): string | undefined {
    return this.response.req.socket.remoteAddress
  }

  get connection(): object {
    return this.response.req.socket
  }

  get queuedBytes(): number {
    return this.response.writableLength
  }

  reply(status: number, headers: Readonly<Record<string, string>>, body?: string | TextParts): void {
    const { response } = this
    if (response.headersSent || response.destroyed) return
    const length = measureBody(body)
    this.endConnection()
    response.writeHead(status, toRawHeaders(headers, this.extra, status === 204 ? undefined : length))
    if (body === undefined) response.end()
    // As many bytes as characters means ASCII, which Node writes faster as latin1. The bytes are the same.
    else if (typeof body === 'string') response.end(body, length === body.length ? 'latin1' : 'utf8')
    else endInParts(response, body)
    if (response.writableLength > 0) this.watch()
  }

  open(status: number, headers: Readonly<Record<string, string>>): void {
    if (this.response.headersSent || this.response.destroyed) return
    this.endConnection()
    this.response.writeHead(status, toRawHeaders(headers, this.extra))
    this.response.flushHeaders()
  }

  write(text: string): void {
    const { response } = this
    if (response.destroyed || response.writableEnded) return
    if (!response.write(text)) this.watch()
  }

  end(): void {
    if (!this.response.writableEnded) this.response.end()
  }

  destroy(): void {
    this.response.destroy()
    // An answer that waits in a pipeline has no socket of its own to destroy.
    this.response.req.socket.destroy()
  }

  onClose(listener: CloseListener): void {
    const response: WatchedResponse = this.response
    const before = response[watching]
    response[watching] = before === undefined ? listener : joinListeners(before, listener)
    if (response.destroyed || response.req.socket.destroyed) queueMicrotask(() => tellClosed.call(response))
    else if (before !== undefined) return
    else if (response.socket === null) onQueuedClose(response)
    else response.on('close', tellClosed)
  }

  /** Says in the answer, where it is so, that the connection ends with it. */
  private endConnection(): void {
    const { response } = this
    if (this.connections.endsWithAnswer(response.req.socket)) response.shouldKeepAlive = false
  }

  /** Breaks off when the client takes nothing for too long. Node starts the time anew with every byte taken. */
  private watch(): void {
    if (this.isStalled) return
    this.isStalled = true
    this.response.setTimeout(this.stallTimeoutMs)
    this.response.once('drain', () => {
      this.isStalled = false
      this.response.setTimeout(0)
    })
  }
}

/** Where an answer keeps who has to know that its client is gone. A function for each would be one more for every call. */
const watching = Symbol('watching')

type WatchedResponse = ServerResponse & { [watching]?: CloseListener | undefined }

function tellClosed(this: WatchedResponse): void {
  const listener = this[watching]
  this[watching] = undefined
  if (!this.writableFinished) listener?.disconnect('client_gone')
}

/** Node ends only the first answer of a pipeline with its socket, and forgets those that wait behind it. */
function onQueuedClose(response: WatchedResponse): void {
  const { socket } = response.req
  const tellOnce = () => {
    response.off('close', tellOnce)
    socket.off('close', tellOnce)
    tellClosed.call(response)
  }
  response.on('close', tellOnce)
  socket.setMaxListeners(0).on('close', tellOnce)
}

/** One write to the system, which takes the bytes from where they are kept. */
function endInParts(response: ServerResponse, { head, bytes, tail }: TextParts): void {
  response.cork()
  response.write(head)
  response.write(bytes)
  response.end(tail)
}

/** What the headers of nearly every answer begin with. */
const lengthHeader: readonly string[] = ['content-length', '']

/**
 * Headers as Node writes them without looking each up. Begun as a copy: lists that are written as `[…]` may end in V8's
 * old space.
 */
function toRawHeaders(
  headers: Readonly<Record<string, string>>,
  extra: Readonly<Record<string, string>> | undefined,
  length?: number,
): string[] {
  const raw = lengthHeader.slice(0, length === undefined ? 0 : 2)
  if (length !== undefined) raw[1] = String(length)
  for (const name in headers) raw.push(name, headers[name] as string)
  for (const name in extra) raw.push(name, extra[name] as string)
  return raw
}
