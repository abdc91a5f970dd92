import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { assertProtocol, createResource, type OtlpOptions, toExporterOptions } from './otel-resource.ts'
import { createSampler } from './otel-sampler.ts'
import { createOtelTracer } from './otel-tracer.ts'
import type { Tracer } from './tracer.ts'

export type { OtlpOptions }
export { createOtelTracer }

/**
 * Sends traces to a collector over OTLP/HTTP, in batches. Spans that libraries and handlers start through the
 * OpenTelemetry API become children of the span of their call.
 *
 * @throws TypeError naming the variable of the environment and its value where it makes no sense.
 */
export function createOtlpTracer(options: OtlpOptions): Tracer {
  const { env = process.env } = options
  assertProtocol('TRACES', env)
  const sampler = createSampler(env)
  const exporter = new OTLPTraceExporter(toExporterOptions('TRACES', options))
  const provider = new TracerProvider({
    resource: createResource(options),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
    ...(sampler === undefined ? {} : { sampler }),
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(provider)
  return { ...createOtelTracer(provider.getTracer('plinth')), close: () => provider.shutdown() }
}
