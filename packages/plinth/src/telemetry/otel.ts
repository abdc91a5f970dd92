import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { createOtelTracer } from './otel-tracer.ts'
import type { Tracer } from './tracer.ts'

export { createOtelTracer }

/** Where traces are sent and under which name. */
export interface OtlpTracerOptions {
  /** Default: `OTEL_SERVICE_NAME`, else this. */
  readonly serviceName: string
  readonly serviceVersion?: string
  /** Where the collector takes traces. Default: as `OTEL_EXPORTER_OTLP_*` say, else `http://localhost:4318/v1/traces`. */
  readonly url?: string
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>
}

/**
 * Sends traces to a collector over OTLP/HTTP as JSON, in batches. Spans that libraries and handlers start through the
 * OpenTelemetry API become children of the span of their call.
 *
 * @throws TypeError naming the variable and its value where the sampler makes no sense.
 */
export function createOtlpTracer(options: OtlpTracerOptions): Tracer {
  const { env = process.env, url } = options
  const exporter = new OTLPTraceExporter(url === undefined ? {} : { url })
  const sampler = toSampler(env)
  const provider = new TracerProvider({
    resource: toResource(options, env),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
    ...(sampler === undefined ? {} : { sampler }),
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(provider)
  const { start } = createOtelTracer(provider.getTracer('plinth'))
  return { start, close: () => provider.shutdown() }
}

function toResource(
  { serviceName, serviceVersion }: OtlpTracerOptions,
  env: Readonly<Record<string, string | undefined>>,
): ReturnType<typeof defaultResource> {
  const attributes = {
    'service.name': env['OTEL_SERVICE_NAME'] || serviceName,
    ...(serviceVersion === undefined ? {} : { 'service.version': serviceVersion }),
  }
  return defaultResource().merge(resourceFromAttributes(attributes))
}

/** Without a ratio every request is sampled whose caller did not decide otherwise. */
function toSampler(env: Readonly<Record<string, string | undefined>>): Sampler | undefined {
  if (env['OTEL_TRACES_SAMPLER']?.endsWith('traceidratio') !== true) return undefined
  const text = env['OTEL_TRACES_SAMPLER_ARG'] || '1'
  const ratio = Number(text)
  if (!(ratio >= 0 && ratio <= 1)) {
    throw new TypeError(
      `"OTEL_TRACES_SAMPLER_ARG" must be a number from 0 to 1, got ${JSON.stringify(text)}.`,
    )
  }
  return new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) })
}
