import type { Server } from '../server.ts'

type Environment = Readonly<Record<string, string | undefined>>

const switches = [
  'OTEL_EXPORTER_OTLP_ENDPOINT',
  'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT',
  'OTEL_TRACES_EXPORTER',
] as const

/** Whether the variables of OpenTelemetry ask for traces over OTLP. */
function wantsTraces(env: Environment): boolean {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return false
  const exporter = env['OTEL_TRACES_EXPORTER'] || undefined
  if (exporter !== undefined) return exporter === 'otlp'
  return switches.some((name) => (env[name] ?? '') !== '')
}

/**
 * Sends traces where the environment asks for them and the server has no tracer of its own.
 *
 * @throws TypeError naming the variable and the packages where those are not installed.
 */
export async function traceAsEnvironmentSays(server: Server, env: Environment): Promise<void> {
  if (server.telemetry.hasTracer || !wantsTraces(env)) return
  const { createOtlpTracer } = await loadOtel(env)
  const { name, version } = server.settings.serverInfo
  server.telemetry.useTracer(
    createOtlpTracer({ serviceName: String(name), serviceVersion: String(version), env }),
  )
}

async function loadOtel(env: Environment): Promise<typeof import('../telemetry/otel.ts')> {
  try {
    return await import('../telemetry/otel.ts')
  } catch (error) {
    const variable = switches.find((name) => (env[name] ?? '') !== '')
    const packages =
      '@opentelemetry/api @opentelemetry/sdk-trace @opentelemetry/resources @opentelemetry/context-async-hooks ' +
      '@opentelemetry/exporter-trace-otlp-http'
    const message = `"${variable}" asks for traces, which need other packages. Run: npm install ${packages}`
    throw new TypeError(message, { cause: error })
  }
}
