import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  asUser,
  findBinary,
  findFreePort,
  isPortOpen,
  isPostgresOpen,
  lack,
  listPostgresFolders,
  runAsUser,
} from '../contracts/services.ts'

/** A service of a test's own, which it may crash. What it had written is there when it starts again. */
export interface OwnService {
  readonly port: number
  /** Where it is asked by way of a port, its own or a proxy's. */
  toUrl(port: number): string
  /** Ends it as a crash would. */
  crash(): Promise<void>
  /** Starts it, and resolves once it answers. */
  start(): Promise<void>
  /** Ends it for good, and removes what it kept. */
  remove(): Promise<void>
}

interface Plan {
  readonly port: number
  readonly directory: string
  readonly command: readonly [string, readonly string[]]
  toUrl(port: number): string
  isReady(): Promise<boolean>
  /** Has the process end at once. */
  kill(child: ChildProcess): void
}

/** A Redis or Valkey that keeps each write before it answers. Undefined, with a loud word, where there is no binary. */
export async function startOwnRedis(): Promise<OwnService | undefined> {
  const binary = findBinary(['valkey-server', 'redis-server'])
  if (binary === undefined) return lack('Redis', 'Install redis-server or valkey-server.')
  const port = await findFreePort()
  const directory = mkdtempSync(join(tmpdir(), 'plinth-own-redis-'))
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory]
  const keep = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always']
  return start({
    port,
    directory,
    command: [binary, [...place, ...keep]],
    toUrl: (asked) => `redis://127.0.0.1:${asked}`,
    isReady: () => isPortOpen(port),
    kill: (child) => void child.kill('SIGKILL'),
  })
}

/** A Postgres with a cluster of its own. Undefined, with a loud word, where there is no binary. */
export async function startOwnPostgres(): Promise<OwnService | undefined> {
  const binary = findBinary(['postgres'], listPostgresFolders())
  const initdb = findBinary(['initdb'], listPostgresFolders())
  if (binary === undefined || initdb === undefined) return lack('Postgres', 'Install postgres.')
  const port = await findFreePort()
  const directory = mkdtempSync(join(tmpdir(), 'plinth-own-postgres-'))
  chmodSync(directory, 0o777)
  const data = join(directory, 'data')
  runAsUser(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'])
  const flags = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-c', 'fsync=off']
  const toUrl = (asked: number) => `postgres://postgres@127.0.0.1:${asked}/postgres`
  return start({
    port,
    directory,
    command: asUser(binary, flags),
    toUrl,
    isReady: () => isPostgresOpen(toUrl(port)),
    kill: () => killPostmaster(data),
  })
}

/** Its own word for a crash: the children end with it, and nothing is written any more. */
function killPostmaster(data: string): void {
  const [pid] = readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
  process.kill(Number(pid), 'SIGQUIT')
}

async function start(plan: Plan): Promise<OwnService> {
  let running = await run(plan)
  const crash = async () => {
    plan.kill(running.child)
    await running.exited
  }
  return {
    port: plan.port,
    toUrl: plan.toUrl,
    crash,
    async start() {
      running = await run(plan)
    },
    async remove() {
      if (running.child.exitCode === null && running.child.signalCode === null) await crash()
      rmSync(plan.directory, { recursive: true, force: true })
    },
  }
}

async function run({
  command,
  isReady,
  port,
}: Plan): Promise<{ child: ChildProcess; exited: Promise<void> }> {
  const [binary, flags] = command
  const child = spawn(binary, flags, { stdio: 'ignore' })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`${binary} did not start on port ${port}.`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  return { child, exited }
}
