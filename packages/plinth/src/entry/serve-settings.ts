import { originSettings } from '../config/resolve-settings.ts'
import type { SettingRule, Settings } from '../config/setting.ts'
import { logLevels } from '../telemetry/server-log.ts'
import { httpNumbers, httpPresets } from './http-options.ts'
import { keyFile } from './key-file.ts'

/** The settings of a server over HTTP. */
const httpSettings = {
  host: {
    kind: 'string',
    env: 'PLINTH_HOST',
    flag: 'host',
    default: httpPresets.host as string,
    description: 'Address to bind. Beyond loopback, callers must say who they are and hosts need names.',
  },
  port: {
    kind: 'integer',
    env: 'PORT',
    flag: 'port',
    default: httpNumbers.port.preset as number,
    min: httpNumbers.port.min as number,
    max: httpNumbers.port.max as number,
    description: 'Port to bind; 0 takes a free one.',
  },
  path: {
    kind: 'string',
    env: 'PLINTH_PATH',
    flag: 'path',
    default: httpPresets.path as string,
    pattern: /^\/(?!.*(?:\/\/|\.\.))[\w\-./]*$/ as RegExp,
    expected: 'an absolute path such as "/mcp"',
    description: 'The MCP endpoint.',
  },
  allowedHosts: {
    kind: 'list',
    env: 'PLINTH_ALLOWED_HOSTS',
    flag: 'allowed-hosts',
    description: 'Host names this server answers to besides loopback names. Needed beyond loopback.',
  },
  allowedOrigins: {
    kind: 'list',
    env: 'PLINTH_ALLOWED_ORIGINS',
    flag: 'allowed-origins',
    description: "Web origins whose pages may call. Without it only this machine's.",
  },
  apiKeysFile: {
    kind: 'string',
    env: 'PLINTH_API_KEYS_FILE',
    flag: 'api-keys-file',
    empty: 'refused',
    schema: keyFile as typeof keyFile,
    expected: 'a file of API keys',
    description:
      'Closes the server: a file of API keys, as `plinth key create` makes them. It is read again when it changes.',
  },
  adminPort: {
    kind: 'integer',
    env: 'PLINTH_ADMIN_PORT',
    flag: 'admin-port',
    min: httpNumbers.port.min as number,
    max: httpNumbers.port.max as number,
    description: 'Opens a second port with health and metrics; 0 takes a free one.',
  },
  adminHost: {
    kind: 'string',
    env: 'PLINTH_ADMIN_HOST',
    flag: 'admin-host',
    needs: ['adminPort'],
    description: 'Address that the second port binds. Without it 127.0.0.1.',
  },
  adminKeysFile: {
    kind: 'string',
    env: 'PLINTH_ADMIN_KEYS_FILE',
    flag: 'admin-keys-file',
    empty: 'refused',
    needs: ['adminPort'],
    schema: keyFile as typeof keyFile,
    expected: 'a file of API keys',
    description:
      'API keys that may read the metrics, as `plinth key create` makes them. Without it everyone on this machine may, and nobody else; health asks nobody.',
  },
} as const

/** The settings of how a server runs and stops. */
const runSettings = {
  keys: {
    kind: 'list',
    env: 'PLINTH_KEYS',
    secret: true,
    pattern: /^(?:[A-Za-z0-9+/]{43}|[A-Za-z0-9_-]{43})=?$/ as RegExp,
    expected: '32 bytes as base64 for each key, separated by commas (make one with: openssl rand -base64 32)',
    description:
      'Keys that seal sessions: the first seals, all open. Processes that share them serve each other.',
  },
  logLevel: {
    kind: 'enum',
    env: 'PLINTH_LOG_LEVEL',
    flag: 'log-level',
    values: logLevels as typeof logLevels,
    default: 'info',
    description: "The quietest level of the server's log.",
  },
  dryRun: {
    kind: 'boolean',
    env: 'PLINTH_DRY_RUN',
    flag: 'dry-run',
    default: false,
    description: 'Whether tools that write only say what they would do; those that cannot are refused.',
  },
  drainDelayMs: {
    kind: 'duration',
    env: 'PLINTH_DRAIN_DELAY',
    flag: 'drain-delay',
    default: 0,
    min: 0,
    max: 3_600_000,
    description: 'How long everything is served on after a signal, while readiness already says no.',
  },
  graceMs: {
    kind: 'duration',
    env: 'PLINTH_GRACE_PERIOD',
    flag: 'grace-period',
    default: 10_000,
    min: 0,
    max: 86_400_000,
    description: 'How long calls in flight may still take after that.',
  },
} as const

/** What is told of calls. */
const recordSettings = {
  logCalls: {
    kind: 'boolean',
    env: 'PLINTH_LOG_CALLS',
    flag: 'log-calls',
    description:
      'Whether the log has a line for each call. Without it there is one, unless code says otherwise.',
  },
  logArguments: {
    kind: 'boolean',
    env: 'PLINTH_LOG_ARGUMENTS',
    flag: 'log-arguments',
    description: 'Whether those lines carry the arguments, without their secrets. Without it they do not.',
  },
  auditFile: {
    kind: 'string',
    env: 'PLINTH_AUDIT_FILE',
    flag: 'audit-file',
    description:
      'A file for the record of every decision, which `plinth audit verify` checks. Each process needs one of its own.',
  },
  auditPolicy: {
    kind: 'enum',
    env: 'PLINTH_AUDIT_POLICY',
    flag: 'audit-policy',
    values: ['refuse', 'drop_and_count'],
    description:
      'What becomes of calls that cannot be recorded, such as on a full disk: they are refused, or served and counted. Without it `refuse`.',
  },
  auditKey: {
    kind: 'string',
    env: 'PLINTH_AUDIT_KEY',
    secret: true,
    pattern: /^\S{16,1000}$/ as RegExp,
    expected: '16 characters or more, without spaces (make it with: openssl rand -base64 32)',
    description: 'Goes into the hashes of that record, so that nobody without it can forge a whole one.',
  },
} as const

/** Who calls over stdio. */
const principalSettings = {
  principalSubject: {
    kind: 'string',
    env: 'PLINTH_PRINCIPAL_SUBJECT',
    empty: 'refused',
    pattern: /^.{1,200}$/s as RegExp,
    expected: '1 to 200 characters',
    description: 'Who calls over stdio. Without it the user that runs the process.',
  },
  principalTenant: {
    kind: 'string',
    env: 'PLINTH_PRINCIPAL_TENANT',
    empty: 'refused',
    pattern: /^.{1,200}$/s as RegExp,
    expected: '1 to 200 characters',
    description: 'The tenant of the caller over stdio. Without it `local`.',
  },
  principalScopes: {
    kind: 'list',
    env: 'PLINTH_PRINCIPAL_SCOPES',
    separator: ' ',
    empty: 'refused',
    pattern: /^[\x21-\x7e]+$/ as RegExp,
    expected: 'names of printable ASCII with spaces between',
    description: 'What the caller over stdio may do. Without scopes and roles: everything.',
  },
  principalRoles: {
    kind: 'list',
    env: 'PLINTH_PRINCIPAL_ROLES',
    separator: ' ',
    empty: 'refused',
    pattern: /^[\x21-\x7e]+$/ as RegExp,
    expected: 'names of printable ASCII with spaces between',
    description: 'The roles of the caller over stdio.',
  },
} as const

/** The variables of OpenTelemetry that switch its exporters on; those read more of them. */
const otelSettings = {
  otelDisabled: {
    kind: 'string',
    env: 'OTEL_SDK_DISABLED',
    description: '`true`: nothing is sent, whatever else is set.',
  },
  otelTracesExporter: {
    kind: 'enum',
    env: 'OTEL_TRACES_EXPORTER',
    values: ['otlp', 'none'],
    description: 'Whether traces are sent over OTLP. Without it they are where an endpoint is set.',
  },
  otelMetricsExporter: {
    kind: 'enum',
    env: 'OTEL_METRICS_EXPORTER',
    values: ['otlp', 'none'],
    description: 'Whether metrics are sent over OTLP. Without it they are where an endpoint is set.',
  },
  otelEndpoint: {
    kind: 'url',
    env: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    description: 'The collector of traces and metrics.',
  },
  otelTracesEndpoint: {
    kind: 'url',
    env: 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
    description: 'Where a collector takes traces.',
  },
  otelMetricsEndpoint: {
    kind: 'url',
    env: 'OTEL_EXPORTER_OTLP_METRICS_ENDPOINT',
    description: 'Where a collector takes metrics.',
  },
  otelHeaders: {
    kind: 'string',
    env: 'OTEL_EXPORTER_OTLP_HEADERS',
    secret: true,
    description: 'Headers for the collector, such as `authorization=Bearer%20...`.',
  },
  otelServiceName: {
    kind: 'string',
    env: 'OTEL_SERVICE_NAME',
    description: 'The name of this service. Without it that of the server.',
  },
  otelSampler: {
    kind: 'string',
    env: 'OTEL_TRACES_SAMPLER',
    description: 'Which requests are traced. Without it all whose caller did not decide otherwise.',
  },
  otelSamplerArg: {
    kind: 'string',
    env: 'OTEL_TRACES_SAMPLER_ARG',
    description: 'The part that a sampler by ratio takes, from 0 to 1.',
  },
} as const

const stdioSettings = {
  stdio: {
    kind: 'boolean',
    flag: 'stdio',
    default: false,
    description: 'Serves over standard streams instead of HTTP.',
  },
} as const

/** The settings that every server started with `serve` has. */
export type ServeDefinitions = typeof originSettings &
  typeof stdioSettings &
  typeof httpSettings &
  typeof runSettings &
  typeof recordSettings &
  typeof principalSettings &
  typeof otelSettings

const stdioRule: SettingRule<ServeDefinitions> = {
  description: '`--stdio` and flags of HTTP exclude each other.',
  about: ['stdio', ...(Object.keys(httpSettings) as (keyof typeof httpSettings)[])],
  check({ sources, values }) {
    if (values.stdio !== true || sources.stdio.kind !== 'flag') return undefined
    const flag = Object.entries(httpSettings).find(
      ([name]) => sources[name as keyof typeof httpSettings].kind === 'flag',
    )
    if (flag === undefined) return undefined
    return `"--stdio" and "--${flag[1].flag}" on the command line contradict each other. Leave one of them out.`
  },
}

const argumentsRule: SettingRule<ServeDefinitions> = {
  description: 'Arguments are in the lines of calls, so there must be such lines.',
  about: ['logCalls', 'logArguments'],
  check({ values, label }) {
    if (values.logCalls !== false || values.logArguments !== true) return undefined
    return `${label('logArguments')} is true and ${label('logCalls')} is false, which contradict each other. Leave one of them out.`
  },
}

/** Plinth's own settings: what flags and environment say of any server. */
export const serveSettings: Settings<ServeDefinitions> = {
  definitions: {
    ...originSettings,
    ...stdioSettings,
    ...httpSettings,
    ...runSettings,
    ...recordSettings,
    ...principalSettings,
    ...otelSettings,
  },
  rules: [stdioRule, argumentsRule],
  values: {},
  envPrefixes: ['PLINTH_'],
  authenticatedBy: undefined,
  about: undefined,
}
