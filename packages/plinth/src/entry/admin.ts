import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createHead, type Head } from '../guard/head.ts'
import { isAllowedHost, loopbackHosts } from '../guard/host.ts'
import { type Refusal, toRefusalText } from '../guard/http-guard.ts'
import type { Server } from '../server.ts'
import { readServerMetrics } from '../server-metrics.ts'
import { createMetrics, type Metrics } from '../telemetry/metrics.ts'
import { type AdminOptions, type AdminSettings, parseAdminOptions } from './admin-options.ts'
import { HttpAuth, isPrincipal } from './http-auth.ts'
import { listen } from './listen.ts'
import { selectMetricsFormat } from './metrics-format.ts'
import { type AdminRouteName, listAdminRoutes, type Route } from './routes.ts'

/** The second port, once it is open. */
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
  readonly headers?: Readonly<Record<string, string>> | undefined
}

type AdminRoute = Route<AdminRouteName>

/**
 * Opens the second port and has the server count its calls.
 *
 * @throws TypeError naming the option, its value and the fix.
 */
export async function serveAdmin(server: Server, options: AdminOptions): Promise<AdminService> {
  const settings = parseAdminOptions(options)
  if (settings.verifiers?.length === 0) {
    const message =
      'Nobody can read the metrics: others can reach the admin port, and there are no keys for it. Set ' +
      'PLINTH_ADMIN_KEYS_FILE, or "admin.auth".'
    server.settings.log({ level: 'warn', message })
  }
  const admin = new Admin(server, settings)
  await admin.prepare()
  const { createServer } = process.getBuiltinModule('node:http')
  const http = createServer({ requestTimeout: 10_000 }, (request, response) =>
    admin.answer(request, response),
  )
  http.maxConnections = 100
  await listen(http, { door: 'admin', host: settings.host, port: settings.port })
  const { address, family, port } = http.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    markStarted: () => admin.markStarted(),
    drain: () => admin.drain(),
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
}

class Admin {
  private readonly server: Server
  private readonly isLoopback: boolean
  private readonly metrics: Metrics = createMetrics()
  private readonly auth: HttpAuth
  private readonly routes: ReadonlyMap<string, AdminRoute>
  private isStarted = false
  private isDraining = false

  constructor(server: Server, { isLoopback, verifiers }: AdminSettings) {
    this.server = server
    this.isLoopback = isLoopback
    this.auth = new HttpAuth(
      {
        auth: verifiers && { verifiers, scopesSupported: [], metadataUrl: undefined, metadata: undefined },
        allowAnonymous: false,
        isLocal: isLoopback,
      },
      server.settings,
    )
    readServerMetrics(this.metrics, server)
    server.observe(this.metrics)
    const routes = listAdminRoutes({ hasAuth: verifiers !== undefined })
    this.routes = new Map(routes.map((route) => [route.path, route]))
  }

  prepare(): Promise<void> {
    return this.auth.prepare()
  }

  markStarted(): void {
    this.isStarted = true
  }

  drain(): void {
    this.isDraining = true
  }

  answer(request: IncomingMessage, response: ServerResponse): void {
    request.resume()
    const { method = '', url = '', rawHeaders, headers, socket } = request
    const head = createHead({ method, target: url, rawHeaders, headers })
    void this.find(head, socket.remoteAddress).then((answer) => {
      const standard = {
        'content-type': answer.type ?? 'application/json',
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      }
      response.writeHead(answer.status, { ...standard, ...answer.headers })
      response.end(method === 'HEAD' ? undefined : answer.text)
    })
  }

  private async find(head: Head, remoteAddress: string | undefined): Promise<Answer> {
    if (this.isLoopback && !isAllowedHost(head.get('host'), loopbackHosts)) {
      return toStatus(403, 'This host is not served here.')
    }
    if (head.repeated !== undefined) return toStatus(400, 'A header that may stand only once is repeated.')
    const route = this.routes.get(head.path)
    if (route === undefined) return toStatus(404, 'There is nothing here.')
    if (!route.methods.includes(head.method)) {
      const allow = route.methods.join(', ')
      return { ...toStatus(405, 'This method is not allowed here.'), headers: { allow } }
    }
    if (route.access === 'callers') {
      const caller = await this.auth.identify(head, { remoteAddress })
      if (!isPrincipal(caller)) return this.toRefused(head, caller)
    }
    try {
      return await this.read(route.name, head)
    } catch {
      return toStatus(500, 'This cannot be said.')
    }
  }

  private toRefused(head: Head, refusal: Refusal): Answer {
    this.server.telemetry.tellRefusal(head.path, refusal.status)
    return { status: refusal.status, text: toRefusalText(refusal) ?? '', headers: refusal.headers }
  }

  private read(name: AdminRouteName, head: Head): Answer | Promise<Answer> {
    if (name === 'livez') return toStatus(200, 'ok')
    if (name === 'startupz') return this.isStarted ? toStatus(200, 'ok') : toStatus(503, 'starting')
    if (name === 'readyz') return this.readReadiness()
    const { format, type } = selectMetricsFormat(head.get('accept'))
    return { status: 200, text: this.metrics.toText(format), type }
  }

  private async readReadiness(): Promise<Answer> {
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
