import { syncBuiltinESMExports } from 'node:module'
import type { WriteText } from './line-writer.ts'

/** Most bytes that wait on stderr when nobody reads it; more is dropped, so that no log can exhaust memory. */
const maxStderrBytes = 4_194_304

type Write = typeof process.stdout.write
type Done = (error?: Error | null) => void

/**
 * Takes stdout for the protocol, for good: returns the only way to write to it. What anyone else prints goes to stderr:
 * `console`, `process.stdout`, and children that inherit fd 1, which do not get our stdin either. Out of reach are
 * native code and `fs` calls that name fd 1.
 */
export function claimStdout(): WriteText {
  const { stdout, stderr } = process
  const write = stdout.write.bind(stdout)
  stderr.write = createBoundedWrite(stderr)
  stdout.write = stderr.write
  stdout.end = (last?: unknown) => {
    if (typeof last === 'string' || last instanceof Uint8Array) stdout.write(last)
    return stdout
  }
  stderr.on('error', () => undefined) // Nobody reads the log: no reason to stop serving.
  redirectChildren()
  return (text, done) => void write(text, done)
}

function createBoundedWrite(stream: NodeJS.WriteStream): Write {
  const write = stream.write.bind(stream) as (...parameters: unknown[]) => boolean
  return function writeBounded(...parameters: unknown[]): boolean {
    if (stream.writableLength <= maxStderrBytes) return write(...parameters)
    const done = parameters.findLast((parameter) => typeof parameter === 'function') as Done | undefined
    if (done !== undefined) process.nextTick(done)
    return false
  }
}

interface SpawnOptions {
  readonly stdio?: unknown
}

/** Children started by any of the functions of `node:child_process` find our stdin closed and our stderr as stdout. */
function redirectChildren(): void {
  // Every asynchronous way to start a child ends in this method, which Node's types leave out.
  const childProcess = process.getBuiltinModule('node:child_process')
  const prototype = childProcess.ChildProcess.prototype as unknown as {
    spawn(options: SpawnOptions): unknown
  }
  const { spawn } = prototype
  prototype.spawn = function spawnRedirected(options) {
    return spawn.call(this, redirect(options))
  }
  const functions = childProcess as unknown as Record<string, (...parameters: unknown[]) => unknown>
  for (const name of ['spawnSync', 'execSync', 'execFileSync']) {
    const original = functions[name]
    functions[name] = (...parameters) => original?.(...parameters.map(redirectOptions))
  }
  syncBuiltinESMExports()
}

function redirectOptions(parameter: unknown): unknown {
  const isOptions = typeof parameter === 'object' && parameter !== null && !Array.isArray(parameter)
  return isOptions ? redirect(parameter) : parameter
}

function redirect(options: SpawnOptions): SpawnOptions {
  const { stdio } = options
  if (stdio === undefined || stdio === null) return options
  if (stdio === 'inherit') return { ...options, stdio: ['ignore', 2, 2] }
  return Array.isArray(stdio) ? { ...options, stdio: stdio.map(redirectOne) } : options
}

function redirectOne(stdio: unknown, fd: number): unknown {
  const inherited = stdio === 'inherit' ? fd : stdio
  if (inherited === 0 || inherited === process.stdin) return 'ignore'
  return inherited === 1 || inherited === process.stdout ? 2 : stdio
}
