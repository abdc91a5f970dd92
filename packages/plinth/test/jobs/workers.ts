import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { ShopPlace } from './shop.ts'

const program = join(import.meta.dirname, '../../src/cli/main.ts')
const module = join(import.meta.dirname, 'shop-server.ts')

/** A process of `plinth worker`. */
export interface Worker {
  readonly pid: number
  /** Fulfilled once it looks for jobs. */
  readonly started: Promise<void>
  /** What it has logged. */
  readonly output: string
  /** Whether it looks for jobs. */
  readonly isReady: boolean
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>
  readonly isRunning: boolean
  kill(signal: NodeJS.Signals): void
}

/** Starts `plinth worker` for the jobs of a shop. */
export function startWorker(place: ShopPlace, ...args: readonly string[]): Worker {
  const child = spawn(process.execPath, ['--conditions=plinth-source', program, 'worker', module, ...args], {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, SHOP_PLACE: JSON.stringify(place) },
  })
  const started = Promise.withResolvers<void>()
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString()
    if (isReady(output)) started.resolve()
  })
  child.once('exit', () => started.resolve())
  return {
    pid: child.pid ?? 0,
    started: started.promise,
    exited: new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal }))),
    get output() {
      return output
    },
    get isReady() {
      return isReady(output)
    },
    get isRunning() {
      return child.exitCode === null && child.signalCode === null
    },
    kill: (signal) => void child.kill(signal),
  }
}

function isReady(output: string): boolean {
  return output.includes('looks for jobs')
}
