import { ConfigError } from '../config/config-error.ts'
import type { Server } from '../server.ts'
import { serveAdmin } from './admin.ts'
import { refuseListening } from './listen.ts'
import { exportAsEnvironmentSays } from './otel-environment.ts'
import { recordCalls } from './record-calls.ts'
import { runService, type Transport } from './run-service.ts'
import { planServe, type ServeOptions, type ServePlan } from './serve-options.ts'
import type { Service } from './service.ts'
import { describeProcess } from './welcome.ts'

/** How a server's jobs are run without serving it. */
export interface WorkOptions
  extends Pick<ServeOptions, 'config' | 'argv' | 'env' | 'auditFile' | 'auditPolicy'> {
  /** Most jobs at once. Default: as the server says. */
  readonly maxRunning?: number
  /** Called last, once the worker has stopped. */
  readonly onStop?: (() => void | Promise<void>) | undefined
}

/** Holds the process: whatever else it waits for may let it go. */
const holdMs = 2 ** 30

/**
 * Runs the jobs of a server and nothing else: it listens nowhere but at the admin port, where that is asked for. On
 * SIGTERM and SIGINT it takes no more jobs, waits for those that run, gives back what is left and ends with exit code 0.
 *
 * @throws ConfigError where the server has no jobs that this process could run, and naming each flag or variable that is
 * wrong, its value and the fix.
 */
export async function work(server: Server, options: WorkOptions = {}): Promise<Service> {
  const { maxRunning = server.jobs.maxRunning, onStop, ...origins } = options
  const { name, version } = server.settings.serverInfo
  const plan = await planServe(origins, { name: String(name), version: String(version) })
  assertWork(server, maxRunning)
  server.configure(plan.server)
  for (const secret of plan.secrets) server.settings.secretValues.add(secret)
  server.jobs.setMaxRunning(maxRunning)
  const { graceMs } = plan
  return runService(server, { graceMs, drainDelayMs: 0, onStop }, () =>
    refuseListening(plan.names, () => startWork(server, plan)),
  )
}

function assertWork(server: Server, maxRunning: number): void {
  const fault = findFault(server, maxRunning)
  if (fault !== undefined) throw new ConfigError([fault])
}

function findFault({ jobs }: Server, maxRunning: number): string | undefined {
  if (jobs.taskMethods === undefined) return 'The server has no jobs: none of its tools has "task".'
  if (!jobs.isShared) {
    return 'The jobs of the server are kept in its own memory, where no worker finds them. Give createServer "jobs.store".'
  }
  if (maxRunning > 0) return undefined
  return '"jobs.maxRunning" of the server is 0, so nothing would run. Say how many: --max-running 4.'
}

async function startWork(server: Server, plan: ServePlan): Promise<Transport> {
  await recordCalls(server, plan)
  await exportAsEnvironmentSays(server, plan.env)
  const { admin: options } = plan.http
  const admin = options && (await serveAdmin(server, options))
  const hold = setInterval(() => undefined, holdMs)
  try {
    await server.prepare()
  } catch (error) {
    clearInterval(hold)
    await admin?.close()
    throw error
  }
  admin?.markStarted()
  const facts = { ...describeProcess(server), admin_url: admin?.url, max_running: server.jobs.maxRunning }
  server.settings.log({ level: 'info', message: 'The worker looks for jobs.', ...facts })
  return {
    url: undefined,
    healthUrl: undefined,
    adminUrl: admin?.url,
    async close(graceMs) {
      admin?.drain()
      await server.jobs.stop(graceMs)
      server.close()
      await server.telemetry.close()
      await admin?.close()
      clearInterval(hold)
    },
  }
}
