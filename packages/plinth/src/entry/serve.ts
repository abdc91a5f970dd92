import type { Server } from '../server.ts'
import type { HttpOptions } from './http-options.ts'
import { refuseListening } from './listen.ts'
import type { LocalCaller } from './local-principal.ts'
import { exportAsEnvironmentSays } from './otel-environment.ts'
import { exitProcess } from './process-exit.ts'
import { recordCalls } from './record-calls.ts'
import { runService, type Transport } from './run-service.ts'
import { serveHttp } from './serve-http.ts'
import { planServe, type ServeOptions, type ServePlan } from './serve-options.ts'
import type { Service } from './service.ts'
import { serveStdio } from './stdio.ts'
import { describeProcess, tellPeople, toConnectCommand, toWelcome } from './welcome.ts'
import { assertServes } from './worker-process.ts'

export type { ServeOptions } from './serve-options.ts'
export type { Service } from './service.ts'

/** How long `onStop` may take once the client of a stdio server is gone, in milliseconds. */
const endMarginMs = 500

/**
 * Starts a server as flags, environment and options say: over stdio, else over HTTP. From then on the process survives
 * failing calls, and ends gracefully with exit code 0 on SIGTERM and SIGINT, at once and with 1 on a second one.
 *
 * @throws ConfigError naming the flag, variable or option, its value and the fix. Where nobody catches it, the process
 * ends with that on stderr and exit code 1.
 */
export async function serve(server: Server, options: ServeOptions = {}): Promise<Service> {
  assertServes()
  const { name, version } = server.settings.serverInfo
  const plan = await planServe(options, { name: String(name), version: String(version) })
  const { drainDelayMs, graceMs } = plan
  server.configure(plan.server)
  for (const secret of plan.secrets) server.settings.secretValues.add(secret)
  const how = { drainDelayMs, graceMs, onStop: options.onStop }
  return runService(server, how, () => start(server, plan))
}

async function start(server: Server, plan: ServePlan): Promise<Transport> {
  await recordCalls(server, plan)
  await exportAsEnvironmentSays(server, plan.env)
  if (plan.stdio) return startStdio(server, plan.principal)
  return refuseListening(plan.names, () => startHttp(server, plan.http))
}

async function startStdio(server: Server, principal: LocalCaller): Promise<Transport> {
  const service = await serveStdio(server, { endsProcess: false, principal })
  let isClosing = false
  const exit = { code: 0, reason: 'the end of stdin', withinMs: endMarginMs, lateCode: 0 }
  void service.ended.then(() => isClosing || exitProcess(exit))
  server.settings.log({ level: 'info', message: 'The server reads stdin.', ...describeProcess(server) })
  if (process.stdin.isTTY) {
    const message =
      'Waiting for JSON-RPC on stdin. An MCP client starts this process; start it without --stdio for HTTP.'
    server.settings.log({ level: 'info', message })
  }
  const close = async (graceMs: number) => {
    isClosing = true
    await service.close(graceMs)
    await server.telemetry.close()
  }
  return { url: undefined, healthUrl: undefined, adminUrl: undefined, close }
}

async function startHttp(server: Server, options: HttpOptions): Promise<Transport> {
  const { keys, log, serverInfo } = server.settings
  const service = await serveHttp(server, options)
  if (keys.isRandom) {
    const message =
      'Sessions end with this process. Set PLINTH_KEYS, or give createServer "keys", to keep and share them.'
    log({ level: 'warn', message })
  }
  const name = String(serverInfo['name'])
  const { url, healthUrl: health_url, adminUrl: admin_url } = service
  const facts = { url, health_url, admin_url, connect: toConnectCommand(name, service) }
  log({ level: 'info', message: 'The server listens.', ...describeProcess(server), ...facts })
  tellPeople(toWelcome(name, service))
  return service
}
