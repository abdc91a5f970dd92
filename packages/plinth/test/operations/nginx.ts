import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findBinary, findFreePort } from '../contracts/services.ts'

/** An nginx of a test's own. */
export interface Nginx {
  readonly url: string
  /** What it complained about. */
  readErrors(): string
  close(): Promise<void>
}

/** The configuration that the documentation gives. */
const documented = new URL('../../../../deploy/nginx/plinth.conf', import.meta.url)
const documentedPorts = [3001, 3002, 3003]

/**
 * Starts nginx before three processes, with the documented configuration. Undefined, with a loud word, where there is
 * no nginx; under `CI=true` that fails.
 */
export async function openNginx(ports: readonly number[]): Promise<Nginx | undefined> {
  const binary = findBinary(['nginx'], ['/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'])
  if (binary === undefined) return lack()
  const directory = mkdtempSync(join(tmpdir(), 'plinth-nginx-'))
  const port = await findFreePort()
  const conf = join(directory, 'nginx.conf')
  writeFileSync(join(directory, 'plinth.conf'), toTestConf(port, ports))
  writeFileSync(conf, toMainConf(directory))
  const child = spawn(binary, ['-p', directory, '-c', conf], { stdio: 'ignore' })
  const exited = once(child, 'exit')
  const readErrors = () => readFileSync(join(directory, 'error.log'), 'utf8')
  const url = `http://127.0.0.1:${port}`
  const close = async () => {
    child.kill('SIGTERM')
    await exited
    rmSync(directory, { recursive: true, force: true })
  }
  while (!(await isListening(url))) {
    if (child.exitCode !== null) throw new Error(`nginx did not start: ${readErrors()}`)
    await sleep(10)
  }
  return { url, readErrors, close }
}

/**
 * Ports that a process can have again after a restart: below those that the system gives to whoever asks for any port,
 * or connects.
 */
export async function findLastingPorts(count: number): Promise<number[]> {
  const found = new Set<number>()
  while (found.size < count) {
    const port = 20_000 + Math.floor(Math.random() * 12_000)
    if (await isFree(port)) found.add(port)
  }
  return [...found]
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}

function lack(): undefined {
  const message = 'The test of restarts behind nginx needs nginx. Install nginx-light.'
  if (process.env['CI'] === 'true') throw new Error(message)
  console.warn(`\n!!! NOT TESTED: ${message}\n`)
  return undefined
}

/** The documented file as it is, but for the ports. */
function toTestConf(port: number, ports: readonly number[]): string {
  let text = replaceOnce(readFileSync(documented, 'utf8'), 'listen 8080;', `listen 127.0.0.1:${port};`)
  for (const [at, from] of documentedPorts.entries()) {
    text = replaceOnce(text, `127.0.0.1:${from}`, `127.0.0.1:${ports[at]}`)
  }
  return text
}

function replaceOnce(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`deploy/nginx/plinth.conf must hold "${from}" once.`)
  return text.replace(from, to)
}

/** What stands around it on every machine, and keeps this nginx in its directory. */
function toMainConf(directory: string): string {
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes 2;
pid ${directory}/nginx.pid;
error_log ${directory}/error.log warn;
events { worker_connections 1024; }
http {
    access_log off;
    ${paths.map((name) => `${name}_temp_path ${directory}/${name};`).join('\n    ')}
    include ${directory}/plinth.conf;
}
`
}

async function isListening(url: string): Promise<boolean> {
  const answered = await fetch(url).catch(() => undefined)
  await answered?.text()
  return answered !== undefined
}
