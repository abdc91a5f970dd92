import { type HrTime, ValueType } from '@opentelemetry/api'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import type { Resource } from '@opentelemetry/resources'
import {
  AggregationTemporality,
  type CollectionResult,
  type DataPoint,
  DataPointType,
  type Histogram,
  MeterProvider,
  type MetricData,
  type MetricProducer,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import type { LogSink } from './log.ts'
import type { MetricFamily, MetricPoint } from './metric-families.ts'
import { createRegistry, type Metrics } from './metrics.ts'
import { ExportHealth } from './otel-health.ts'
import {
  assertProtocol,
  createResource,
  type OtelEnvironment,
  type OtlpOptions,
  toExporter,
  warnOfIgnored,
} from './otel-resource.ts'

export type { Metrics, OtlpOptions }

/**
 * Metrics that are sent to a collector over OTLP/HTTP, every minute or as `OTEL_METRIC_EXPORT_INTERVAL` says. Give it to
 * `server.measure`. Names have no suffix of their unit, so that a Prometheus behind the collector makes of them those
 * of `/metrics`.
 *
 * That a collector does not take them is logged and counted.
 *
 * @throws TypeError naming the variable of the environment and its value where it asks for what is not here. Values that
 * mean nothing are logged and ignored, as the specification of OpenTelemetry wants it.
 */
export function createOtlpMetrics(options: OtlpOptions): Metrics {
  const { env, log, exporterOptions, url } = toExporter('METRICS', options)
  assertProtocol('METRICS', env)
  assertCumulative(env, log)
  const exportIntervalMillis = parseMs(env, log, { name: 'OTEL_METRIC_EXPORT_INTERVAL', preset: 60_000 })
  const timeoutMs = parseMs(env, log, { name: 'OTEL_METRIC_EXPORT_TIMEOUT', preset: 30_000 })
  const health = new ExportHealth({ signal: 'metrics', url, log })
  const exporter = new OTLPMetricExporter(exporterOptions)
  health.watch(exporter)
  const registry = createRegistry()
  const resource = createResource(options)
  const reader = new PeriodicExportingMetricReader({
    exporter,
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(timeoutMs, exportIntervalMillis),
    metricProducers: [createProducer(() => registry.families(), resource)],
  })
  const provider = new MeterProvider({ resource, readers: [reader] })
  const { families: _families, ...metrics } = registry
  return {
    ...metrics,
    readings: () => [health.reading()],
    close: () => health.close(() => provider.shutdown()),
  }
}

/** Counts are handed over as they stand, since the start of the process. */
function assertCumulative(env: OtelEnvironment, log: LogSink): void {
  const name = 'OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'
  const value = env[name] || 'cumulative'
  const wanted = value.toLowerCase()
  if (wanted === 'cumulative') return
  if (wanted === 'delta' || wanted === 'lowmemory') {
    throw new TypeError(`"${name}" must be "cumulative", got ${JSON.stringify(value)}.`)
  }
  warnOfIgnored(log, { name, value, expected: 'cumulative' })
}

function parseMs(
  env: OtelEnvironment,
  log: LogSink,
  { name, preset }: { name: string; preset: number },
): number {
  const value = env[name] || String(preset)
  const ms = Number(value)
  if (Number.isSafeInteger(ms) && ms > 0 && ms < 2 ** 31) return ms
  warnOfIgnored(log, { name, value, expected: 'a positive whole number of milliseconds' })
  return preset
}

/** Hands the metrics over as they stand. Counts start with the process. */
function createProducer(families: () => readonly MetricFamily[], resource: Resource): MetricProducer {
  const startTime = toHrTime(Date.now())
  return {
    async collect(): Promise<CollectionResult> {
      const times = { startTime, endTime: toHrTime(Date.now()) }
      const metrics = families().map((family) => toMetricData(family, times))
      return {
        resourceMetrics: { resource, scopeMetrics: [{ scope: { name: 'plinth' }, metrics }] },
        errors: [],
      }
    },
  }
}

type Times = Pick<DataPoint<unknown>, 'startTime' | 'endTime'>

function toMetricData(family: MetricFamily, times: Times): MetricData {
  const points = [...family.points()]
  const base = {
    descriptor: { ...toName(family.name), description: family.help, valueType: ValueType.DOUBLE },
    aggregationTemporality: AggregationTemporality.CUMULATIVE,
  }
  const toPoint = ({ labels, value }: MetricPoint) => ({ ...times, attributes: labels, value })
  if (family.type === 'histogram') {
    const dataPoints = points.map((point) => ({
      ...times,
      attributes: point.labels,
      value: toHistogram(point, family.bounds ?? []),
    }))
    return { ...base, dataPointType: DataPointType.HISTOGRAM, dataPoints }
  }
  const dataPoints = points.map(toPoint)
  if (family.type === 'gauge') return { ...base, dataPointType: DataPointType.GAUGE, dataPoints }
  return { ...base, dataPointType: DataPointType.SUM, isMonotonic: true, dataPoints }
}

function toHistogram(
  { value: sum, count = 0, buckets = [] }: MetricPoint,
  boundaries: readonly number[],
): Histogram {
  return { sum, count, buckets: { boundaries: [...boundaries], counts: [...buckets] } }
}

const units: Readonly<Record<string, string>> = { seconds: 's', bytes: 'By' }

/** `plinth_call_duration_seconds` is `plinth_call_duration` in `s`. */
function toName(name: string): { name: string; unit: string } {
  const [, base = name, suffix = ''] = /^(.+?)(?:_(seconds|bytes))?(?:_total)?$/.exec(name) ?? []
  return { name: base, unit: units[suffix] ?? '' }
}

function toHrTime(ms: number): HrTime {
  return [Math.floor(ms / 1_000), (ms % 1_000) * 1e6]
}
