import { type AuthOptions, type AuthSettings, parseAuthOptions } from '../guard/auth/auth-options.ts'
import { loopbackHosts } from '../guard/host.ts'
import { parseCount } from '../server-options.ts'
import type { AdminOptions } from './admin.ts'

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
  /**
   * Host names this server answers to besides loopback names and the host of `auth.resource`. Needed beyond loopback.
   */
  readonly allowedHosts?: readonly string[]
  /** Web origins whose pages may call. Default none but this machine's. */
  readonly allowedOrigins?: readonly string[]
  /** Who may call, and how callers prove who they are. Default: nobody is asked, which only loopback allows. */
  readonly auth?: AuthOptions
  /**
   * Serves callers that do not say who they are: beyond loopback without `auth`, and beside `auth`; in both cases with
   * no scope or role. Default `false`.
   */
  readonly allowAnonymous?: boolean
  /** Also opens a second port with health and metrics: `/livez`, `/readyz`, `/startupz`, `/metrics`. Default: none. */
  readonly admin?: AdminOptions
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
  /** How long a client may leave what it was sent untouched, in milliseconds. Default `30_000`. */
  readonly stallTimeoutMs?: number
}

/** `HttpOptions` with every default filled in and every value checked. */
export interface HttpSettings extends Required<Omit<HttpOptions, 'auth' | 'admin'>> {
  readonly auth: AuthSettings | undefined
  readonly allowLoopback: boolean
  /** Whether only this machine can reach the server, so that whoever calls may do everything. */
  readonly isLocal: boolean
}

const loopbackAddress = /^(127\.\d+\.\d+\.\d+|::1|localhost)$/

/** @throws TypeError naming the option, its value and the fix. */
export function parseHttpOptions(options: HttpOptions = {}): HttpSettings {
  const host = options.host ?? '127.0.0.1'
  assertReach(host, options)
  return toSettings(host, options)
}

/**
 * The settings of a handler that something else binds. What it can be reached under are its `allowedHosts`.
 *
 * @throws TypeError naming the option, its value and the fix.
 */
export function parseFetchOptions(options: HttpOptions = {}): HttpSettings {
  assertHosts(options)
  return toSettings(findForeignHost(options) === undefined ? '127.0.0.1' : '0.0.0.0', options)
}

/** A name that is not of this machine: behind it others can reach the server, whatever it binds. */
function findForeignHost(options: HttpOptions): string | undefined {
  return toHosts(options).find((name) => !loopbackHosts.has(name.replace(/:\d+$/, '')))
}

function assertHosts(options: HttpOptions): void {
  const foreign = findForeignHost(options)
  if (foreign === undefined || options.auth !== undefined || options.allowAnonymous === true) return
  throw new TypeError(
    `"allowedHosts" names ${foreign}, which others can reach, and nobody is authenticated. Set "auth", or ` +
      '"allowAnonymous: true" to serve everyone.',
  )
}

function toSettings(host: string, options: HttpOptions): HttpSettings {
  const isLoopback = loopbackAddress.test(host)
  return {
    host,
    port: parseCount('port', options.port ?? 3_000, { min: 0, max: 65_535 }),
    ...toPaths(options),
    allowedHosts: [
      ...loopbackHosts,
      ...(isLoopback ? [host.includes(':') ? `[${host}]` : host] : []),
      ...toHosts(options),
    ],
    allowedOrigins: options.allowedOrigins ?? [],
    allowLoopback: isLoopback,
    isLocal: isLoopback && findForeignHost(options) === undefined,
    allowAnonymous: options.allowAnonymous ?? false,
    auth: options.auth === undefined ? undefined : parseAuthOptions(options.auth),
    maxBodyBytes: parseCount('maxBodyBytes', options.maxBodyBytes ?? 4_194_304, { min: 1_024 }),
    maxConnections: parseCount('maxConnections', options.maxConnections ?? 10_000, { min: 1 }),
    ...toTimeouts(options),
  }
}

function toPaths(options: HttpOptions): Pick<HttpSettings, 'path' | 'healthPath' | 'sse'> {
  const sse = options.sse ?? false
  const path = parsePath('path', options.path ?? '/mcp')
  const healthPath = parsePath('healthPath', options.healthPath ?? '/health')
  const taken = sse ? ['/sse', '/messages'] : []
  for (const [option, value] of [
    ['path', path],
    ['healthPath', healthPath],
  ] as const) {
    if (!taken.includes(value)) taken.push(value)
    else throw new TypeError(`"${option}" must be a path of its own, and ${value} is taken.`)
  }
  return { path, healthPath, sse }
}

type Timeouts = 'headersTimeoutMs' | 'requestTimeoutMs' | 'keepAliveTimeoutMs' | 'stallTimeoutMs'

function toTimeouts(options: HttpOptions): Pick<HttpSettings, Timeouts> {
  const parse = (option: Timeouts, standard: number) =>
    parseCount(option, options[option] ?? standard, { min: 1, max: 2 ** 31 - 1 })
  const requestTimeoutMs = parse('requestTimeoutMs', 30_000)
  const headersTimeoutMs = parse('headersTimeoutMs', Math.min(10_000, requestTimeoutMs))
  if (headersTimeoutMs > requestTimeoutMs) {
    throw new TypeError(`"headersTimeoutMs" must be at most "requestTimeoutMs", got ${headersTimeoutMs}.`)
  }
  return {
    headersTimeoutMs,
    requestTimeoutMs,
    keepAliveTimeoutMs: parse('keepAliveTimeoutMs', 75_000),
    stallTimeoutMs: parse('stallTimeoutMs', 30_000),
  }
}

function assertReach(host: string, options: HttpOptions): void {
  if (loopbackAddress.test(host)) {
    assertHosts(options)
    return
  }
  if (options.auth === undefined && options.allowAnonymous !== true) {
    throw new TypeError(
      `"host" is ${host}, which others can reach, and nobody is authenticated. Bind 127.0.0.1, set "auth", or set ` +
        '"allowAnonymous: true" to serve everyone.',
    )
  }
  if (toHosts(options).length > 0) return
  throw new TypeError(
    `"host" is ${host}, so "allowedHosts" must name the hosts clients use, such as "mcp.example".`,
  )
}

/** Names beyond loopback: those of the options, and the one clients use for the resource. */
function toHosts({ allowedHosts = [], auth }: HttpOptions): string[] {
  const resource = auth?.resource
  return [
    ...allowedHosts,
    ...(resource !== undefined && URL.canParse(resource) ? [new URL(resource).hostname] : []),
  ]
}

function parsePath(option: string, value: string): string {
  if (/^\/[A-Za-z0-9_\-./]*$/.test(value) && !value.includes('//') && !value.includes('..')) return value
  throw new TypeError(`"${option}" must be an absolute path such as "/mcp", got ${JSON.stringify(value)}.`)
}
