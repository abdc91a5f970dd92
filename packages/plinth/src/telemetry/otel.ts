import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import type { MetricReading } from './observer.ts'
import { ExportHealth } from './otel-health.ts'
import { assertProtocol, createResource, type OtlpOptions, toExporter } from './otel-resource.ts'
import { createSampler } from './otel-sampler.ts'
import { CountedSpanQueue } from './otel-span-queue.ts'
import { createOtelTracer } from './otel-tracer.ts'
import type { Tracer } from './tracer.ts'

export type { OtlpOptions }
export { createOtelTracer }

/**
 * Sends traces to a collector over OTLP/HTTP, in batches. Spans that libraries and handlers start through the
 * OpenTelemetry API become children of the span of their call. That a collector does not take them is logged and
 * counted.
 *
 * @throws TypeError naming the variable of the environment and its value where it asks for what is not here. Values that
 * mean nothing are logged and ignored, as the specification of OpenTelemetry wants it.
 */
export function createOtlpTracer(options: OtlpOptions): Tracer {
  const { env, log, exporterOptions, url } = toExporter('TRACES', options)
  assertProtocol('TRACES', env)
  const sampler = createSampler(env, log)
  const health = new ExportHealth({ signal: 'traces', url, log })
  const queue = new CountedSpanQueue(new OTLPTraceExporter(exporterOptions), health)
  const provider = new TracerProvider({
    resource: createResource(options),
    spanProcessors: [queue],
    ...(sampler === undefined ? {} : { sampler }),
  })
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  trace.setGlobalTracerProvider(provider)
  return {
    ...createOtelTracer(provider.getTracer('plinth')),
    readings: () => [health.reading(), toDropped(queue.dropped)],
    close: () =>
      health.close(
        () => provider.shutdown(),
        () => ({ lost: queue.dropped + queue.left }),
      ),
  }
}

function toDropped(value: number): MetricReading {
  const help = 'Spans that were not sent.'
  return { name: 'plinth_spans_dropped_total', help, type: 'counter', samples: [{ value }] }
}
