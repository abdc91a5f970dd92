import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The flags and the file that start the blueprint, as the scripts of the workspace do. */
export const startArgs: readonly string[] = [
  '--conditions=plinth-source',
  join(import.meta.dirname, '../src/main.ts'),
]

/** The blueprint as a process of its own, over HTTP. */
export interface Program {
  /** The MCP endpoint, as the program logged it. */
  readonly url: string
  readonly child: ChildProcess
  /** Everything it has printed so far. */
  readonly stdout: () => string
  readonly stderr: () => string
  /** Asks it to stop, waits until it has, and tells its exit code. */
  stop(): Promise<number | null>
}

/** The environment of a blueprint that keeps its data in `dataDir` and takes any free port. */
export function createEnv(dataDir: string, env: Record<string, string> = {}): Record<string, string> {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env
  return { PATH, NODE_COMPILE_CACHE, PORT: '0', PLINTH_DATA_DIR: dataDir, ...env }
}

/** Starts the blueprint and waits until it listens. */
export async function startProgram(dataDir: string, env: Record<string, string> = {}): Promise<Program> {
  const child = spawn(process.execPath, startArgs, { env: createEnv(dataDir, env), stdio: 'pipe' })
  const exited = once(child, 'exit') as Promise<[number | null]>
  const out = collect(child.stdout)
  const err = collect(child.stderr)
  const find = (): string | undefined => /"The server listens\.".*?"url":"([^"]+)"/.exec(err.text())?.[1]
  while (find() === undefined) {
    const ended = await Promise.race([err.more(), exited])
    if (ended) throw new Error(`The blueprint ended with ${ended[0]}: ${err.text()}`)
  }
  return {
    url: find() ?? '',
    child,
    stdout: out.text,
    stderr: err.text,
    async stop() {
      child.kill('SIGTERM')
      const [code] = await exited
      return code
    },
  }
}

/** An empty directory, and what removes it. */
export function makeDir(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'blueprint-'))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

function collect(stream: NodeJS.ReadableStream): { text(): string; more(): Promise<undefined> } {
  let text = ''
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return { text: () => text, more: () => once(stream, 'data').then(() => undefined) }
}
