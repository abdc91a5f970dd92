import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Order, ReplicaOptions } from './replica-protocol.ts'

const program = join(import.meta.dirname, 'replica.ts')

/** A key all replicas of the tests share. */
export const sharedKey = Buffer.alloc(32, 7).toString('base64')

/** One process of a server. */
export interface Replica {
  readonly name: string
  readonly url: string
  readonly adminUrl: string
  /** Has it do something, and gives what came of it. */
  tell(kind: Order['kind'], details?: Omit<Order, 'id' | 'kind'>): Promise<unknown>
  /** Ends it as a crash would. */
  kill(): Promise<void>
  /** Stops it for a while, as a machine that hangs would. */
  signal(signal: NodeJS.Signals): void
  close(): Promise<void>
}

/** Starts a process of a server. Resolves once it serves. */
export async function startReplica(options: Omit<ReplicaOptions, 'key'>): Promise<Replica> {
  const all: ReplicaOptions = { key: sharedKey, ...options }
  const child = spawn(
    process.execPath,
    ['--conditions=plinth-source', '--disable-warning=ExperimentalWarning', program, JSON.stringify(all)],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  )
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const { url, adminUrl } = await receive<{ url: string; adminUrl: string }>(child, () => true)
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return ended
  }
  return {
    name: options.name,
    url,
    adminUrl,
    tell: (kind, details = {}) => send(child, { ...details, kind }),
    kill: () => end('SIGKILL'),
    signal: (signal) => void child.kill(signal),
    close: () => {
      // One that stands still hears of nothing.
      child.kill('SIGCONT')
      return end('SIGTERM')
    },
  }
}

let orders = 0

async function send(child: ChildProcess, order: Omit<Order, 'id'>): Promise<unknown> {
  const id = ++orders
  child.send({ ...order, id })
  const { value } = await receive<{ id: number; value: unknown }>(child, (message) => message.id === id)
  return value
}

function receive<T>(child: ChildProcess, isWanted: (message: T) => boolean): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = () => reject(new Error('The replica ended.'))
    const hear = (message: T) => {
      if (!isWanted(message)) return
      child.off('message', hear)
      child.off('exit', end)
      resolve(message)
    }
    child.on('message', hear)
    child.once('exit', end)
  })
}
