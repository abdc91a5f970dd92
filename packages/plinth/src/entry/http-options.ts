import { loopbackHosts } from '../guard/host.ts'
import { parseCount } from '../server-options.ts'

/** How a server is reached over HTTP. Without any option: loopback only, this machine's pages only. */
export interface HttpOptions {
  /** Address to bind. Default `127.0.0.1`. */
  readonly host?: string
  /** Port to bind; 0 takes a free one. Default `3000`. */
  readonly port?: number
  /** The MCP endpoint. Default `/mcp`. */
  readonly path?: string
  /** Where health is asked. Default `/health`. */
  readonly healthPath?: string
  /** Host names this server answers to besides loopback names. Needed beyond loopback. */
  readonly allowedHosts?: readonly string[]
  /** Web origins whose pages may call. Default none but this machine's. */
  readonly allowedOrigins?: readonly string[]
  /** Serves beyond loopback without authentication. Default `false`: that refuses to start. */
  readonly allowAnonymous?: boolean
  /** Also serves the deprecated HTTP+SSE transport of 2024-11-05, at `/sse` and `/messages`. Default `false`. */
  readonly sse?: boolean
  /** Largest body, in bytes. Default `4_194_304`. */
  readonly maxBodyBytes?: number
  /** Most connections at once; more are closed as they come. Default `10_000`. */
  readonly maxConnections?: number
  /** How long a client may take to send its headers, in milliseconds. Default `10_000`. */
  readonly headersTimeoutMs?: number
  /** How long a client may take to send its whole request, in milliseconds. Default `30_000`. */
  readonly requestTimeoutMs?: number
  /** How long an idle connection is kept, in milliseconds. Longer than a load balancer's. Default `75_000`. */
  readonly keepAliveTimeoutMs?: number
}

/** `HttpOptions` with every default filled in and every value checked. */
export interface HttpSettings extends Required<Omit<HttpOptions, 'allowAnonymous'>> {
  readonly allowLoopback: boolean
}

const loopbackAddress = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

/** @throws TypeError naming the option, its value and the fix. */
export function parseHttpOptions(options: HttpOptions = {}): HttpSettings {
  const host = options.host ?? '127.0.0.1'
  const isLoopback = loopbackAddress.test(host)
  assertReach(host, isLoopback, options)
  const timeouts = { min: 1, max: 2 ** 31 - 1 }
  return {
    host,
    port: parseCount('port', options.port ?? 3_000, { min: 0, max: 65_535 }),
    path: parsePath('path', options.path ?? '/mcp'),
    healthPath: parsePath('healthPath', options.healthPath ?? '/health'),
    allowedHosts: [...loopbackHosts, ...(options.allowedHosts ?? [])],
    allowedOrigins: options.allowedOrigins ?? [],
    allowLoopback: isLoopback,
    sse: options.sse ?? false,
    maxBodyBytes: parseCount('maxBodyBytes', options.maxBodyBytes ?? 4_194_304, { min: 1_024 }),
    maxConnections: parseCount('maxConnections', options.maxConnections ?? 10_000, { min: 1 }),
    headersTimeoutMs: parseCount('headersTimeoutMs', options.headersTimeoutMs ?? 10_000, timeouts),
    requestTimeoutMs: parseCount('requestTimeoutMs', options.requestTimeoutMs ?? 30_000, timeouts),
    keepAliveTimeoutMs: parseCount('keepAliveTimeoutMs', options.keepAliveTimeoutMs ?? 75_000, timeouts),
  }
}

function assertReach(host: string, isLoopback: boolean, options: HttpOptions): void {
  if (isLoopback) return
  if (options.allowAnonymous !== true) {
    throw new TypeError(
      `"host" is ${host}, which others can reach, and nobody is authenticated. Bind 127.0.0.1, or set ` +
        '"allowAnonymous: true" to serve everyone.',
    )
  }
  if ((options.allowedHosts ?? []).length > 0) return
  throw new TypeError(`"host" is ${host}, so "allowedHosts" must name the hosts clients use, such as "mcp.example".`)
}

function parsePath(option: string, value: string): string {
  if (/^\/[A-Za-z0-9_\-./]*$/.test(value) && !value.includes('//') && !value.includes('..')) return value
  throw new TypeError(`"${option}" must be an absolute path such as "/mcp", got ${JSON.stringify(value)}.`)
}
