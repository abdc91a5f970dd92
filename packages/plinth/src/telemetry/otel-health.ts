import { describeError, type LogSink } from './log.ts'
import type { MetricReading } from './observer.ts'
import { redactText } from './redact.ts'

/** What an export ended in; the code is 0 where it went well. */
interface ExportResult {
  readonly code: number
  readonly error?: Error
}

/** What is sent by one exporter of OpenTelemetry. */
interface Exporter<T> {
  export(items: T, done: (result: ExportResult) => void): void
}

/** Who else wants to know of an export. */
export interface ExportListeners<T> {
  readonly onStart?: (items: T) => void
  readonly onEnd?: (items: T, isSent: boolean) => void
}

/** How long the end of a process waits for a collector, in milliseconds: one that answers, and one that last did not. */
const closeMs = 2_000
const failingCloseMs = 250

export interface ExportHealthOptions {
  readonly signal: 'traces' | 'metrics'
  readonly url: string
  readonly log: LogSink
}

/** Whether a collector takes what it is sent: logged when that changes, and counted. */
export class ExportHealth {
  private readonly options: ExportHealthOptions
  private readonly name: string
  private failures = 0
  private isFailing = false

  constructor(options: ExportHealthOptions) {
    this.options = { ...options, url: redactText(options.url) }
    this.name = options.signal === 'traces' ? 'Traces' : 'Metrics'
  }

  /** Has an exporter tell of each export. */
  watch<T>(exporter: Exporter<T>, { onStart, onEnd }: ExportListeners<T> = {}): void {
    const send = exporter.export.bind(exporter)
    exporter.export = (items, done) => {
      onStart?.(items)
      send(items, (result) => {
        this.note(result)
        onEnd?.(items, result.code === 0)
        done(result)
      })
    }
  }

  /**
   * Sends what is left, but does not wait long for it. Never rejects: what failed is logged.
   *
   * @param countLeft How much of it was not sent, where that can be told.
   */
  async close(
    shutdown: () => Promise<void>,
    countLeft: () => Record<string, number> = () => ({}),
  ): Promise<void> {
    const withinMs = this.isFailing ? failingCloseMs : closeMs
    const late = Promise.withResolvers<'late'>()
    const timer = setTimeout(() => late.resolve('late'), withinMs)
    const failed = (error: unknown) => ({ error: describeError(error) })
    const ended = await Promise.race([shutdown().then(() => undefined, failed), late.promise])
    clearTimeout(timer)
    if (ended === undefined) return
    const facts = ended === 'late' ? { withinMs } : ended
    this.log('error', `${this.name} could not all be sent before the end.`, { ...countLeft(), ...facts })
  }

  reading(): MetricReading {
    const samples = [{ labels: { signal: this.options.signal }, value: this.failures }]
    const help = 'Exports to a collector that failed.'
    return { name: 'plinth_export_failures_total', help, type: 'counter', samples }
  }

  private note({ code, error }: ExportResult): void {
    if (code === 0) {
      if (this.isFailing) this.log('info', `${this.name} are sent again.`, { failures: this.failures })
      this.isFailing = false
      return
    }
    this.failures++
    if (!this.isFailing) this.log('error', `${this.name} cannot be sent.`, { error: describeError(error) })
    this.isFailing = true
  }

  private log(level: 'info' | 'error', message: string, facts: Record<string, unknown>): void {
    const { signal, url, log } = this.options
    log({ level, message, exporter: `OTLP ${signal}`, url, ...facts })
  }
}
