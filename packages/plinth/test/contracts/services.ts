import { execFileSync, spawn } from 'node:child_process'
import { accessSync, chmodSync, constants, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** A real service for tests, with what ends it. */
export interface Service {
  readonly url: string
  close(): Promise<void>
}

/**
 * The Redis or Valkey that `REDIS_URL` names, or one started from a local binary on a free port. Undefined, with a
 * loud word, where there is neither; under `CI=true` that fails.
 */
export async function openRedis(): Promise<Service | undefined> {
  const url = process.env['REDIS_URL']
  if (url) return { url, async close() {} }
  const binary = findBinary(['valkey-server', 'redis-server'])
  if (binary === undefined) return lack('Redis', 'Set REDIS_URL, or install redis-server or valkey-server.')
  const port = await findFreePort()
  const directory = mkdtempSync(join(tmpdir(), 'plinth-redis-'))
  const flags = ['--port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', '']
  return start(binary, flags, {
    url: `redis://127.0.0.1:${port}`,
    directory,
    isReady: () => isPortOpen(port),
  })
}

/**
 * The Postgres that `DATABASE_URL` names, or the one on the default port if it lets us in, or one started from a local
 * binary on a free port. Undefined, with a loud word, where there is none; under `CI=true` that fails.
 */
export async function openPostgres(): Promise<Service | undefined> {
  const url = process.env['DATABASE_URL']
  if (url) return { url, async close() {} }
  const running = 'postgres://postgres@127.0.0.1:5432/postgres'
  if (await isPostgresOpen(running)) return { url: running, async close() {} }
  const binary = findBinary(['postgres'], listPostgresFolders())
  const initdb = findBinary(['initdb'], listPostgresFolders())
  if (binary === undefined || initdb === undefined) {
    return lack('Postgres', 'Set DATABASE_URL, or install postgres.')
  }
  const port = await findFreePort()
  const directory = mkdtempSync(join(tmpdir(), 'plinth-postgres-'))
  chmodSync(directory, 0o777)
  const data = join(directory, 'data')
  runAsUser(initdb, ['-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync'])
  const flags = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', '', '-c', 'fsync=off']
  const service = { url: `postgres://postgres@127.0.0.1:${port}/postgres`, directory }
  return start(...asUser(binary, flags), { ...service, isReady: () => isPostgresOpen(service.url) })
}

/** A port nobody listens on. */
export async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Something that takes connections and never answers. */
export async function openSilentPort(): Promise<{ port: number; close(): void }> {
  const sockets = new Set<{ destroy(): void }>()
  const server = createServer((socket) => {
    socket.on('error', () => {})
    sockets.add(socket)
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const close = () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
  return { port: (server.address() as AddressInfo).port, close }
}

export function lack(service: string, fix: string): undefined {
  const message = `The tests of the ${service} driver need ${service}. ${fix}`
  if (process.env['CI'] === 'true') throw new Error(message)
  console.warn(`\n!!! NOT TESTED: ${message}\n`)
  return undefined
}

async function start(
  binary: string,
  flags: readonly string[],
  { url, directory, isReady }: { url: string; directory: string; isReady: () => Promise<boolean> },
): Promise<Service> {
  const child = spawn(binary, flags, { stdio: 'ignore' })
  let failure: Error | undefined
  child.once('error', (error) => {
    failure = error
  })
  const exited = new Promise((resolve) => child.once('exit', resolve).once('error', resolve))
  const close = async () => {
    child.kill('SIGTERM')
    await exited
    rmSync(directory, { recursive: true, force: true })
  }
  for (let tries = 0; tries < 400; tries++) {
    if (await isReady()) return { url, close }
    if (failure !== undefined || child.exitCode !== null) break
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  await close()
  throw new Error(`${binary} did not start at ${url}.`, { cause: failure })
}

export function isPortOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const end = (isOpen: boolean) => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('connect', () => end(true))
    socket.once('error', () => end(false))
  })
}

export async function isPostgresOpen(url: string): Promise<boolean> {
  const { Client } = (await import('pg')).default
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => {})
  try {
    await client.connect()
    await client.end()
    return true
  } catch {
    return false
  }
}

export function findBinary(names: readonly string[], more: readonly string[] = []): string | undefined {
  const folders = [...more, ...(process.env['PATH'] ?? '').split(delimiter)]
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).find(isExecutable)
}

export function listPostgresFolders(): string[] {
  const root = '/usr/lib/postgresql'
  try {
    const versions = readdirSync(root).sort((one, other) => Number(other) - Number(one))
    return versions.map((version) => join(root, version, 'bin'))
  } catch {
    return []
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** Postgres refuses to run as root; its packages bring a user for it. */
export function asUser(binary: string, flags: readonly string[]): [string, readonly string[]] {
  if (process.getuid?.() !== 0) return [binary, flags]
  const quoted = [binary, ...flags].map((part) => `'${part}'`).join(' ')
  return ['su', ['postgres', '-s', '/bin/sh', '-c', `exec ${quoted}`]]
}

export function runAsUser(binary: string, flags: readonly string[]): void {
  execFileSync(...asUser(binary, flags), { stdio: 'ignore' })
}
