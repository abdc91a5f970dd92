import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { loopbackHosts } from '../guard/host.ts'
import type { Server } from '../server.ts'
import { readServerMetrics } from '../server-metrics.ts'
import { parseCount } from '../server-options.ts'
import { createMetrics, type Metrics } from '../telemetry/metrics.ts'

/** A second door for the people who run the server: health and metrics, without authentication. */
export interface AdminOptions {
  /** Port to bind; 0 takes a free one. */
  readonly port: number
  /** Address to bind. Default `127.0.0.1`. Beyond loopback, keep the port away from everybody else. */
  readonly host?: string
}

/** The second door, once it is open. */
export interface AdminService {
  /** Where it listens; paths are `/livez`, `/readyz`, `/startupz` and `/metrics`. */
  readonly url: string
  /** From now on `/startupz` and `/readyz` may say yes. */
  markStarted(): void
  /** From now on `/readyz` says no. */
  drain(): void
  close(): Promise<void>
}

interface Answer {
  readonly status: number
  readonly text: string
  readonly type?: string
}

const textType = 'text/plain; version=0.0.4; charset=utf-8'

/**
 * Opens the second door and has the server count its calls.
 *
 * @throws TypeError naming the option, its value and the fix.
 */
export async function serveAdmin(server: Server, options: AdminOptions): Promise<AdminService> {
  const port = parseCount('admin.port', options.port, { min: 0, max: 65_535 })
  const { host = '127.0.0.1' } = options
  const admin = new Admin(server, isLoopback(host))
  const http = createHttpServer({ requestTimeout: 10_000 }, (request, response) =>
    admin.answer(request, response),
  )
  http.maxConnections = 100
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject)
    http.listen({ host, port }, resolve)
  })
  const { address, family, port: bound } = http.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${bound}`,
    markStarted: () => admin.markStarted(),
    drain: () => admin.drain(),
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
}

function isLoopback(host: string): boolean {
  return /^(?:127\.\d+\.\d+\.\d+|::1|localhost)$/.test(host)
}

class Admin {
  private readonly server: Server
  private readonly isLoopback: boolean
  private readonly metrics: Metrics = createMetrics()
  private readonly routes: ReadonlyMap<string, () => Answer | Promise<Answer>>
  private isStarted = false
  private isDraining = false

  constructor(server: Server, isLoopback: boolean) {
    this.server = server
    this.isLoopback = isLoopback
    readServerMetrics(this.metrics, server)
    server.observe(this.metrics)
    this.routes = new Map<string, () => Answer | Promise<Answer>>([
      ['/livez', () => toStatus(200, 'ok')],
      ['/readyz', () => this.answerReady()],
      ['/startupz', () => (this.isStarted ? toStatus(200, 'ok') : toStatus(503, 'starting'))],
      ['/metrics', () => ({ status: 200, text: this.metrics.toText(), type: textType })],
    ])
  }

  markStarted(): void {
    this.isStarted = true
  }

  drain(): void {
    this.isDraining = true
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume()
    void this.find(request).then(({ status, text, type = 'application/json' }) => {
      const headers = {
        'content-type': type,
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      }
      response.writeHead(status, headers).end(request.method === 'HEAD' ? undefined : text)
    })
  }

  private async find(request: IncomingMessage): Promise<Answer> {
    const { method, headers } = request
    if (this.isLoopback && !loopbackHosts.has((headers.host ?? '').replace(/:\d+$/, ''))) {
      return toStatus(403, 'This host is not served here.')
    }
    const route = this.routes.get((request.url ?? '').replace(/\?.*$/, ''))
    if (route === undefined) return toStatus(404, 'There is nothing here.')
    if (method !== 'GET' && method !== 'HEAD') return toStatus(405, 'Only GET is allowed here.')
    try {
      return await route()
    } catch {
      return toStatus(500, 'This cannot be said.')
    }
  }

  private async answerReady(): Promise<Answer> {
    if (this.isDraining) return toStatus(503, 'draining')
    if (!this.isStarted) return toStatus(503, 'starting')
    const { isReady, probes } = await this.server.probes.ask()
    if (this.isDraining) return toStatus(503, 'draining')
    return toStatus(isReady ? 200 : 503, isReady ? 'ok' : 'not ready', probes)
  }
}

function toStatus(status: number, said: string, probes: Readonly<Record<string, string>> = {}): Answer {
  const details = Object.keys(probes).length === 0 ? {} : { probes }
  return { status, text: JSON.stringify({ status: said, ...details }) }
}
