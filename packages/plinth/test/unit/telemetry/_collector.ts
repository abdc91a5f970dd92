import decoder from '@opentelemetry/otlp-proto-exporter-base/build/src/generated/root.js'
import { startWeb } from '../../security/web.ts'

/** A message of Protobuf. */
interface MessageType {
  decode(bytes: Uint8Array): object
  toObject(message: object, options: object): unknown
}

/** What is used of the generated messages, which have no types of their own. */
interface Generated {
  readonly opentelemetry: {
    readonly proto: {
      readonly collector: {
        readonly trace: { readonly v1: { readonly ExportTraceServiceRequest: MessageType } }
        readonly metrics: { readonly v1: { readonly ExportMetricsServiceRequest: MessageType } }
      }
    }
  }
}

const { trace, metrics } = (decoder as unknown as Generated).opentelemetry.proto.collector

/** A span as a collector reads it. */
export interface CollectedSpan {
  readonly traceId: string
  readonly spanId: string
  readonly parentSpanId: string
  readonly name: string
  readonly kind: string
  /** `UNSET`, `OK` or `ERROR`. */
  readonly status: string
  readonly message: string
  readonly attributes: Readonly<Record<string, unknown>>
  readonly events: readonly {
    readonly name: string
    readonly attributes: Readonly<Record<string, unknown>>
  }[]
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[]
  readonly resource: Readonly<Record<string, unknown>>
}

/** One value of a metric as a collector reads it. Of a histogram the value is the sum. */
export interface CollectedPoint {
  readonly name: string
  readonly unit: string
  readonly type: 'sum' | 'gauge' | 'histogram'
  readonly attributes: Readonly<Record<string, unknown>>
  readonly value: number
  readonly count?: number
  readonly bucketCounts?: readonly number[]
  readonly bounds?: readonly number[]
  readonly isMonotonic?: boolean
  readonly resource: Readonly<Record<string, unknown>>
}

type Json = { readonly [name: string]: Json } & readonly Json[] & string

/**
 * A collector that takes OTLP over HTTP as binary Protobuf and reads it with the messages that OpenTelemetry generates
 * from its own definitions.
 */
export async function startCollector() {
  const spans: CollectedSpan[] = []
  const points: CollectedPoint[] = []
  const bodies: Buffer[] = []
  const asked: string[] = []
  const { port } = await startWeb(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    bodies.push(body)
    asked.push(request.url ?? '')
    const isProtobuf = request.headers['content-type'] === 'application/x-protobuf'
    if (isProtobuf && request.url === '/v1/traces') spans.push(...readSpans(body))
    else if (isProtobuf && request.url === '/v1/metrics') points.push(...readPoints(body))
    else response.statusCode = 415
    response.setHeader('content-type', 'application/x-protobuf').end()
  })
  /** Everything that came, as far as it is text. */
  const text = () => bodies.map((body) => body.toString('latin1')).join('\n')
  return { url: `http://127.0.0.1:${port}`, spans, points, asked, text }
}

const options = { longs: Number, enums: String, bytes: String, defaults: true, arrays: true }

function readSpans(body: Buffer): CollectedSpan[] {
  const { ExportTraceServiceRequest: Message } = trace.v1
  const { resourceSpans } = Message.toObject(Message.decode(body), options) as Json
  return list(resourceSpans).flatMap(({ resource, scopeSpans }) =>
    list(scopeSpans).flatMap((scope) => list(scope['spans']).map((span) => toSpan(span, resource as Json))),
  )
}

function toSpan(span: Json, resource: Json): CollectedSpan {
  const { status } = span
  return {
    traceId: toHex(span['traceId']),
    spanId: toHex(span['spanId']),
    parentSpanId: toHex(span['parentSpanId']),
    name: String(span['name']),
    kind: String(span['kind']).replace('SPAN_KIND_', ''),
    status: String(status?.['code'] ?? 'UNSET').replace('STATUS_CODE_', ''),
    message: String(status?.['message'] ?? ''),
    attributes: toAttributes(span['attributes']),
    events: list(span['events']).map((event) => {
      return { name: String(event['name']), attributes: toAttributes(event['attributes']) }
    }),
    links: list(span['links']).map((link) => {
      return { traceId: toHex(link['traceId']), spanId: toHex(link['spanId']) }
    }),
    resource: toAttributes(resource['attributes']),
  }
}

function readPoints(body: Buffer): CollectedPoint[] {
  const { ExportMetricsServiceRequest: Message } = metrics.v1
  const { resourceMetrics } = Message.toObject(Message.decode(body), {
    ...options,
    defaults: false,
  }) as Json
  return list(resourceMetrics).flatMap(({ resource, scopeMetrics }) =>
    list(scopeMetrics).flatMap((scope) =>
      list(scope['metrics']).flatMap((metric) => toPoints(metric, resource as Json)),
    ),
  )
}

function toPoints(metric: Json, resource: Json): CollectedPoint[] {
  const type = (['sum', 'gauge', 'histogram'] as const).find((one) => metric[one] !== undefined) ?? 'gauge'
  const data = metric[type] as Json
  return list(data['dataPoints']).map((point) => ({
    name: String(metric['name']),
    unit: String(metric['unit'] ?? ''),
    type,
    attributes: toAttributes(point['attributes']),
    value: Number(point['asDouble'] ?? point['asInt'] ?? point['sum'] ?? 0),
    ...(point['count'] === undefined ? {} : { count: Number(point['count']) }),
    ...(type !== 'histogram'
      ? {}
      : {
          bucketCounts: list(point['bucketCounts']).map(Number),
          bounds: list(point['explicitBounds']).map(Number),
        }),
    ...(type === 'sum' ? { isMonotonic: Boolean(data['isMonotonic']) } : {}),
    resource: toAttributes(resource['attributes']),
  }))
}

function list(value: Json | undefined): readonly Json[] {
  return value ?? []
}

function toHex(bytes: Json | undefined): string {
  return Buffer.from(bytes ?? '', 'base64').toString('hex')
}

function toAttributes(attributes: Json | undefined): Record<string, unknown> {
  return Object.fromEntries(
    list(attributes).map(({ key, value }) => {
      const found = Object.entries(value ?? {}).find(([kind, one]) => kind.endsWith('Value') && one !== null)
      return [String(key), found?.[1]]
    }),
  )
}
