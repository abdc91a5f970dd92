import type { JobOptions } from './jobs/job-options.ts'
import type { JsonObject } from './jsonrpc/message.ts'
import { loadCrypto } from './load-crypto.ts'
import type { Icon } from './mcp/content.ts'
import type { BudgetPolicy, ConcurrencyLimit, RateLimit, RepeatPolicy } from './mcp/policy.ts'
import { SecretValues } from './mcp/secret-values.ts'
import { parseBudget } from './middleware/budget.ts'
import { parseRepeat } from './middleware/repeat-guard.ts'
import type { Stores } from './server-stores.ts'
import type { SecretProvider } from './storage/secrets.ts'
import { ServerKeys } from './storage/server-keys.ts'
import type { CallLogOptions } from './telemetry/call-log.ts'
import { createStderrLog, type LogSink } from './telemetry/log.ts'
import type { Observer } from './telemetry/observer.ts'
import { ServerCounts } from './telemetry/server-counts.ts'
import {
  createServerLog,
  parseLogLevel,
  type ServerLogBounds,
  type ServerLogLevel,
} from './telemetry/server-log.ts'
import type { Tracer } from './telemetry/tracer.ts'
import type { Upstream } from './upstream/define-upstream.ts'

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
  /**
   * Where the server's own log goes, without secrets. Default: JSON lines on stderr, dropped and counted beyond 4 MiB that
   * nobody reads; `createPinoLog` of `plinth/log` writes with pino.
   */
  readonly log?: LogSink
  /** The quietest level that is logged. Default `info`. */
  readonly logLevel?: ServerLogLevel
  /**
   * Log lines of one kind a second, on average; more are counted and dropped. Of lines about callers nobody knows a tenth
   * of it. Default `1_000`.
   */
  readonly maxLogLinesPerSecond?: number
  /**
   * Characters of log lines of one kind a second, on average; more are counted and dropped. Default `1_048_576`, or 1,024
   * for each of `maxLogLinesPerSecond` where that is more.
   */
  readonly maxLogBytesPerSecond?: number
  /** Whether the log has a line for each call, and what it says. Default: only where `serve` starts the server. */
  readonly logCalls?: boolean | CallLogOptions
  /** Who hears of every call, such as metrics and audit of `plinth/telemetry`. Default: nobody, which costs nothing. */
  readonly observers?: readonly Observer[]
  /** Makes a span for every request, such as `createOtelTracer` of `plinth/otel`. Default: none. */
  readonly tracer?: Tracer
  /** How long one call may take, in milliseconds. Default `60_000`. */
  readonly timeoutMs?: number
  /** How long a call that reports progress may take in all, in milliseconds. Default `600_000`. */
  readonly maxTimeoutMs?: number
  /** How long a handler may hold the event loop before the log names it, in milliseconds. Default `200`. */
  readonly blockedAfterMs?: number
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
  /**
   * How many calls may run their handlers at once, of all components together; more wait in a bounded line. Default: no
   * limit but `maxInFlight`.
   */
  readonly concurrency?: ConcurrencyLimit
  /** Event-loop delay beyond which requests are refused with `overloaded`, in milliseconds. Default `1_000`. */
  readonly maxEventLoopDelayMs?: number
  /** Where `call.secret` looks, in order. Default: nowhere. */
  readonly secrets?: readonly SecretProvider[]
  /**
   * The services this server depends on, made with `defineUpstream` of `plinth/upstream`, for readiness and metrics.
   * Default: none.
   */
  readonly upstreams?: readonly Upstream[]
  /** Budget of results whose contract has none. Default: none but `maxOutputBytes`. */
  readonly budget?: BudgetPolicy
  /** When callers that repeat themselves are told and stopped, for every tool. Default: never. */
  readonly repeat?: RepeatPolicy
  /**
   * Whether every tool that writes only makes a dry run; those that cannot are refused. For staging. Default `false`.
   */
  readonly dryRun?: boolean
  /** Most servers a call may have come through. Default `8`. */
  readonly maxHops?: number
  /** How this server names itself to servers it calls. Default: its name. */
  readonly instanceName?: string
  /** How calls of tools with `task` are kept and run as jobs. Default: in this process's memory. */
  readonly jobs?: JobOptions
  /**
   * Where limits and the like are kept, and with `bus` what processes that share it tell each other. Default: this
   * process's memory, and no other processes.
   */
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
  /** Others may take their place before the first request. */
  readonly keys: ServerKeys
  readonly log: LogSink
  readonly logBounds: ServerLogBounds
  /** What is counted besides calls. */
  readonly counts: ServerCounts
  /** Undefined where nobody has said whether there are lines for calls. */
  readonly logCalls: CallLogOptions | false | undefined
  readonly observers: readonly Observer[]
  readonly tracer: Tracer | undefined
  readonly timeoutMs: number
  readonly maxTimeoutMs: number
  readonly blockedAfterMs: number
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
  readonly concurrency: ConcurrencyLimit | undefined
  readonly secrets: readonly SecretProvider[]
  /** What those gave out, so that it is kept out of logs. */
  readonly secretValues: SecretValues
  readonly upstreams: readonly Upstream[]
  readonly budget: BudgetPolicy | undefined
  readonly repeat: RepeatPolicy | undefined
  readonly dryRun: boolean
  readonly maxHops: number
  readonly instanceName: string
  readonly now: () => number
}

const defaultRate: RateLimit = { limit: 100, windowMs: 1_000, burst: 1_000 }

/** Options that are whole numbers: their defaults and bounds. */
export const serverNumbers = {
  timeoutMs: { preset: 60_000, min: 1, max: 2_147_483_647 },
  maxTimeoutMs: { preset: 600_000, min: 1, max: 2_147_483_647 },
  blockedAfterMs: { preset: 200, min: 1 },
  askTimeoutMs: { preset: 300_000, min: 1, max: 2_147_483_647 },
  listTtlMs: { preset: 60_000, min: 0 },
  sessionTtlMs: { preset: 86_400_000, min: 1 },
  requestStateTtlMs: { preset: 900_000, min: 1 },
  maxLogLinesPerSecond: { preset: 1_000, min: 1 },
  maxLogBytesPerSecond: { preset: 1_048_576, min: 1_024 },
  maxOutputBytes: { preset: 4_194_304, min: 1_024 },
  maxDepth: { preset: 64, min: 8, max: 1_000 },
  maxNodes: { preset: 100_000, min: 100 },
  maxStreams: { preset: 1_024, min: 1 },
  maxInFlight: { preset: 4_096, min: 1 },
  maxEventLoopDelayMs: { preset: 1_000, min: 10 },
  maxHops: { preset: 8, min: 1 },
} as const

type Counts = { readonly [K in keyof typeof serverNumbers]: number }

function parseCounts(options: Partial<Counts>): Counts {
  const parsed = Object.entries(serverNumbers).map(([option, { preset, ...bounds }]) => {
    return [option, parseCount(option, options[option as keyof Counts] ?? preset, bounds)]
  })
  return Object.fromEntries(parsed) as Counts
}

/** @throws TypeError naming the option, its value and the fix. */
export function parseServerOptions(options: ServerOptions): ServerSettings {
  const { keys = [], now = Date.now, requireSession = false, rate, pageSize } = options
  const secretValues = new SecretValues()
  assertKinds(options)
  const { log = createStderrLog() } = options
  const counted = new ServerCounts()
  counted.log = log
  const logBounds = { ...toLogBounds(options, now), onDrop: () => void counted.droppedLogLines++ }
  if (options.budget !== undefined) parseBudget('server', options.budget)
  if (options.repeat !== undefined) parseRepeat('server', options.repeat)
  return {
    ...parseCounts(options),
    serverInfo: toServerInfo(options),
    instructions: options.instructions,
    keys: new ServerKeys(keys),
    log: createServerLog(log, logBounds, (record) => secretValues.hideIn(record)),
    logBounds,
    counts: counted,
    secretValues,
    logCalls: options.logCalls === true ? {} : options.logCalls,
    observers: options.observers ?? [],
    tracer: options.tracer,
    now,
    requireSession,
    pageSize: pageSize === undefined ? undefined : parseCount('pageSize', pageSize, { min: 1 }),
    rate: rate === false ? undefined : (rate ?? defaultRate),
    limitsHttpOnly: rate === undefined,
    concurrency: options.concurrency,
    secrets: options.secrets ?? [],
    upstreams: parseUpstreams(options.upstreams ?? []),
    budget: options.budget,
    repeat: options.repeat,
    dryRun: options.dryRun ?? false,
    instanceName: options.instanceName ?? options.name,
  }
}

/** Options that are neither numbers nor checked where they are used. */
const kinds = {
  instructions: 'string',
  instanceName: 'string',
  requireSession: 'boolean',
  dryRun: 'boolean',
  log: 'function',
  now: 'function',
  observers: 'list',
  secrets: 'list',
  upstreams: 'list',
} as const

function assertKinds(options: ServerOptions): void {
  for (const [option, kind] of Object.entries(kinds)) {
    const value: unknown = options[option as keyof typeof kinds]
    if (value === undefined || (kind === 'list' ? Array.isArray(value) : typeof value === kind)) continue
    throw new TypeError(`"${option}" must be a ${kind}, got ${JSON.stringify(value)}.`)
  }
  if (options.instanceName === '') throw new TypeError('"instanceName" must not be empty. Leave it out.')
}

/** How long a line may be on average. */
const charsPerLine = 1_024

function toLogBounds(options: ServerOptions, now: () => number): ServerLogBounds {
  const { logLevel = 'info', maxLogLinesPerSecond, maxLogBytesPerSecond } = options
  const lines = serverNumbers.maxLogLinesPerSecond
  const maxPerSecond = parseCount('maxLogLinesPerSecond', maxLogLinesPerSecond ?? lines.preset, lines)
  const preset = Math.max(serverNumbers.maxLogBytesPerSecond.preset, maxPerSecond * charsPerLine)
  const { min } = serverNumbers.maxLogBytesPerSecond
  const maxBytesPerSecond =
    maxLogBytesPerSecond === undefined
      ? preset
      : parseCount('maxLogBytesPerSecond', maxLogBytesPerSecond, { min })
  return { level: parseLogLevel('logLevel', logLevel), maxPerSecond, maxBytesPerSecond, now }
}

/** Options that flags and environment may say too. */
export type Configurable = Pick<ServerOptions, 'keys' | 'logLevel'>

/** Puts others in the place of options, before the first request. */
export function configureSettings(settings: ServerSettings, { keys, logLevel }: Configurable): void {
  if (logLevel !== undefined) settings.logBounds.level = parseLogLevel('logLevel', logLevel)
  if (keys !== undefined) settings.keys.replace(keys)
}

function parseUpstreams(upstreams: readonly Upstream[]): readonly Upstream[] {
  const names = upstreams.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return Object.freeze([...upstreams])
  throw new TypeError(`"upstreams" has two of the name "${twice}". Names must be unique.`)
}

/** @throws TypeError naming the option when a number is not a whole one within its bounds. */
export function parseCount(option: string, value: unknown, bounds: { min: number; max?: number }): number {
  const { min, max = Number.MAX_SAFE_INTEGER } = bounds
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
  throw new TypeError(
    `"${option}" must be a whole number from ${min} to ${max}, got ${JSON.stringify(value)}.`,
  )
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

/** A random string that cannot be guessed: 128 bits. */
export function createKey(): string {
  return loadCrypto().randomBytes(16).toString('base64url')
}
