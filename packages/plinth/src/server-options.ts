import { createHash, randomBytes } from 'node:crypto'
import type { JsonObject } from './jsonrpc/message.ts'
import { Asks } from './mcp/asks.ts'
import { BoundedMap } from './mcp/bounded-map.ts'
import type { Icon } from './mcp/content.ts'
import type { ServerContext } from './mcp/context.ts'
import { InFlight } from './mcp/in-flight.ts'
import { envelopeKeys } from './mcp/revisions/2026-07-28/envelope.ts'
import type { RateLimit } from './mcp/policy.ts'
import { toMembers } from './mcp/revision.ts'
import { findRevision } from './mcp/revisions/supported.ts'
import { Sessions } from './mcp/sessions.ts'
import { Subscriptions } from './mcp/subscriptions.ts'
import type { Stores } from './server-stores.ts'
import { createRandomKey, createSealer, parseKeys } from './storage/sealed-token.ts'
import { createStderrLog, type LogSink } from './telemetry/log.ts'

/** What a server is made from. Only its name and version are needed. */
export interface ServerOptions {
  /** The server's name, as clients show it and prefix its tools with. */
  readonly name: string
  readonly version: string
  readonly title?: string
  readonly description?: string
  readonly websiteUrl?: string
  readonly icons?: readonly Icon[]
  /** For the model: how the tools belong together and when to use them. Some clients cut it at 2 kB. */
  readonly instructions?: string
  /**
   * Keys that seal session ids and request states: 32 bytes each, as base64. The first seals, all open, so that keys
   * can be rotated. Processes that share them serve each other's sessions. Default: one random key, with a warning
   * when serving over HTTP, as sessions then end with the process.
   */
  readonly keys?: readonly string[]
  /** Where the server's own log goes. Default: JSON lines on stderr. */
  readonly log?: LogSink
  /** How long one call may take, in milliseconds. Default `60_000`. */
  readonly timeoutMs?: number
  /** How long a client may take to answer `call.ask`, in milliseconds. Default `300_000`. */
  readonly askTimeoutMs?: number
  /** Entries on one page of a list. Default: all, because several clients read only the first page. */
  readonly pageSize?: number
  /** How long clients may keep lists, in milliseconds. Default `60_000`. */
  readonly listTtlMs?: number
  /** How long a session id is good for, in milliseconds. Default `86_400_000`, one day. */
  readonly sessionTtlMs?: number
  /** How long a request state is good for, in milliseconds. Default `900_000`, a quarter of an hour. */
  readonly requestStateTtlMs?: number
  /** Whether requests of handshake revisions over HTTP must carry a session id. Default `false`. */
  readonly requireSession?: boolean
  /** Largest result, in characters of its JSON. Default `4_194_304`. */
  readonly maxOutputBytes?: number
  /** Deepest nesting of a message. Default `64`. */
  readonly maxDepth?: number
  /** Most values in a message. Default `100_000`. */
  readonly maxNodes?: number
  /**
   * How often one caller may ask for anything. Default over HTTP: 100 requests a second on average, 1,000 at once;
   * elsewhere none. `false`: none anywhere.
   */
  readonly rate?: RateLimit | false
  /** Most requests worked on at once; more are refused with `overloaded`. Default `4_096`. */
  readonly maxInFlight?: number
  /** Event-loop delay beyond which requests are refused with `overloaded`, in milliseconds. Default `1_000`. */
  readonly maxEventLoopDelayMs?: number
  /** Where limits and the like are kept. Default: this process's memory. */
  readonly stores?: Partial<Stores>
  /** Most open notification streams. Default `1_024`. */
  readonly maxStreams?: number
  /** The wall clock, in milliseconds since 1970. For tests. */
  readonly now?: () => number
}

/** `ServerOptions` with every default filled in and every value checked. */
export interface ServerSettings {
  readonly serverInfo: JsonObject
  readonly instructions: string | undefined
  readonly keys: readonly Uint8Array[]
  /** True when the key was made up, so that sessions end with the process. */
  readonly hasRandomKey: boolean
  readonly log: LogSink
  readonly timeoutMs: number
  readonly askTimeoutMs: number
  readonly pageSize: number | undefined
  readonly listTtlMs: number
  readonly sessionTtlMs: number
  readonly requestStateTtlMs: number
  readonly requireSession: boolean
  readonly maxOutputBytes: number
  readonly maxDepth: number
  readonly maxNodes: number
  readonly maxStreams: number
  readonly rate: RateLimit | undefined
  /** True where the server-wide limit is a default and so holds over HTTP only. */
  readonly limitsHttpOnly: boolean
  readonly maxInFlight: number
  readonly maxEventLoopDelayMs: number
  readonly now: () => number
}

const defaultRate: RateLimit = { limit: 100, windowMs: 1_000, burst: 1_000 }
const maxTimerMs = 2 ** 31 - 1

/** @throws TypeError naming the option, its value and the fix. */
export function parseServerOptions(options: ServerOptions): ServerSettings {
  const keys = options.keys ?? []
  return {
    serverInfo: toServerInfo(options),
    instructions: options.instructions,
    keys: parseKeys(keys.length === 0 ? [createRandomKey()] : keys),
    hasRandomKey: keys.length === 0,
    log: options.log ?? createStderrLog(),
    timeoutMs: parseCount('timeoutMs', options.timeoutMs ?? 60_000, { min: 1, max: maxTimerMs }),
    askTimeoutMs: parseCount('askTimeoutMs', options.askTimeoutMs ?? 300_000, { min: 1, max: maxTimerMs }),
    pageSize: options.pageSize === undefined ? undefined : parseCount('pageSize', options.pageSize, { min: 1 }),
    listTtlMs: parseCount('listTtlMs', options.listTtlMs ?? 60_000, { min: 0 }),
    sessionTtlMs: parseCount('sessionTtlMs', options.sessionTtlMs ?? 86_400_000, { min: 1 }),
    requestStateTtlMs: parseCount('requestStateTtlMs', options.requestStateTtlMs ?? 900_000, { min: 1 }),
    requireSession: options.requireSession ?? false,
    maxOutputBytes: parseCount('maxOutputBytes', options.maxOutputBytes ?? 4_194_304, { min: 1_024 }),
    maxDepth: parseCount('maxDepth', options.maxDepth ?? 64, { min: 8, max: 1_000 }),
    maxNodes: parseCount('maxNodes', options.maxNodes ?? 100_000, { min: 100 }),
    maxStreams: parseCount('maxStreams', options.maxStreams ?? 1_024, { min: 1 }),
    rate: options.rate === false ? undefined : (options.rate ?? defaultRate),
    limitsHttpOnly: options.rate === undefined,
    maxInFlight: parseCount('maxInFlight', options.maxInFlight ?? 4_096, { min: 1 }),
    maxEventLoopDelayMs: parseCount('maxEventLoopDelayMs', options.maxEventLoopDelayMs ?? 1_000, { min: 10 }),
    now: options.now ?? Date.now,
  }
}

/** @throws TypeError naming the option when a number is not a whole one within its bounds. */
export function parseCount(option: string, value: unknown, bounds: { min: number; max?: number }): number {
  const { min, max = Number.MAX_SAFE_INTEGER } = bounds
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
  throw new TypeError(`"${option}" must be a whole number from ${min} to ${max}, got ${JSON.stringify(value)}.`)
}

function toServerInfo(options: ServerOptions): JsonObject {
  for (const option of ['name', 'version'] as const) {
    const value: unknown = options[option]
    if (typeof value === 'string' && value !== '' && value.length <= 200) continue
    throw new TypeError(`"${option}" must be 1 to 200 characters, got ${JSON.stringify(value)}.`)
  }
  const { name, version, title, description, websiteUrl, icons } = options
  const all = { name, version, title, description, websiteUrl, icons }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

/** The one context all requests of a server share. */
export function createContext(
  settings: ServerSettings,
  paramHeaders: ServerContext['paramHeaders'],
): ServerContext {
  const { keys, now, log, sessionTtlMs, maxStreams } = settings
  const createKey = () => randomBytes(16).toString('base64url')
  const sealer = createSealer(keys, 'session')
  return {
    limits: settings,
    now,
    log,
    createKey,
    digest: (text) => createHash('sha256').update(text).digest('base64url'),
    requireSession: settings.requireSession,
    serverInfo: toMembers({ [envelopeKeys.serverInfo]: settings.serverInfo }),
    sessions: new Sessions({ sealer, ttlMs: sessionTtlMs, maxRevoked: 10_000, now, createKey }),
    requestStates: createSealer(keys, 'request-state'),
    asks: new Asks(),
    inFlight: new InFlight(),
    subscriptions: new Subscriptions(maxStreams),
    logLevels: new BoundedMap(10_000),
    watched: new BoundedMap(10_000),
    primesStreams: (revision) => findRevision(revision)?.primesStreams === true,
    paramHeaders,
  }
}
