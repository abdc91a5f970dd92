import { setTimeout as sleep } from 'node:timers/promises'
import { readMonotonicMs } from '../monotonic-clock.ts'
import type { Server } from '../server.ts'
import { describeError } from '../telemetry/log.ts'
import { exitProcess, type Stoppable, stopOnExit } from './process-exit.ts'
import { guardProcess } from './process-guard.ts'
import type { Service } from './service.ts'

/** A server that is reached in one way. */
export interface Transport extends Omit<Service, 'close'> {
  close(graceMs: number): Promise<void>
  /** Says that the server is about to stop, and serves on. Undefined where nobody could hear of it. */
  drain?(): void
}

/** How a service stops. */
export interface StopOptions {
  readonly graceMs: number
  readonly drainDelayMs: number
  readonly onStop: (() => void | Promise<void>) | undefined
}

/** How much longer a stop may take than the options say before the process ends the hard way, in milliseconds. */
const stopMarginMs = 5_000

/**
 * Starts a server that stops before the process ends: on SIGTERM and SIGINT, and after an error that belongs to no call.
 * A signal that comes while it starts ends it at once, because nobody was served yet.
 */
export async function runService(
  server: Server,
  options: StopOptions,
  start: () => Promise<Transport>,
): Promise<Service> {
  const run = new ServiceRun(server, options)
  const { url, healthUrl, adminUrl } = await run.start(start)
  return { url, healthUrl, adminUrl, close: () => run.stop('close') }
}

class ServiceRun implements Stoppable {
  private readonly server: Server
  private readonly options: StopOptions
  private readonly releases: (() => void)[]
  private transport: Transport | undefined
  private stopped: Promise<void> | undefined

  constructor(server: Server, options: StopOptions) {
    this.server = server
    this.options = options
    const limits = { withinMs: options.drainDelayMs + options.graceMs + stopMarginMs, lateCode: 1 }
    const exit = { code: 1, reason: 'an error that belongs to no call', ...limits }
    const guard = guardProcess(server.settings.log, () => exitProcess(exit))
    this.releases = [guard, stopOnExit(this, limits)]
  }

  async start(start: () => Promise<Transport>): Promise<Transport> {
    try {
      this.transport = await start()
      return this.transport
    } catch (error) {
      this.release()
      throw error
    }
  }

  stop(reason: string): Promise<void> {
    this.stopped ??= this.end(reason).finally(() => this.release())
    return this.stopped
  }

  async giveUp(reason: string | undefined): Promise<void> {
    const { log } = this.server.settings
    if (reason !== undefined) log({ level: 'error', message: 'The server did not stop in time.', reason })
    await this.server.telemetry.close()
    await log.flush?.()
  }

  /** Whatever fails, the rest is done all the same. */
  private async end(reason: string): Promise<void> {
    const { settings, admission, jobs } = this.server
    const { log } = settings
    const { load } = admission
    const [startMs, before] = [readMonotonicMs(), load.finished]
    const sinceStart = () => ({ duration_ms: Math.round(readMonotonicMs() - startMs) })
    const running = { in_flight: load.inFlight, ...(jobs.running === 0 ? {} : { jobs: jobs.running }) }
    const { drainDelayMs, graceMs: grace_ms } = this.options
    const drain_delay_ms = this.transport?.drain === undefined ? 0 : drainDelayMs
    log({ level: 'info', message: 'The server stops.', reason, ...running, drain_delay_ms, grace_ms })
    await this.attempt(() =>
      this.transport === undefined ? this.endStart() : this.endTransport(this.transport),
    )
    const finished = (load.cut?.finished ?? load.finished) - before
    const ended = { finished, cut_off: load.cut?.calls ?? 0, ...sinceStart() }
    log({ level: 'info', message: 'The server is drained.', ...ended })
    await this.attempt(() => this.options.onStop?.())
    log({ level: 'info', message: 'The server has stopped.', ...sinceStart() })
    await this.attempt(() => log.flush?.())
  }

  private async endTransport(transport: Transport): Promise<void> {
    const { drainDelayMs, graceMs } = this.options
    if (transport.drain !== undefined && drainDelayMs > 0) {
      transport.drain()
      await sleep(drainDelayMs)
    }
    await transport.close(graceMs)
  }

  /** Only jobs can be under way. */
  private async endStart(): Promise<void> {
    await this.server.jobs.stop(this.options.graceMs)
    this.server.close()
    await this.server.telemetry.close()
  }

  private async attempt(run: () => unknown): Promise<void> {
    try {
      await run()
    } catch (error) {
      const facts = { error: describeError(error) }
      this.server.settings.log({ level: 'error', message: 'Stopping failed.', ...facts })
    }
  }

  private release(): void {
    for (const release of this.releases) release()
  }
}
