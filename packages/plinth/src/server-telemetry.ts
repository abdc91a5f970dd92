import { createFailure, type Failure, type ProtocolErrorName } from './errors.ts'
import { loadCrypto } from './load-crypto.ts'
import { findHttpTrace } from './mcp/call-trace.ts'
import type { HeaderLookup } from './mcp/exchange.ts'
import {
  createObserve,
  type FindCallee,
  isObserved,
  type Observe,
  type ObserveOptions,
  tellAll,
  toEnd,
  withoutSecrets,
} from './middleware/observe.ts'
import { createWatchRun, type WatchRun } from './middleware/watch-run.ts'
import { createKey, type ServerSettings } from './server-options.ts'
import { watchStatements } from './storage/trace-statement.ts'
import { type CallLog, type CallLogOptions, createCallLog } from './telemetry/call-log.ts'
import { otherComponent } from './telemetry/component-label.ts'
import { describeError } from './telemetry/log.ts'
import type { CallRecord, MetricReading, Observer } from './telemetry/observer.ts'
import { hideEncoded } from './telemetry/redact.ts'
import type { TraceContext } from './telemetry/trace-context.ts'
import type { CallSpan, Tracer } from './telemetry/tracer.ts'

/** How long one observer may take to close, in milliseconds. */
const closeMs = 3_000

/** How much of a path is looked through for secrets. */
const maxPathChars = 4_096

/** Who hears of the calls of a server. */
export class ServerTelemetry {
  private readonly settings: ServerSettings
  private readonly observers: Observer[]
  private callLog: CallLog | undefined
  private readonly onChange: () => void
  private tracer: Tracer | undefined
  private unwatchStatements: (() => void) | undefined
  private runWatcher: WatchRun | undefined

  constructor(settings: ServerSettings, onChange: () => void) {
    this.settings = settings
    this.onChange = onChange
    if (settings.tracer !== undefined) this.setTracer(settings.tracer)
    this.observers = [...settings.observers]
    this.logCalls(settings.logCalls)
  }

  /** Whether the log has a line for each call from now on, and what it says. */
  logCalls(options: CallLogOptions | false | undefined): void {
    this.callLog = options ? createCallLog(this.settings.log, options) : undefined
    this.runWatcher = undefined
    this.onChange()
  }

  /** What is put around every answer; undefined where nobody observes. */
  createObserve(findCallee: FindCallee): Observe | undefined {
    return createObserve(this.toOptions(findCallee))
  }

  /** Watches one run of a job until the returned function is called; undefined where nobody observes. */
  watchRun(...[request, run]: Parameters<WatchRun>): (() => void) | undefined {
    this.runWatcher ??= createWatchRun(this.toOptions(() => undefined))
    return this.runWatcher?.(request, run)
  }

  private toOptions(findCallee: FindCallee): ObserveOptions {
    const { now, keys } = this.settings
    const secret = () => keys.all[0] ?? ''
    return {
      callLog: this.callLog,
      observers: [...this.observers],
      tracer: this.tracer,
      now,
      createKey: createCounting(),
      findCallee,
      hash: (text) =>
        loadCrypto().createHmac('sha256', secret()).update(`principal|${text}`).digest('base64url'),
      hide: (text) => this.settings.secretValues.hideInName(text),
      onError: (error) => this.noteFailure(error),
    }
  }

  get hasTracer(): boolean {
    return this.tracer !== undefined
  }

  observe(observer: Observer): void {
    this.observers.push(observer)
    this.runWatcher = undefined
    this.onChange()
  }

  useTracer(tracer: Tracer): void {
    this.setTracer(tracer)
    this.runWatcher = undefined
    this.onChange()
  }

  /**
   * Has every observer get ready.
   *
   * @throws Error of the observer that cannot do its work.
   */
  async prepare(): Promise<void> {
    await Promise.all(this.observers.map((one) => one.prepare?.()))
  }

  /** Whether everything can be recorded that must be. */
  get isReady(): boolean {
    return this.observers.every((one) => one.isReady?.() !== false)
  }

  /** Whether anything must be recorded, so that nothing may be done while it cannot be. */
  get mustRecord(): boolean {
    return this.observers.some((one) => one.isReady !== undefined)
  }

  /** What the observers say of themselves. */
  readings(): MetricReading[] {
    return [...this.observers, this.tracer].flatMap((one) => [...(one?.readings?.() ?? [])])
  }

  /** Why nothing may be done at present, where what is done could not be recorded. */
  refuse(): Failure | undefined {
    if (this.isReady) return undefined
    const message = 'What is done here must be recorded, which is not possible now. Try again later.'
    return createFailure('overloaded', { message, retryAfterMs: 5_000 })
  }

  /**
   * Tells of a request that was refused before anything of MCP was read. Its path is undefined where it was not read.
   *
   * @param headers Those of a request to the server itself, which gets a span.
   */
  tellRefusal(path: string | undefined, status: number, headers?: HeaderLookup): void {
    if (status < 400) return
    const { secretValues } = this.settings
    const hide = (text: string) => secretValues.hideInText(text)
    const component = path && hideEncoded(path.slice(0, maxPathChars), hide).slice(0, 256)
    const span = headers && this.startUnreadSpan(findHttpTrace(headers), true)
    this.tell({ kind: 'http', component, outcome: 'refused', error: `http_${status}` }, span)
  }

  /** Tells of a message that was refused before it was read. */
  tellUnreadable(error: ProtocolErrorName): void {
    const span = this.startUnreadSpan(undefined, false)
    this.tell({ kind: 'unreadable', component: undefined, outcome: 'protocol_error', error }, span)
  }

  private startUnreadSpan(parent: TraceContext | undefined, isHttp: boolean): CallSpan | undefined {
    return this.tracer?.start({
      method: otherComponent,
      component: undefined,
      requestId: undefined,
      revision: undefined,
      isHttp,
      parent: parent && withoutSecrets(parent, (text) => this.settings.secretValues.hideInText(text)),
      link: undefined,
      time: this.settings.now(),
    })
  }

  private tell(facts: UnreadFacts, span: CallSpan | undefined): void {
    const { callLog, observers, tracer } = this
    if (!isObserved({ callLog, observers, tracer })) return
    const record = createUnreadRecord(facts, this.settings.now(), span?.context)
    const onError = (error: unknown) => this.noteFailure(error)
    tellAll(toEnd(record), span, { callLog, observers, onError })
  }

  /** Writes what is held back. One that fails, or takes too long, keeps none of the others from it. */
  async close(): Promise<void> {
    this.unwatchStatements?.()
    this.unwatchStatements = undefined
    const closing = [...this.observers, this.tracer].map((one) => closeInTime(one))
    for (const settled of await Promise.allSettled(closing)) {
      if (settled.status === 'fulfilled') continue
      const error = describeError(settled.reason)
      this.settings.log({ level: 'error', message: 'An observer did not close.', error })
    }
  }

  private setTracer(tracer: Tracer): void {
    this.unwatchStatements?.()
    this.tracer = tracer
    const { statement } = tracer
    this.unwatchStatements = statement && watchStatements(statement)
  }

  private noteFailure(error: unknown): void {
    this.settings.log({ level: 'error', message: 'An observer failed.', error: describeError(error) })
  }
}

/** A collector that does not answer must not keep the process from ending. */
async function closeInTime(one: Observer | Tracer | undefined): Promise<void> {
  const closing = one?.close?.()
  if (closing === undefined) return
  const late = Promise.withResolvers<never>()
  const timer = setTimeout(() => late.reject(new Error(`It took longer than ${closeMs} ms.`)), closeMs)
  try {
    await Promise.race([closing, late.promise])
  } finally {
    clearTimeout(timer)
  }
}

/** Makes ids that are unique, and so cheap that each message can have one. Nobody is kept out by them. */
function createCounting(): () => string {
  let prefix: string | undefined
  let count = 0
  return () => {
    prefix ??= createKey()
    return `${prefix}-${(++count).toString(36)}`
  }
}

type UnreadFacts = Pick<CallRecord, 'kind' | 'component' | 'outcome' | 'error'>

/** The record of something of which nothing is known but that it was refused. */
function createUnreadRecord(facts: UnreadFacts, time: number, trace?: TraceContext): CallRecord {
  return {
    ...facts,
    time,
    method: undefined,
    isKnown: false,
    invocationId: createKey(),
    requestId: undefined,
    principalHash: '',
    subject: 'unknown',
    tenant: 'unknown',
    client: undefined,
    revision: undefined,
    errorCode: undefined,
    errorMessage: undefined,
    errorType: undefined,
    errorId: undefined,
    durationMs: 0,
    queuedMs: 0,
    bytesIn: 0,
    bytesOut: 0,
    traceId: trace?.traceId,
    spanId: trace?.spanId,
    isSampled: trace !== undefined && (trace.flags & 1) === 1,
    idempotencyKey: undefined,
    dryRun: false,
    arguments: undefined,
    redact: [],
    events: [],
  }
}
