// What a server that is measured tells of its calls: nothing, one kind of thing, or all of them.
import { join } from 'node:path'
import { destination } from 'pino'
import type { ServerOptions } from 'plinth'

/** What can be told. `sampled` are traces of one call in a hundred, `usual` is logs and metrics. */
export type Telemetry = 'off' | 'logs' | 'traces' | 'sampled' | 'metrics' | 'audit' | 'usual' | 'all'

type Part = Partial<Pick<ServerOptions, 'log' | 'logCalls' | 'maxLogLinesPerSecond' | 'tracer' | 'observers'>>

/** Every line is written, to a file that keeps none where no other is given. */
async function createLogs(dest = '/dev/null'): Promise<Part> {
  const { createPinoLog } = await import('plinth/log')
  const log = createPinoLog({ destination: destination({ dest, sync: false, minLength: 8_192 }) })
  return { log, logCalls: true, maxLogLinesPerSecond: 1_000_000_000 }
}

async function createTraces(ratio: number): Promise<Part> {
  const { createOtlpTracer } = await import('plinth/otel')
  const env = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: String(ratio) }
  const url = `${process.env['BENCH_COLLECTOR']}/v1/traces`
  return { tracer: createOtlpTracer({ serviceName: 'bench', url, env }) }
}

async function createMetricsPart(): Promise<Part> {
  const { createMetrics } = await import('plinth/telemetry')
  return { observers: [createMetrics()] }
}

async function createAuditPart(): Promise<Part> {
  const { createAudit, fileAuditSink } = await import('plinth/telemetry')
  const path = join(process.env['BENCH_FOLDER'] ?? '.', `audit-${process.pid}.log`)
  const sink = fileAuditSink({ path, maxFiles: 1 })
  return { observers: [createAudit({ sink, onUnwritable: 'drop_and_count', log: () => undefined })] }
}

const parts: Readonly<Record<Exclude<Telemetry, 'off' | 'usual' | 'all'>, () => Promise<Part>>> = {
  logs: () => createLogs(),
  traces: () => createTraces(1),
  sampled: () => createTraces(0.01),
  metrics: createMetricsPart,
  audit: createAuditPart,
}

/** The options of a server that tells what `BENCH_TELEMETRY` says; none where it says nothing. */
export async function readTelemetry(): Promise<Part> {
  const wanted = (process.env['BENCH_TELEMETRY'] ?? 'off') as Telemetry
  if (wanted === 'off') return {}
  if (wanted === 'usual') {
    const path = join(process.env['BENCH_FOLDER'] ?? '.', `calls-${process.pid}.log`)
    return { ...(await createLogs(path)), ...(await createMetricsPart()) }
  }
  if (wanted !== 'all') return parts[wanted]()
  const made = await Promise.all([createLogs(), createTraces(1), createMetricsPart(), createAuditPart()])
  return { ...Object.assign({}, ...made), observers: made.flatMap(({ observers = [] }) => observers) }
}
