import { createHmac } from 'node:crypto'
import { createFailure, type Failure } from './errors.ts'
import { createObserve, type Observe, type ObserveOptions } from './middleware/observe.ts'
import { createKey, type ServerSettings } from './server-options.ts'
import { createCallLog } from './telemetry/call-log.ts'
import { describeError } from './telemetry/log.ts'
import type { CallRecord, Observer } from './telemetry/observer.ts'
import type { Tracer } from './telemetry/tracer.ts'

/** Who hears of the calls of a server. */
export class ServerTelemetry {
  private readonly settings: ServerSettings
  private readonly observers: Observer[]
  private readonly onChange: () => void
  private tracer: Tracer | undefined

  constructor(settings: ServerSettings, onChange: () => void) {
    this.settings = settings
    this.onChange = onChange
    this.tracer = settings.tracer
    const { logCalls, log } = settings
    this.observers = [
      ...(logCalls === undefined ? [] : [createCallLog(log, logCalls)]),
      ...settings.observers,
    ]
  }

  /** What is put around every answer; undefined where nobody observes. */
  createObserve(findRedact: ObserveOptions['findRedact']): Observe | undefined {
    const { now, keys, log } = this.settings
    const secret = keys[0] ?? ''
    return createObserve({
      observers: [...this.observers],
      tracer: this.tracer,
      now,
      createKey,
      findRedact,
      hash: (text) => createHmac('sha256', secret).update(`principal|${text}`).digest('base64url'),
      onError: (error) =>
        log({ level: 'error', message: 'An observer failed.', error: describeError(error) }),
    })
  }

  get hasTracer(): boolean {
    return this.tracer !== undefined
  }

  observe(observer: Observer): void {
    this.observers.push(observer)
    this.onChange()
  }

  useTracer(tracer: Tracer): void {
    this.tracer = tracer
    this.onChange()
  }

  /** Why nothing may be done at present, where what is done could not be recorded. */
  refuse(): Failure | undefined {
    if (this.observers.every((one) => one.isReady?.() !== false)) return undefined
    const message = 'What is done here must be recorded, which is not possible now. Try again later.'
    return createFailure('overloaded', { message, retryAfterMs: 5_000 })
  }

  /** Tells of a request that was refused before anything of MCP was read. */
  tellRefusal(path: string, status: number): void {
    if (this.observers.length === 0 || status < 400) return
    const record = createRefusalRecord({ path, status, time: this.settings.now() })
    for (const observer of this.observers) observer.onCall(record)
  }

  /** Writes what is held back. One that fails keeps none of the others from it. */
  async close(): Promise<void> {
    const closing = [...this.observers, this.tracer].map(async (one) => one?.close?.())
    for (const settled of await Promise.allSettled(closing)) {
      if (settled.status === 'fulfilled') continue
      const error = describeError(settled.reason)
      this.settings.log({ level: 'error', message: 'An observer did not close.', error })
    }
  }
}

function createRefusalRecord({
  path,
  status,
  time,
}: {
  path: string
  status: number
  time: number
}): CallRecord {
  return {
    time,
    kind: 'http',
    method: undefined,
    component: path.slice(0, 256),
    isKnown: false,
    invocationId: createKey(),
    requestId: undefined,
    principalHash: '',
    subject: 'unknown',
    tenant: 'unknown',
    client: undefined,
    revision: undefined,
    outcome: 'refused',
    error: `http_${status}`,
    errorType: undefined,
    errorId: undefined,
    durationMs: 0,
    queuedMs: 0,
    bytesIn: 0,
    bytesOut: 0,
    traceId: undefined,
    spanId: undefined,
    idempotencyKey: undefined,
    dryRun: false,
    arguments: undefined,
    redact: [],
    events: [],
  }
}
