import { parseArgs } from 'node:util'
import type { HttpOptions } from './http-options.ts'
import type { LocalCaller } from './local-principal.ts'

/** How a server is started. Flags win over the environment, the environment over these options. */
export interface ServeOptions extends HttpOptions {
  /** Serves over standard streams instead of HTTP. Default: as the flag `--stdio` says. */
  readonly stdio?: boolean
  /** Flags: `--stdio`, `--host`, `--port`, `--path`. Others are refused. Default `process.argv.slice(2)`. */
  readonly argv?: readonly string[]
  /**
   * `PLINTH_HOST`, `PORT`, `PLINTH_PATH`, and, separated by commas, `PLINTH_ALLOWED_HOSTS` and `PLINTH_ALLOWED_ORIGINS`;
   * `PLINTH_DRY_RUN=1` lets nothing change. Empty ones count as unset. Over stdio also `PLINTH_PRINCIPAL_SUBJECT`,
   * `_TENANT`, `_SCOPES` and `_ROLES`, which must not be empty. Default `process.env`.
   */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Who calls over stdio. Default: as `PLINTH_PRINCIPAL_*` say, else the user of this process, who may do everything. */
  readonly principal?: LocalCaller
  /** Called once the last call has ended, before the process does: the place to close databases. */
  readonly onStop?: () => void | Promise<void>
  /**
   * How long everything is served on after a signal, while readiness says no and load balancers take note, in
   * milliseconds. Default `0`; on Kubernetes about `5_000`.
   */
  readonly drainDelayMs?: number
  /** How long calls in flight may still take after a signal, in milliseconds. Default `10_000`. */
  readonly graceMs?: number
}

/** What flags, environment and options amount to. */
export interface ServePlan {
  readonly stdio: boolean
  readonly http: HttpOptions
  readonly dryRun: boolean
}

const flags = {
  stdio: { type: 'boolean' },
  host: { type: 'string' },
  port: { type: 'string' },
  path: { type: 'string' },
} as const

type Flag = keyof typeof flags

const knownFlags = Object.keys(flags)
  .map((name) => `--${name}`)
  .join(', ')

/** @throws TypeError naming the flag or variable, its value and the fix. */
export function planServe(options: ServeOptions): ServePlan {
  const { stdio, argv, env: environment, onStop, graceMs, drainDelayMs, principal, ...http } = options
  const given = parseFlags(argv ?? process.argv.slice(2))
  const env = environment ?? process.env
  const hosts = parseList(env['PLINTH_ALLOWED_HOSTS'])
  const origins = parseList(env['PLINTH_ALLOWED_ORIGINS'])
  const host = given.host ?? (env['PLINTH_HOST'] || undefined)
  const path = given.path ?? (env['PLINTH_PATH'] || undefined)
  const port = parsePort('--port', given.port) ?? parsePort('PORT', env['PORT'] || undefined)
  const found = { host, port, path, allowedHosts: hosts, allowedOrigins: origins }
  const chosen = Object.entries(found).filter(([, value]) => value !== undefined)
  const dryRun = parseSwitch('PLINTH_DRY_RUN', env['PLINTH_DRY_RUN'])
  return { stdio: given.stdio ?? stdio ?? false, http: { ...http, ...Object.fromEntries(chosen) }, dryRun }
}

interface Flags {
  readonly stdio?: boolean
  readonly host?: string
  readonly port?: string
  readonly path?: string
}

function parseFlags(argv: readonly string[]): Flags {
  const { tokens } = parseArgs({ args: [...argv], options: flags, strict: false, tokens: true })
  const given: Record<string, string | boolean> = {}
  for (const token of tokens) {
    if (token.kind === 'positional') throw createFlagError(`argument ${JSON.stringify(token.value)}`)
    if (token.kind !== 'option') continue
    if (!isFlag(token.name)) throw createFlagError(`flag ${JSON.stringify(token.rawName)}`)
    given[token.name] = toFlagValue(token.name, token.value)
  }
  return given
}

function isFlag(name: string): name is Flag {
  return Object.hasOwn(flags, name)
}

function createFlagError(what: string): TypeError {
  return new TypeError(`Unknown ${what}. Known flags: ${knownFlags}.`)
}

function toFlagValue(name: Flag, value: string | undefined): string | boolean {
  if (name === 'stdio') {
    if (value === undefined) return true
    throw new TypeError(`"--stdio" takes no value, got ${JSON.stringify(value)}.`)
  }
  if (value !== undefined && value !== '' && !value.startsWith('--')) return value
  throw new TypeError(`"--${name}" needs a value, as in "--${name} ${name === 'port' ? '3000' : '…'}".`)
}

function parsePort(source: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value)
  throw new TypeError(
    `"${source}" must be a port, a whole number from 0 to 65535, got ${JSON.stringify(value)}.`,
  )
}

/** A switch that is set to something else was meant to do something, so it is not passed over. */
function parseSwitch(source: string, value = ''): boolean {
  if (value === '' || value === '0' || value === '1') return value === '1'
  throw new TypeError(`"${source}" must be 0 or 1, got ${JSON.stringify(value)}.`)
}

function parseList(value: string | undefined): string[] | undefined {
  if (value === undefined || value.trim() === '') return undefined
  return value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
