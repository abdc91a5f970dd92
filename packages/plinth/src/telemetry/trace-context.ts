/** Where one piece of work stands in a distributed trace (W3C Trace Context, level 1). */
export interface TraceContext {
  /** 32 hex digits. */
  readonly traceId: string
  /** 16 hex digits. */
  readonly spanId: string
  /** 1 where the trace is recorded. */
  readonly flags: number
  /** What other tracing systems want passed on. */
  readonly state?: string | undefined
}

const traceparent = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/
const maxStateLength = 512

/** The context that a `traceparent` names; undefined where it is not one, as the recommendation asks. */
export function parseTraceparent(value: unknown, state?: unknown): TraceContext | undefined {
  if (typeof value !== 'string' || value.length > 256) return undefined
  const [, version, traceId = '', spanId = '', flags = ''] = traceparent.exec(value) ?? []
  if (version === undefined || version === 'ff' || (version === '00' && value.length !== 55)) return undefined
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined
  const context = { traceId, spanId, flags: Number.parseInt(flags, 16) & 1 }
  return isState(state) ? { ...context, state } : context
}

function isState(state: unknown): state is string {
  return typeof state === 'string' && state.length <= maxStateLength && /^[\x20-\x7e]+$/.test(state)
}

/** The `traceparent` header of a context. */
export function toTraceparent({ traceId, spanId, flags }: TraceContext): string {
  return `00-${traceId}-${spanId}-0${flags & 1}`
}

/** The same trace, one span further. */
export function continueTrace(parent: TraceContext): TraceContext {
  const bytes = crypto.getRandomValues(new Uint8Array(8))
  const spanId = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return { ...parent, spanId }
}
