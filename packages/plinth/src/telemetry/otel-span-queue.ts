import type { Context } from '@opentelemetry/api'
import {
  BatchSpanProcessor,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace'
import type { ExportHealth } from './otel-health.ts'

const maxQueueSize = 2_048

type Span = Parameters<SpanProcessor['onStart']>[0]

/** Sends spans in batches, and counts those that are lost: too many to wait, or in a batch that was not taken. */
export class CountedSpanQueue implements SpanProcessor {
  dropped = 0
  private waiting = 0
  private underWay = 0
  private readonly queue: SpanProcessor

  constructor(exporter: SpanExporter, health: ExportHealth) {
    health.watch<ReadableSpan[]>(exporter, {
      onStart: ({ length }) => {
        this.waiting -= length
        this.underWay += length
      },
      onEnd: ({ length }, isSent) => {
        this.underWay -= length
        if (!isSent) this.dropped += length
      },
    })
    this.queue = new BatchSpanProcessor({ exporter, maxQueueSize })
  }

  /** Spans that were neither sent nor lost yet. */
  get left(): number {
    return this.waiting + this.underWay
  }

  onStart(span: Span, parent: Context): void {
    this.queue.onStart(span, parent)
  }

  /** The queue does not say what it has no room for, but drops it by the same rule. */
  onEnd(span: ReadableSpan): void {
    if ((span.spanContext().traceFlags & 1) === 1) {
      if (this.waiting < maxQueueSize) this.waiting++
      else this.dropped++
    }
    this.queue.onEnd(span)
  }

  forceFlush(): Promise<void> {
    return this.queue.forceFlush()
  }

  shutdown(): Promise<void> {
    return this.queue.shutdown()
  }
}
