import { setTimeout as sleep } from 'node:timers/promises'
import type { Server } from '../server.ts'
import { parseCount } from '../server-options.ts'
import { describeError } from '../telemetry/log.ts'
import { serveHttp } from './http-node.ts'
import type { HttpOptions } from './http-options.ts'
import { type LocalCaller, readLocalCaller } from './local-principal.ts'
import { traceAsEnvironmentSays } from './otel-environment.ts'
import { exitProcess, stopOnExit } from './process-exit.ts'
import { guardProcess } from './process-guard.ts'
import { planServe, type ServeOptions, type ServePlan } from './serve-options.ts'
import { serveStdio } from './stdio.ts'
import { toWelcome } from './welcome.ts'

export type { ServeOptions } from './serve-options.ts'

/** A server that was started. */
export interface Service {
  /** The MCP endpoint; undefined over stdio. */
  readonly url: string | undefined
  /** Where health is asked; undefined over stdio. */
  readonly healthUrl: string | undefined
  /** Where the admin port listens; undefined without one. */
  readonly adminUrl: string | undefined
  /** Takes no more requests, waits for what is in flight, then calls `onStop`. The process goes on. */
  close(): Promise<void>
}

type Environment = Readonly<Record<string, string | undefined>>

interface Transport extends Omit<Service, 'close'> {
  close(graceMs: number): Promise<void>
  /** Says that the server is about to stop, and serves on. */
  drain?(): void
}

/** How much longer than `graceMs` a stop may take before the process ends the hard way, in milliseconds. */
const stopMarginMs = 5_000

/** How long `onStop` may take once the client of a stdio server is gone, in milliseconds. */
const endMarginMs = 500

/**
 * Starts a server as flags, environment and options say: over stdio, else over HTTP. From then on the process survives
 * failing calls, and ends gracefully with exit code 0 on SIGTERM and SIGINT, at once and with 1 on a second one.
 *
 * @throws TypeError naming the flag, variable or option, its value and the fix.
 */
export async function serve(server: Server, options: ServeOptions = {}): Promise<Service> {
  const plan = planServe(options)
  const graceMs = parseCount('graceMs', options.graceMs ?? 10_000, {
    min: 0,
    max: 2 ** 31 - 1 - stopMarginMs,
  })
  const drainDelayMs = parseCount('drainDelayMs', options.drainDelayMs ?? 0, { min: 0, max: 3_600_000 })
  const limits = { withinMs: drainDelayMs + graceMs + stopMarginMs, lateCode: 1 }
  if (plan.dryRun) server.forceDryRun()
  const release = guardProcess(server.settings.log, () => exitProcess(1, limits))
  const transport = await start(server, plan, options).catch((error: unknown) => {
    release()
    throw error
  })
  let stopped: Promise<void> | undefined
  const stop = () => {
    const how = { graceMs, drainDelayMs, onStop: options.onStop }
    stopped ??= stopService(server, transport, how).finally(releaseAll)
    return stopped
  }
  const releaseExit = stopOnExit({ stop }, limits)
  const releaseAll = () => {
    releaseExit()
    release()
  }
  return { url: transport.url, healthUrl: transport.healthUrl, adminUrl: transport.adminUrl, close: stop }
}

async function start(server: Server, plan: ServePlan, options: ServeOptions): Promise<Transport> {
  const env: Environment = options.env ?? process.env
  await traceAsEnvironmentSays(server, env)
  if (!plan.stdio) return startHttp(server, plan.http)
  return startStdio(server, options.principal ?? readLocalCaller(env))
}

async function startStdio(server: Server, principal: LocalCaller): Promise<Transport> {
  const service = await serveStdio(server, { endsProcess: false, principal })
  let isClosing = false
  void service.ended.then(() => isClosing || exitProcess(0, { withinMs: endMarginMs, lateCode: 0 }))
  if (process.stdin.isTTY) {
    const message =
      'Waiting for JSON-RPC on stdin. An MCP client starts this process; start it without --stdio for HTTP.'
    server.settings.log({ level: 'info', message })
  }
  const close = async () => {
    isClosing = true
    await service.close()
    await server.telemetry.close()
  }
  return { url: undefined, healthUrl: undefined, adminUrl: undefined, close }
}

async function startHttp(server: Server, options: HttpOptions): Promise<Transport> {
  const { hasRandomKey, log, serverInfo } = server.settings
  const service = await serveHttp(server, options)
  if (hasRandomKey) {
    const message = 'Sessions end with this process. Give createServer "keys" to keep them and to share them.'
    log({ level: 'warn', message })
  }
  process.stdout.write(toWelcome(String(serverInfo['name']), service))
  return service
}

interface StopOptions {
  readonly graceMs: number
  readonly drainDelayMs: number
  readonly onStop: ServeOptions['onStop']
}

/** A service whose callback fails has stopped all the same. */
async function stopService(
  server: Server,
  transport: Transport,
  { graceMs, drainDelayMs, onStop }: StopOptions,
): Promise<void> {
  try {
    transport.drain?.()
    if (drainDelayMs > 0) await sleep(drainDelayMs)
    await transport.close(graceMs)
    await onStop?.()
  } catch (error) {
    server.settings.log({ level: 'error', message: 'Stopping failed.', error: describeError(error) })
  }
}
