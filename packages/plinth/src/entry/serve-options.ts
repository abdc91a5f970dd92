import type { Config } from '../config/config.ts'
import { resolveSettings } from '../config/resolve-settings.ts'
import type { CodeValues, Environment, RuleView, SettingRule } from '../config/setting.ts'
import type { ServerOptions } from '../server-options.ts'
import { type AdminOptions, parseAdminOptions } from './admin-options.ts'
import { findReachFault, type HttpOptions } from './http-options.ts'
import type { LocalCaller } from './local-principal.ts'
import { readMerged } from './read-settings.ts'
import { type ServeDefinitions, serveSettings } from './serve-settings.ts'

/**
 * How a server is started. Flags win over the environment, the environment over these options. What flags and variables
 * there are is told in the reference of the configuration.
 */
export interface ServeOptions extends HttpOptions {
  /** What `readSettings` of `plinth/config` found. Flags and environment are then not read again. */
  readonly config?: Config<ServeDefinitions>
  /** Serves over standard streams instead of HTTP. Default `false`. */
  readonly stdio?: boolean
  /** Flags; unknown ones are refused. Default `process.argv.slice(2)`. */
  readonly argv?: readonly string[]
  /** Variables; unknown ones that begin with `PLINTH_` are refused, and empty ones count as unset. Default `process.env`. */
  readonly env?: Environment
  /** A file of variables, such as `.env`. What the environment has already wins. Default: none is read. */
  readonly envFile?: string
  /** A directory of secrets: a file for each, named as its variable. Default: none. */
  readonly secretsDir?: string
  /** Who calls over stdio. Default: the user of this process, who may do everything. */
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
  readonly principal: LocalCaller
  readonly drainDelayMs: number
  readonly graceMs: number
  /** What takes the place of options of the server. */
  readonly server: Pick<ServerOptions, 'keys' | 'logLevel' | 'dryRun'>
  readonly env: Environment
  /** What must not reach the log. */
  readonly secrets: readonly string[]
}

type Values = Config<ServeDefinitions>['values']
type View = RuleView<ServeDefinitions>

/** @throws ConfigError naming each flag, variable or option that is wrong, its value and the fix. */
export async function planServe(options: ServeOptions): Promise<ServePlan> {
  const { config: given, argv = process.argv.slice(2), env = process.env } = options
  if (given !== undefined) assertReadOnce(options)
  const settings = { ...serveSettings, rules: [...serveSettings.rules, createReachRule(options)] }
  const code = toCode(options)
  const config = await (given === undefined
    ? readMerged(settings, { argv, env, code, prefixes: [serveSettings.envPrefix] })
    : resolveSettings(settings, { argv: [], env: {}, code: { ...code, ...pickSet(given) }, prefixes: [] }))
  const { stdio, drainDelayMs, graceMs } = config.values
  const { keys, logLevel, dryRun } = pickSet(config)
  return {
    stdio,
    drainDelayMs,
    graceMs,
    http: toHttp(options, config),
    principal: toPrincipal(config.values),
    server: toDefined({ keys, logLevel, dryRun }),
    env: toExporterEnv(given ?? config),
    secrets: (given ?? config).secrets,
  }
}

/** The exporters read variables, and the headers may come from a file. */
function toExporterEnv({ env, values }: Pick<Config<ServeDefinitions>, 'env' | 'values'>): Environment {
  const { otelHeaders } = values
  return otelHeaders === undefined ? env : { ...env, OTEL_EXPORTER_OTLP_HEADERS: otelHeaders }
}

function assertReadOnce(options: ServeOptions): void {
  const asked = (['argv', 'env', 'envFile', 'secretsDir'] as const).find(
    (name) => options[name] !== undefined,
  )
  if (asked === undefined) return
  throw new TypeError(
    `"${asked}" says nothing beside "config", which was read already. Give it to readSettings.`,
  )
}

/** The options that flags and environment may say too, under the names of their settings. */
function toCode(options: ServeOptions): CodeValues<ServeDefinitions> {
  const { envFile, secretsDir, stdio, host, port, path, allowedHosts, allowedOrigins } = options
  const { admin, drainDelayMs, graceMs, principal } = options
  return {
    ...{ envFile, secretsDir, stdio, host, port, path, allowedHosts, allowedOrigins, drainDelayMs, graceMs },
    adminPort: admin?.port,
    adminHost: admin?.host,
    principalSubject: principal?.subject,
    principalTenant: principal?.tenant,
    principalScopes: principal?.scopes,
    principalRoles: principal?.roles,
  }
}

/** What was set anywhere, but for where to look. */
function pickSet(config: Pick<View, 'values' | 'isSet'>): Partial<Values> {
  const { envFile, secretsDir, ...others } = serveSettings.definitions
  const names = Object.keys(others) as (keyof typeof others)[]
  return Object.fromEntries(
    names.flatMap((name) => (config.isSet(name) ? [[name, config.values[name]]] : [])),
  )
}

type Defined<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> }

function toDefined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
}

function toHttp(options: ServeOptions, view: Pick<View, 'values' | 'isSet'>): HttpOptions {
  const { config, argv, env, envFile, secretsDir, stdio, principal, onStop, drainDelayMs, graceMs, ...http } =
    options
  const { host, port, path, allowedHosts, allowedOrigins, adminPort, adminHost } = pickSet(view)
  const admin =
    adminPort === undefined ? undefined : toAdmin(options.admin, { port: adminPort, host: adminHost })
  return { ...http, ...toDefined({ host, port, path, allowedHosts, allowedOrigins, admin }) }
}

function toAdmin(
  admin: AdminOptions | undefined,
  { port, host }: { port: number; host: string | undefined },
): AdminOptions {
  return { ...admin, port, ...(host === undefined ? {} : { host }) }
}

function toPrincipal(values: Values): LocalCaller {
  const { principalSubject, principalTenant, principalScopes, principalRoles } = values
  const members = { subject: principalSubject, tenant: principalTenant }
  return toDefined({ ...members, scopes: principalScopes, roles: principalRoles })
}

/** Whether beyond loopback callers are known and hosts have names depends on options that only code has. */
function createReachRule(options: ServeOptions): SettingRule<ServeDefinitions> {
  return {
    description: 'Beyond loopback callers say who they are, and hosts have names.',
    about: ['stdio', 'host', 'allowedHosts', 'adminHost', 'adminPort'],
    check(view) {
      if (view.values.stdio) return undefined
      const spelled = options.config ?? view
      const http = toHttp(options, view)
      const fault = findReachFault(http, (option) => spelled.label(option))
      return fault ?? findAdminFault(http.admin, spelled.label('adminHost'))
    },
  }
}

function findAdminFault(admin: AdminOptions | undefined, label: string): string | undefined {
  try {
    if (admin !== undefined) parseAdminOptions(admin)
    return undefined
  } catch (error) {
    return error instanceof TypeError ? error.message.replace('"admin.host"', label) : undefined
  }
}
