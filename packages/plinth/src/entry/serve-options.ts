import type { Config } from '../config/config.ts'
import { type About, toVersion } from '../config/help.ts'
import { resolveSettings } from '../config/resolve-settings.ts'
import type { CodeValues, Environment, RuleView, Setting } from '../config/setting.ts'
import { apiKeys } from '../guard/auth/api-keys.ts'
import type { AuthOptions } from '../guard/auth/auth-options.ts'
import type { ServerOptions } from '../server-options.ts'
import type { AdminOptions } from './admin-options.ts'
import { printLast } from './answer-asked.ts'
import type { HttpOptions } from './http-options.ts'
import type { PlaceNames } from './listen.ts'
import type { LocalCaller } from './local-principal.ts'
import { createPathRule, createReachRule } from './reach.ts'
import { commonSection, readMerged } from './read-settings.ts'
import { createAuditRule } from './record-calls.ts'
import { type ServeDefinitions, serveSettings } from './serve-settings.ts'
import { tellRefusals } from './tell-refusal.ts'

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
  /**
   * The file that every decision is recorded in, as `createAudit` of `plinth/telemetry` does. One process a file.
   * Default: none, besides what `observers` keep.
   */
  readonly auditFile?: string
  /** What becomes of calls that cannot be recorded there. Default `refuse`. */
  readonly auditPolicy?: 'refuse' | 'drop_and_count'
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

/** How settings are spoken of. */
export interface SettingNames extends PlaceNames {
  toLabel(name: keyof ServeDefinitions): string
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
  /** What is told of calls, where that was said. */
  readonly records: Partial<
    Pick<Values, 'logCalls' | 'logArguments' | 'auditFile' | 'auditPolicy' | 'auditKey'>
  >
  readonly env: Environment
  /** What must not reach the log. */
  readonly secrets: readonly string[]
  /** How settings were spelled. */
  readonly names: SettingNames
}

type Values = Config<ServeDefinitions>['values']
type View = RuleView<ServeDefinitions>

/**
 * Answers `--help` and `--version` too, and ends the process.
 *
 * @throws ConfigError naming each flag, variable or option that is wrong, its value and the fix.
 */
export async function planServe(options: ServeOptions, about?: About): Promise<ServePlan> {
  const { config: given } = options
  if (given !== undefined) assertReadOnce(options)
  tellRefusals()
  if (given?.asksVersion === true && about !== undefined) await printLast(toVersion(about))
  const config = await readConfig(options, about)
  const { stdio, drainDelayMs, graceMs } = config.values
  const { keys, logLevel, dryRun, ...set } = pickSet(config)
  const { logCalls, logArguments, auditFile, auditPolicy, auditKey } = set
  return {
    stdio,
    drainDelayMs,
    graceMs,
    http: toHttp(options, config),
    principal: toPrincipal(config.values),
    server: toDefined({ keys, logLevel, dryRun }),
    records: toDefined({ logCalls, logArguments, auditFile, auditPolicy, auditKey }),
    env: toExporterEnv(given ?? config),
    secrets: (given ?? config).secrets,
    names: {
      toLabel: (name) => toLabel(given, config, name),
      toWays: (name, value) => toWays(serveSettings.definitions[name], value),
    },
  }
}

async function readConfig(
  options: ServeOptions,
  about: About | undefined,
): Promise<Config<ServeDefinitions>> {
  const { config: given, argv = process.argv.slice(2), env = process.env } = options
  const code = toCode(options)
  const label = (view: View, name: keyof ServeDefinitions) => toLabel(given, view, name)
  const rules = [
    createReachRule({ ...options, toLabel: label }),
    createPathRule(options, label),
    createAuditRule(label),
  ]
  const settings = { ...serveSettings, rules: [...serveSettings.rules, ...rules] }
  if (given === undefined) {
    const origins = { argv, env, code, prefixes: serveSettings.envPrefixes }
    return readMerged(settings, origins, { sections: [commonSection], about })
  }
  return resolveSettings(settings, { argv: [], env: {}, code: { ...code, ...pickSet(given) }, prefixes: [] })
}

/** How a setting was spelled where it was set, be that before the server was served. */
function toLabel(
  given: Config<ServeDefinitions> | undefined,
  view: Pick<View, 'label'>,
  name: keyof ServeDefinitions,
): string {
  return given?.isSet(name) === true ? given.label(name) : view.label(name)
}

/** How a setting can be set by whoever starts the program. */
function toWays({ flag, env }: Setting, value: string | number): string {
  return ` with ${[flag && `--${flag} ${value}`, env && `${env}=${value}`].filter(Boolean).join(' or ')}`
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
  const { admin, drainDelayMs, graceMs, principal, auditFile, auditPolicy } = options
  return {
    ...{ envFile, secretsDir, stdio, host, port, path, allowedHosts, allowedOrigins, drainDelayMs, graceMs },
    auditFile,
    auditPolicy,
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
  const { config, argv, env, envFile, secretsDir, stdio, principal, onStop, drainDelayMs, graceMs, ...rest } =
    options
  const { auditFile, auditPolicy, ...http } = rest
  const { host, port, path, allowedHosts, allowedOrigins, apiKeysFile, ...set } = pickSet(view)
  const admin = toAdmin(options.admin, set)
  const auth = addKeys(options.auth, apiKeysFile)
  return { ...http, ...toDefined({ host, port, path, allowedHosts, allowedOrigins, auth, admin }) }
}

/** Whoever code lets in, and the holders of keys. */
function addKeys<Auth extends Pick<AuthOptions, 'verifiers'>>(
  auth: Auth | undefined,
  file: string | undefined,
): Auth | Pick<AuthOptions, 'verifiers'> | undefined {
  if (file === undefined) return auth
  return { ...auth, verifiers: [apiKeys({ file }), ...(auth?.verifiers ?? [])] }
}

function toAdmin(admin: AdminOptions | undefined, set: Partial<Values>): AdminOptions | undefined {
  const { adminPort: port, adminHost: host, adminKeysFile } = set
  if (port === undefined) return undefined
  return { ...admin, port, ...toDefined({ host, auth: addKeys(admin?.auth, adminKeysFile) }) }
}

function toPrincipal(values: Values): LocalCaller {
  const { principalSubject, principalTenant, principalScopes, principalRoles } = values
  const members = { subject: principalSubject, tenant: principalTenant }
  return toDefined({ ...members, scopes: principalScopes, roles: principalRoles })
}
