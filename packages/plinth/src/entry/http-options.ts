import { type AuthOptions, type AuthSettings, parseAuthOptions } from '../guard/auth/auth-options.ts'
import { loopbackHosts, parseHosts } from '../guard/host.ts'
import { parseOrigins } from '../guard/origin.ts'
import { parseCount } from '../server-options.ts'
import type { AdminOptions } from './admin-options.ts'
import { isLoopbackAddress } from './loopback.ts'
import { ssePaths } from './routes.ts'

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

/** What holds where an option that is a text is left out. */
export const httpPresets = { host: '127.0.0.1', path: '/mcp', healthPath: '/health' } as const

/** Options that are whole numbers: their defaults and bounds. */
export const httpNumbers = {
  port: { preset: 3_000, min: 0, max: 65_535 },
  maxBodyBytes: { preset: 4_194_304, min: 1_024 },
  maxConnections: { preset: 10_000, min: 1 },
  headersTimeoutMs: { preset: 10_000, min: 1, max: 2_147_483_647 },
  requestTimeoutMs: { preset: 30_000, min: 1, max: 2_147_483_647 },
  keepAliveTimeoutMs: { preset: 75_000, min: 1, max: 2_147_483_647 },
  stallTimeoutMs: { preset: 30_000, min: 1, max: 2_147_483_647 },
} as const

type HttpNumber = keyof typeof httpNumbers

function parseHttpNumber(option: HttpNumber, options: HttpOptions, preset?: number): number {
  const bounds = httpNumbers[option]
  return parseCount(option, options[option] ?? preset ?? bounds.preset, bounds)
}

/** @throws TypeError naming the option, its value and the fix. */
export function parseHttpOptions(options: HttpOptions = {}): HttpSettings {
  const host = options.host ?? httpPresets.host
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
function findForeignHost(options: ReachOptions): string | undefined {
  return toHosts(options).find((name) => !loopbackHosts.has(name.replace(/:\d+$/, '')))
}

function assertHosts(options: HttpOptions): void {
  const fault = findHostsFault(options, optionNames)
  if (fault !== undefined) throw new TypeError(fault.sentence)
}

/** The options that decide who reaches a server. */
export type ReachOptions = Pick<HttpOptions, 'host' | 'allowedHosts' | 'auth' | 'allowAnonymous'>

/** How options are spoken of. */
export interface ReachNames {
  /** How an option was spelled, in quotation marks. */
  toLabel(option: 'host' | 'allowedHosts'): string
  /** What else can be done where nobody is authenticated, after "or". */
  readonly remedy: string
}

/** Why a server may not be reached as its options say: nobody is authenticated, or its hosts have no names. */
export interface ReachFault {
  readonly reason: 'open' | 'nameless'
  readonly sentence: string
}

const optionNames: ReachNames = {
  toLabel: (option) => `"${option}"`,
  remedy: 'set "auth", or "allowAnonymous: true" to serve everyone',
}

function findHostsFault(options: ReachOptions, { toLabel, remedy }: ReachNames): ReachFault | undefined {
  const foreign = findForeignHost(options)
  if (foreign === undefined || options.auth !== undefined || options.allowAnonymous === true) return undefined
  const names = toLabel('allowedHosts')
  const reason = `${names} names ${foreign}, which others can reach, and nobody is authenticated`
  return { reason: 'open', sentence: `${reason}. Leave it out, or ${remedy}.` }
}

function toSettings(host: string, options: HttpOptions): HttpSettings {
  const isLoopback = isLoopbackAddress(host)
  const auth = options.auth === undefined ? undefined : parseAuthOptions(options.auth)
  return {
    host,
    port: parseHttpNumber('port', options),
    ...toPaths(options, auth),
    allowedHosts: parseHosts([
      ...loopbackHosts,
      ...(isLoopback ? [host.includes(':') ? `[${host}]` : host] : []),
      ...toHosts(options),
    ]),
    allowedOrigins: parseOrigins(options.allowedOrigins ?? []),
    allowLoopback: isLoopback,
    isLocal: isLoopback && findForeignHost(options) === undefined,
    allowAnonymous: options.allowAnonymous ?? false,
    auth,
    maxBodyBytes: parseHttpNumber('maxBodyBytes', options),
    maxConnections: parseHttpNumber('maxConnections', options),
    ...toTimeouts(options),
  }
}

function toPaths(
  options: HttpOptions,
  auth: AuthSettings | undefined,
): Pick<HttpSettings, 'path' | 'healthPath' | 'sse'> {
  const sse = options.sse ?? false
  const path = parsePath('path', options.path ?? httpPresets.path)
  const healthPath = parsePath('healthPath', options.healthPath ?? httpPresets.healthPath)
  const taken: string[] = [...(sse ? Object.values(ssePaths) : []), ...(auth?.metadata?.paths ?? [])]
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
  const requestTimeoutMs = parseHttpNumber('requestTimeoutMs', options)
  const preset = Math.min(httpNumbers.headersTimeoutMs.preset, requestTimeoutMs)
  const headersTimeoutMs = parseHttpNumber('headersTimeoutMs', options, preset)
  if (headersTimeoutMs > requestTimeoutMs) {
    throw new TypeError(`"headersTimeoutMs" must be at most "requestTimeoutMs", got ${headersTimeoutMs}.`)
  }
  return {
    headersTimeoutMs,
    requestTimeoutMs,
    keepAliveTimeoutMs: parseHttpNumber('keepAliveTimeoutMs', options),
    stallTimeoutMs: parseHttpNumber('stallTimeoutMs', options),
  }
}

function assertReach(host: string, options: HttpOptions): void {
  const fault = findReachFault({ ...options, host }, optionNames)
  if (fault !== undefined) throw new TypeError(fault.sentence)
}

/**
 * Why a server may not be reached the way its options say: beyond loopback callers say who they are, and hosts have
 * names.
 */
export function findReachFault(options: ReachOptions, names: ReachNames): ReachFault | undefined {
  const { host = httpPresets.host } = options
  if (isLoopbackAddress(host)) return findHostsFault(options, names)
  const { toLabel, remedy } = names
  const subject = `${toLabel('host')} is ${host}`
  if (options.auth === undefined && options.allowAnonymous !== true) {
    const reason = `${subject}, which others can reach, and nobody is authenticated`
    return { reason: 'open', sentence: `${reason}. Bind 127.0.0.1, or ${remedy}.` }
  }
  if (toHosts(options).length > 0) return undefined
  const must = `so ${toLabel('allowedHosts')} must name the hosts clients use, such as "mcp.example"`
  return { reason: 'nameless', sentence: `${subject}, ${must}.` }
}

/** Names beyond loopback: those of the options, and the one clients use for the resource. */
function toHosts({ allowedHosts = [], auth }: ReachOptions): string[] {
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
