import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ShopOptions } from './shop-protocol.ts'

/** How long a shop may take to stop by itself, in milliseconds. One that was stopped by a signal never does. */
const stopMs = 10_000

const program = join(import.meta.dirname, 'shop.ts')

/** One process of the shop. */
export interface Shop {
  readonly url: string
  readonly child: ChildProcess
  /** Stops it for a while, or has it go on. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void
  /** Asks it to stop. The exit code, or the signal it died of. */
  close(): Promise<number | string | null>
}

/** Starts a process of the shop. Resolves once it serves. */
export async function startShop(options: ShopOptions): Promise<Shop> {
  const child = spawn(
    process.execPath,
    ['--conditions=plinth-source', '--disable-warning=ExperimentalWarning', program, JSON.stringify(options)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const exited = once(child, 'exit') as Promise<[code: number | null, signal: string | null]>
  const lines = createInterface({ input: child.stdout })
  const url = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    exited.then(([code]) => Promise.reject(new Error(`The shop ended with ${code}.`))),
  ])
  return {
    url,
    child,
    signal: (signal) => void child.kill(signal),
    async close() {
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), stopMs)
      const [code, signal] = await exited
      clearTimeout(late)
      return code ?? signal
    },
  }
}
