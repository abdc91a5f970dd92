import { resolve } from 'node:path'
import type { Settings } from '../config/setting.ts'
import { readSettings } from '../entry/read-settings.ts'
import { tellPeople } from '../entry/welcome.ts'
import { type WorkOptions, work } from '../entry/work.ts'
import { markWorkerProcess } from '../entry/worker-process.ts'
import type { Server } from '../server.ts'
import { type Command, readArgs, splitArgs, UsageError } from './command.ts'
import { loadModule } from './load-module.ts'

const usage = `plinth worker <module> [--max-running <number>] [-- <flags of the program>]

Runs jobs of a server and serves nothing, until SIGTERM. The module exports the server as "server" or by default, and
does not serve it; where it exports "settings" too, their flags may follow. "--admin-port" opens health and metrics.
Where it exports a function as "onStop", that is called last; of "options", which are those of serve(), what is said of
the audit log holds.
`

/** `plinth worker`: returns once it looks for jobs. */
export const worker: Command = { usage, run: runWorker }

async function runWorker(args: readonly string[]): Promise<string> {
  const { own, argv } = splitArgs(args)
  const { values, positionals } = readArgs({
    args: [...own],
    options: { 'max-running': { type: 'string' } },
    allowPositionals: true,
  })
  const [path, ...others] = positionals
  if (path === undefined || others.length > 0) {
    throw new UsageError(`"plinth worker" takes one module, got ${JSON.stringify(positionals)}.`)
  }
  const maxRunning = parseMaxRunning(values['max-running'])
  const { server, settings, onStop, options } = await loadServer(path, argv)
  const config = await readSettings(settings, { argv })
  const limit = maxRunning === undefined ? {} : { maxRunning }
  const service = await work(server, { ...options, config, onStop, ...limit })
  const admin = service.adminUrl === undefined ? '' : `Admin: ${service.adminUrl}\n`
  tellPeople(
    `${server.settings.serverInfo['name']} looks for jobs, ${server.jobs.maxRunning} at once.\n${admin}`,
  )
  return ''
}

function parseMaxRunning(value: string | undefined): number | undefined {
  if (value === undefined) return undefined
  if (/^[1-9]\d{0,3}$/.test(value)) return Number(value)
  throw new UsageError(`"--max-running" must be a whole number from 1 to 9999, got ${JSON.stringify(value)}.`)
}

interface Loaded {
  readonly server: Server
  readonly settings: Settings | undefined
  readonly onStop: (() => void | Promise<void>) | undefined
  readonly options: Pick<WorkOptions, 'auditFile' | 'auditPolicy'>
}

async function loadServer(path: string, argv: readonly string[]): Promise<Loaded> {
  const file = resolve(path)
  // What the module reads of the command line is what follows it there.
  process.argv = [process.argv[0] ?? '', file, ...argv]
  markWorkerProcess()
  const exported = await loadModule(path)
  const server = await (exported['server'] ?? exported['default'])
  if (!isServer(server)) {
    throw new UsageError(
      `"${path}" exports no server. Export what createServer() answers as "server" or by default.`,
    )
  }
  const onStop = exported['onStop']
  if (onStop !== undefined && typeof onStop !== 'function') {
    throw new UsageError(`"${path}" exports "onStop", which must be a function, got ${typeof onStop}.`)
  }
  return {
    server,
    settings: exported['settings'] as Settings | undefined,
    onStop: onStop as Loaded['onStop'],
    options: toOptions(exported['options']),
  }
}

/** Of the options of a server, what holds for one that does not serve. */
function toOptions(exported: unknown): Loaded['options'] {
  const { auditFile, auditPolicy } = (exported ?? {}) as Loaded['options']
  return {
    ...(auditFile === undefined ? {} : { auditFile }),
    ...(auditPolicy === undefined ? {} : { auditPolicy }),
  }
}

/** The module may have been made with another copy of this package. */
function isServer(value: unknown): value is Server {
  return typeof value === 'object' && value !== null && 'jobs' in value && 'settings' in value
}
