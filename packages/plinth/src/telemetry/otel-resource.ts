import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources'
import { createStderrLog, type LogSink } from './log.ts'
import { redactText } from './redact.ts'

/** Variables of OpenTelemetry. */
export type OtelEnvironment = Readonly<Record<string, string | undefined>>

/** Under which name a process sends, and where to. */
export interface OtlpOptions {
  /** Default: `OTEL_SERVICE_NAME`, else this. */
  readonly serviceName: string
  readonly serviceVersion?: string
  /** Where the collector takes them. Default: as `OTEL_EXPORTER_OTLP_*` say, else port 4318 of this machine. */
  readonly url?: string
  /** Default `process.env`. */
  readonly env?: OtelEnvironment
  /** Where it is told that a collector does not take what is sent, and what of `env` means nothing. Default: stderr. */
  readonly log?: LogSink
}

/** What is told of this process with everything it sends. `OTEL_RESOURCE_ATTRIBUTES` is part of it. */
export function createResource({ serviceName, serviceVersion, env = process.env }: OtlpOptions): Resource {
  const own = {
    'service.name': env['OTEL_SERVICE_NAME'] || serviceName,
    ...(serviceVersion === undefined ? {} : { 'service.version': serviceVersion }),
  }
  return defaultResource()
    .merge(resourceFromAttributes(own))
    .merge(detectResources({ detectors: [envDetector] }))
}

/**
 * One protocol is spoken here, and a collector that expects another one would get nothing it can read.
 *
 * @throws TypeError naming the variable and its value.
 */
export function assertProtocol(signal: 'TRACES' | 'METRICS', env: OtelEnvironment): void {
  for (const name of [`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL']) {
    const value = env[name] || undefined
    if (value === 'http/protobuf') return
    if (value !== undefined) {
      throw new TypeError(`"${name}" must be "http/protobuf", got ${JSON.stringify(value)}.`)
    }
  }
}

/** What an exporter is made with. */
export interface ExporterSetup {
  readonly env: OtelEnvironment
  readonly log: LogSink
  /** Where it sends to. */
  readonly url: string
  /** What it is told. What it reads itself, it reads from the environment of the process. */
  readonly exporterOptions: { url?: string; headers?: Record<string, string> }
}

/** Works out where to send, and with which headers. */
export function toExporter(signal: 'TRACES' | 'METRICS', options: OtlpOptions): ExporterSetup {
  const { env = process.env, log = createStderrLog() } = options
  const endpoint = options.url ?? findEndpoint(signal, env)
  const exporterOptions = {
    ...(endpoint === undefined ? {} : { url: endpoint }),
    ...(env === process.env ? {} : { headers: parseHeaders(signal, env) }),
  }
  return { env, log, url: endpoint ?? `http://localhost:4318/v1/${signal.toLowerCase()}`, exporterOptions }
}

/** What the specification of OpenTelemetry wants to be ignored is said at least. */
export function warnOfIgnored(
  log: LogSink,
  { name, value, expected }: { name: string; value: string; expected: string },
): void {
  const message = 'A variable of OpenTelemetry has a value that means nothing, and is ignored.'
  log({ level: 'warn', message, variable: name, value: redactText(value), expected })
}

function findEndpoint(signal: 'TRACES' | 'METRICS', env: OtelEnvironment): string | undefined {
  const own = env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] || undefined
  const base = env['OTEL_EXPORTER_OTLP_ENDPOINT'] || undefined
  return own ?? (base && `${base.replace(/\/+$/, '')}/v1/${signal.toLowerCase()}`)
}

function parseHeaders(signal: 'TRACES' | 'METRICS', env: OtelEnvironment): Record<string, string> {
  const names = ['OTEL_EXPORTER_OTLP_HEADERS', `OTEL_EXPORTER_OTLP_${signal}_HEADERS`]
  return Object.fromEntries(names.flatMap((name) => parseHeaderList(name, env[name] ?? '')))
}

/** `name=value` pairs with commas between, the values percent-encoded. They may be secrets. */
function parseHeaderList(variable: string, text: string): [string, string][] {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '')
  return pairs.map((pair) => {
    const [, name, value] = /^\s*([!#$%&'*+.^_`|~\w-]+)\s*=\s*((?:[^%]|%[0-9a-f]{2})*)$/i.exec(pair) ?? []
    if (name !== undefined && value !== undefined) return [name, decodeURIComponent(value.trim())]
    throw new TypeError(`"${variable}" must be name=value pairs with commas between. One of them is not.`)
  })
}
