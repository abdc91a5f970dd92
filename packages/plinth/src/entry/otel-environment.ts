import { ConfigError } from '../config/config-error.ts'
import type { Server } from '../server.ts'
import type { LogSink } from '../telemetry/log.ts'

type Environment = Readonly<Record<string, string | undefined>>
type Signal = 'TRACES' | 'METRICS'

const shared = 'OTEL_EXPORTER_OTLP_ENDPOINT'

/** What each signal needs besides plinth. */
const packages: Readonly<Record<Signal, string>> = {
  TRACES:
    '@opentelemetry/api @opentelemetry/context-async-hooks @opentelemetry/exporter-trace-otlp-proto ' +
    '@opentelemetry/resources @opentelemetry/sdk-trace',
  METRICS:
    '@opentelemetry/api @opentelemetry/exporter-metrics-otlp-proto @opentelemetry/resources ' +
    '@opentelemetry/sdk-metrics',
}

/**
 * Sends traces and metrics where the variables of OpenTelemetry ask for them. A server with a tracer of its own keeps it.
 *
 * @throws ConfigError naming the variable and its value, or the packages that are not installed.
 */
export async function exportAsEnvironmentSays(server: Server, env: Environment): Promise<void> {
  try {
    await exportWhere(server, env)
  } catch (error) {
    const isForPeople = error instanceof TypeError && error.message.startsWith('"OTEL_')
    throw isForPeople ? new ConfigError([error.message], { cause: error }) : error
  }
}

async function exportWhere(server: Server, env: Environment): Promise<void> {
  const { serverInfo, log } = server.settings
  const { name, version } = serverInfo
  const options = { serviceName: String(name), serviceVersion: String(version), env, log }
  warnOfDisabled(env['OTEL_SDK_DISABLED'] ?? '', log)
  const traces = server.telemetry.hasTracer ? undefined : findSwitch('TRACES', env)
  if (traces !== undefined) {
    const { createOtlpTracer } = await load('TRACES', traces, () => import('../telemetry/otel.ts'))
    server.telemetry.useTracer(createOtlpTracer(options))
  }
  const metrics = findSwitch('METRICS', env)
  if (metrics !== undefined) {
    const { createOtlpMetrics } = await load('METRICS', metrics, () => import('../telemetry/otel-metrics.ts'))
    server.measure(createOtlpMetrics(options))
  }
}

/** Whatever is not `true` means false (OpenTelemetry, "Boolean"), which hardly anyone expects of `1` or `yes`. */
function warnOfDisabled(value: string, log: LogSink): void {
  if (value === '' || /^(?:true|false)$/i.test(value)) return
  const message = 'A variable of OpenTelemetry has a value that means nothing, and is ignored.'
  log({ level: 'warn', message, variable: 'OTEL_SDK_DISABLED', value, expected: 'true, false' })
}

/** The variable that asks for a signal over OTLP; undefined where none does. */
function findSwitch(signal: Signal, env: Environment): string | undefined {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return undefined
  const name = `OTEL_${signal}_EXPORTER`
  const exporter = env[name] || undefined
  if (exporter === 'none') return undefined
  if (exporter === 'otlp') return name
  if (exporter !== undefined) {
    throw new TypeError(`"${name}" must be "otlp" or "none", got ${JSON.stringify(exporter)}.`)
  }
  return [`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`, shared].find((one) => (env[one] ?? '') !== '')
}

async function load<M>(signal: Signal, variable: string, importModule: () => Promise<M>): Promise<M> {
  try {
    return await importModule()
  } catch (error) {
    const message =
      `"${variable}" asks for ${signal.toLowerCase()}, which need other packages. Run: npm install ` +
      `${packages[signal]}. Or set "OTEL_${signal}_EXPORTER" to "none".`
    throw new TypeError(message, { cause: error })
  }
}
