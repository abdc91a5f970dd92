import { httpNumbers } from '../../src/entry/http-options.ts'
import { serveSettings } from '../../src/entry/serve-settings.ts'
import { jobNumbers } from '../../src/jobs/job-options.ts'
import { serverNumbers } from '../../src/server-options.ts'

/** What a number may be, and what it is without being set. */
export interface Bounds {
  readonly preset?: number
  readonly min: number
  readonly max?: number
}

/** An interface of options that only code has. */
export interface OptionTable {
  readonly name: string
  /** What takes them. */
  readonly use: string
  /** The bounds of its numbers, where they are a table in the source. */
  readonly bounds?: Readonly<Record<string, Bounds>>
}

const { adminPort, drainDelayMs, graceMs } = serveSettings.definitions

const serving: readonly OptionTable[] = [
  {
    name: 'ServerOptions',
    use: '`createServer(options)`',
    bounds: { ...serverNumbers, pageSize: { min: 1 } },
  },
  { name: 'CallLogOptions', use: '`logCalls` of `createServer`', bounds: {} },
  {
    name: 'JobOptions',
    use: '`jobs` of `createServer`',
    bounds: Object.fromEntries(
      Object.entries(jobNumbers).map(([name, [preset, min, max]]) => [name, { preset, min, max }]),
    ),
  },
  {
    name: 'HttpOptions',
    use: '`serveHttp`, `createFetchHandler` and `server.serve`',
    bounds: httpNumbers,
  },
  { name: 'AdminOptions', use: '`admin` of the above', bounds: { port: adminPort } },
  { name: 'AuthOptions', use: '`auth` of the above', bounds: {} },
  {
    name: 'ServeOptions',
    use: '`server.serve(options)`',
    bounds: {
      drainDelayMs: { ...drainDelayMs, preset: drainDelayMs.default },
      graceMs: { ...graceMs, preset: graceMs.default },
    },
  },
  { name: 'LocalCaller', use: '`principal` of `server.serve`', bounds: {} },
  { name: 'ProbeOptions', use: '`server.addProbe`' },
]

const contracts: readonly OptionTable[] = [
  { name: 'ToolContract', use: '`server.tool` and `defineTool`' },
  { name: 'ResourceContract', use: '`server.resource` and `defineResource`' },
  { name: 'PromptContract', use: '`server.prompt` and `definePrompt`' },
  { name: 'Described', use: 'all contracts' },
  { name: 'Access', use: 'all contracts' },
  { name: 'Policies', use: 'all contracts' },
  { name: 'ToolPolicies', use: 'contracts of tools' },
  { name: 'RateLimit', use: '`rate` of `createServer` and of contracts' },
  { name: 'ConcurrencyLimit', use: '`concurrency` of `createServer` and of contracts' },
  { name: 'BudgetPolicy', use: '`budget` of `createServer` and of contracts' },
  { name: 'RepeatPolicy', use: '`repeat` of `createServer` and of contracts' },
  { name: 'IdempotencyPolicy', use: '`idempotency` of contracts' },
  { name: 'CachePolicy', use: '`cache` of contracts' },
  { name: 'TaskPolicy', use: '`task` of contracts' },
  { name: 'WorkerHandlerOptions', use: '`workerHandler`' },
  { name: 'FailOptions', use: '`call.fail`' },
  { name: 'ToolResultOptions', use: '`toolResult`' },
]

const telling: readonly OptionTable[] = [
  { name: 'AuditOptions', use: '`createAudit` of `plinth/telemetry`' },
  { name: 'FileAuditSinkOptions', use: '`fileAuditSink` of `plinth/telemetry`' },
  { name: 'ReadingOptions', use: '`read` of `Metrics`' },
  { name: 'PinoLogOptions', use: '`createPinoLog` of `plinth/log`' },
  {
    name: 'OtlpOptions',
    use: '`createOtlpTracer` of `plinth/otel` and `createOtlpMetrics` of `plinth/otel-metrics`',
  },
]

const callers: readonly OptionTable[] = [
  { name: 'ApiKeysOptions', use: '`apiKeys` of `plinth/auth`' },
  { name: 'AccessTokenOptions', use: '`jwt` and `introspection` of `plinth/auth`' },
  { name: 'JwtOptions', use: '`jwt` of `plinth/auth`' },
  { name: 'IntrospectionOptions', use: '`introspection` of `plinth/auth`' },
  { name: 'TrustedGatewayOptions', use: '`trustedGateway` of `plinth/auth`' },
]

const stores: readonly OptionTable[] = [
  { name: 'SharedStoreOptions', use: 'all shared stores' },
  { name: 'EventLogOptions', use: 'the event logs in them' },
  { name: 'SqliteStoreOptions', use: '`createSqliteStores` of `plinth/sqlite`' },
  { name: 'RedisStoreOptions', use: '`createRedisStores` of `plinth/redis`' },
  { name: 'NodeRedisOptions', use: '`fromNodeRedis` of `plinth/redis`' },
  { name: 'PostgresStoreOptions', use: '`createPostgresStores` of `plinth/postgres`' },
  { name: 'LeasesOptions', use: '`createLeases` of `plinth`' },
  { name: 'LeaseOptions', use: '`acquire` of the above' },
  { name: 'MemoryJobOptions', use: '`createMemoryJobStore` of `plinth/jobs`' },
  { name: 'SqliteJobOptions', use: '`createSqliteJobStore` of `plinth/jobs`' },
  { name: 'PostgresJobOptions', use: '`createPostgresJobStore` of `plinth/jobs`' },
  { name: 'BullmqJobOptions', use: '`createBullmqJobStore` of `plinth/bullmq`' },
]

const outside: readonly OptionTable[] = [
  { name: 'UpstreamOptions', use: '`defineUpstream` of `plinth/upstream`' },
  { name: 'RetryOptions', use: '`retry` of the above' },
  { name: 'BreakerOptions', use: '`breaker` of the above' },
  { name: 'BulkheadOptions', use: '`bulkhead` of the above' },
  { name: 'SafeFetchOptions', use: '`safeFetch` of `plinth/upstream`' },
]

const programs: readonly OptionTable[] = [
  { name: 'DefineSettingsOptions', use: '`defineSettings` of `plinth/config`' },
  { name: 'ReadSettingsOptions', use: '`readSettings` of `plinth/config`' },
  { name: 'TestClientOptions', use: '`createTestClient` of `plinth/testing`' },
  { name: 'CallOptions', use: 'the calls of that client' },
]

/** Every interface of options, in the order of the page. */
export const optionTables: readonly OptionTable[] = [
  serving,
  contracts,
  telling,
  callers,
  stores,
  outside,
  programs,
].flat()
