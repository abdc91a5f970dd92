import { connect, type Socket } from 'node:net'
import { createServer, type HttpOptions, type HttpService, type Server, serveHttp } from 'plinth'
import { onTestFinished } from 'vitest'

/** One response as it came over the wire. */
export interface RawResponse {
  status: number
  /** Lower-case names; repeated headers are joined. */
  headers: Record<string, string>
  body: string
}

/** A TCP connection that says exactly what a test wants said. */
export interface RawConnection {
  readonly socket: Socket
  readonly port: number
  send(text: string | Uint8Array): void
  /** The next response. Streams without an end are read to where the connection ends. */
  response(): Promise<RawResponse>
  /** Everything up to now that is not yet read as a response. */
  readonly unread: string
  /** Resolves when the text was received. */
  until(text: string): Promise<string>
  /** Resolves when the other end has closed. */
  closed(): Promise<void>
}

/** A server with one tool `echo`, without a limit on how often it may be asked. */
export function createEchoServer(options: Partial<Parameters<typeof createServer>[0]> = {}): {
  server: Server
  calls: unknown[]
} {
  const calls: unknown[] = []
  const server = createServer({
    name: 'test',
    version: '1.0.0',
    rate: false,
    log: () => undefined,
    ...options,
  })
  server.tool(
    { name: 'echo', description: 'Gives back what it was given.', input: { type: 'object' }, effect: 'read' },
    (input) => {
      calls.push(input)
      return JSON.stringify(input)
    },
  )
  return { server, calls }
}

/** Serves on a free port until the test is over. */
export async function listen(server: Server, options: HttpOptions = {}): Promise<HttpService> {
  const service = await serveHttp(server, { port: 0, ...options })
  onTestFinished(() => service.close(0))
  return service
}

/** Connects to a service. */
export async function open(service: HttpService): Promise<RawConnection> {
  const port = Number(new URL(service.url).port)
  const socket = connect({ host: '127.0.0.1', port })
  const connection = new Connection(socket, port)
  onTestFinished(() => void socket.destroy())
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  return connection
}

/** Sends one text over a connection of its own and gives back the first response. */
export async function exchange(service: HttpService, text: string | Uint8Array): Promise<RawResponse> {
  const connection = await open(service)
  connection.send(text)
  const response = await connection.response()
  connection.socket.destroy()
  return response
}

/** The text of a POST. A header that is undefined is left out. */
export function post(
  service: HttpService,
  body: string,
  headers: Record<string, string | undefined> = {},
): string {
  const all: Record<string, string | undefined> = {
    Host: `127.0.0.1:${new URL(service.url).port}`,
    'Content-Type': 'application/json',
    Accept: 'application/json, text/event-stream',
    'Content-Length': String(Buffer.byteLength(body)),
    ...headers,
  }
  return `POST /mcp HTTP/1.1\r\n${toLines(all)}\r\n${body}`
}

/** The text of a request without a body. */
export function request(line: string, headers: Record<string, string | undefined> = {}): string {
  return `${line} HTTP/1.1\r\n${toLines({ Host: '127.0.0.1', ...headers })}\r\n`
}

function toLines(headers: Record<string, string | undefined>): string {
  const lines = Object.entries(headers).filter(([, value]) => value !== undefined)
  return lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
}

/** A JSON-RPC request as text. */
export function rpc(method: string, params: object = {}, id: string | number = 1): string {
  return JSON.stringify({ jsonrpc: '2.0', id, method, params })
}

/** A `tools/call` as text. */
export function call(name: string, args: object = {}, id: string | number = 1): string {
  return rpc('tools/call', { name, arguments: args }, id)
}

class Connection implements RawConnection {
  readonly socket: Socket
  readonly port: number
  private received = Buffer.alloc(0)
  private isOver = false
  private wake: () => void = () => undefined

  constructor(socket: Socket, port: number) {
    this.socket = socket
    this.port = port
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, Buffer.from(chunk)])
      this.wake()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => this.end())
    socket.on('end', () => this.end())
  }

  get unread(): string {
    return this.received.toString()
  }

  send(text: string | Uint8Array): void {
    this.socket.write(text)
  }

  async response(): Promise<RawResponse> {
    const head = await this.take((bytes) => {
      const end = bytes.indexOf('\r\n\r\n')
      return end === -1 ? undefined : end + 4
    })
    const [line = '', ...lines] = head.toString().trimEnd().split('\r\n')
    const headers: Record<string, string> = {}
    for (const one of lines) {
      const cut = one.indexOf(':')
      const name = one.slice(0, cut).toLowerCase()
      const value = one.slice(cut + 1).trim()
      headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`
    }
    return { status: Number(line.split(' ')[1]), headers, body: await this.body(headers) }
  }

  async until(text: string): Promise<string> {
    while (!this.received.includes(text)) await this.more()
    return this.unread
  }

  async closed(): Promise<void> {
    while (!this.isOver) await this.next()
  }

  private async body(headers: Record<string, string>): Promise<string> {
    if (headers['transfer-encoding'] === 'chunked') return this.chunks()
    const length = Number(headers['content-length'] ?? 0)
    return (await this.take((bytes) => (bytes.length < length ? undefined : length))).toString()
  }

  private async chunks(): Promise<string> {
    let body = ''
    for (;;) {
      const line = await this.take((bytes) => {
        const end = bytes.indexOf('\r\n')
        return end === -1 ? undefined : end + 2
      })
      const size = Number.parseInt(line.toString(), 16)
      const chunk = await this.take((bytes) => (bytes.length < size + 2 ? undefined : size + 2))
      if (size === 0) return body
      body += chunk.subarray(0, size).toString()
    }
  }

  private async take(measure: (bytes: Buffer) => number | undefined): Promise<Buffer> {
    for (;;) {
      const length = measure(this.received)
      if (length !== undefined) {
        const taken = this.received.subarray(0, length)
        this.received = this.received.subarray(length)
        return taken
      }
      await this.more()
    }
  }

  private async more(): Promise<void> {
    if (this.isOver) throw new Error(`The connection ended. Unread: ${this.unread.slice(0, 500)}`)
    await this.next()
  }

  private next(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve
    })
  }

  private end(): void {
    this.isOver = true
    this.wake()
  }
}
