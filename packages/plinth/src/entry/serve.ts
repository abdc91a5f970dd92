import type { Server } from '../server.ts'
import { parseCount } from '../server-options.ts'
import { describeError } from '../telemetry/log.ts'
import { serveHttp } from './http-node.ts'
import type { HttpOptions } from './http-options.ts'
import { exitProcess, stopOnExit } from './process-exit.ts'
import { guardProcess } from './process-guard.ts'
import { planServe, type ServeOptions } from './serve-options.ts'
import { serveStdio } from './stdio.ts'
import { toWelcome } from './welcome.ts'

export type { ServeOptions } from './serve-options.ts'

/** A server that was started. */
export interface Service {
  /** The MCP endpoint; undefined over stdio. */
  readonly url: string | undefined
  /** Where health is asked; undefined over stdio. */
  readonly healthUrl: string | undefined
  /** Takes no more requests, waits for what is in flight, then calls `onStop`. The process goes on. */
  close(): Promise<void>
}

interface Transport extends Omit<Service, 'close'> {
  close(graceMs: number): Promise<void>
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
  const limits = { withinMs: graceMs + stopMarginMs, lateCode: 1 }
  if (plan.dryRun) server.forceDryRun()
  const release = guardProcess(server.settings.log, () => exitProcess(1, limits))
  const transport = await (plan.stdio ? startStdio(server) : startHttp(server, plan.http)).catch(
    (error: unknown) => {
      release()
      throw error
    },
  )
  let stopped: Promise<void> | undefined
  const stop = () => {
    stopped ??= stopService(server, transport, { graceMs, onStop: options.onStop }).finally(releaseAll)
    return stopped
  }
  const releaseExit = stopOnExit({ stop }, limits)
  const releaseAll = () => {
    releaseExit()
    release()
  }
  return { url: transport.url, healthUrl: transport.healthUrl, close: stop }
}

async function startStdio(server: Server): Promise<Transport> {
  const service = await serveStdio(server, { endsProcess: false })
  let isClosing = false
  void service.ended.then(() => isClosing || exitProcess(0, { withinMs: endMarginMs, lateCode: 0 }))
  if (process.stdin.isTTY) {
    const message =
      'Waiting for JSON-RPC on stdin. An MCP client starts this process; start it without --stdio for HTTP.'
    server.settings.log({ level: 'info', message })
  }
  const close = () => {
    isClosing = true
    return service.close()
  }
  return { url: undefined, healthUrl: undefined, close }
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

/** A service whose callback fails has stopped all the same. */
async function stopService(
  server: Server,
  transport: Transport,
  { graceMs, onStop }: { graceMs: number; onStop: ServeOptions['onStop'] },
): Promise<void> {
  try {
    await transport.close(graceMs)
    await onStop?.()
  } catch (error) {
    server.settings.log({ level: 'error', message: 'Stopping failed.', error: describeError(error) })
  }
}
