import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTestClient } from 'plinth/testing'
import { onTestFinished } from 'vitest'
import { createSpace } from '../contracts/driver.ts'
import { openShop, type ShopPlace } from './shop.ts'
import { startWorker, type Worker } from './workers.ts'

/** A job of the shop. */
export interface Order {
  readonly tool: string
  readonly key: string
  readonly meta?: Record<string, unknown>
}

/** How a job ended. */
export interface Ended extends Order {
  readonly status: string
  readonly text: string | undefined
  readonly error: string | undefined
}

/** Makes jobs through a server that runs none itself, and sees how they end. */
export interface Clerk {
  readonly place: ShopPlace
  /** Makes jobs and gives their ids, once all of them were acknowledged. */
  order(orders: readonly Order[]): Promise<string[]>
  /** Waits until all of them have ended. */
  follow(orders: readonly Order[], ids: readonly string[]): Promise<Ended[]>
  /** What the jobs did to the world, in its order. */
  effects(): string[]
  /** Waits for an effect. */
  see(effect: string): Promise<void>
  /** Lets the jobs go on that wait in a process. */
  letGo(pid: number): void
  startWorker(...args: readonly string[]): Worker
  /** Aborts when the test is over, however it ended. */
  readonly signal: AbortSignal
}

const ends: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled'])

/** Opens a shop in a place of its own. What it started ends with the test. */
export async function openClerk(driver: ShopPlace['driver'], url: string): Promise<Clerk> {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-shop-'))
  const place = { driver, url, space: createSpace(), directory }
  const { server, clear, close } = await openShop(place, { maxRunning: 0 })
  const capabilities = { extensions: { 'io.modelcontextprotocol/tasks': {} } }
  const client = createTestClient(server, { capabilities })
  await server.prepare()
  const workers: Worker[] = []
  const over = new AbortController()
  onTestFinished(async () => {
    over.abort()
    for (const worker of workers) worker.kill('SIGKILL')
    await Promise.all(workers.map(({ exited }) => exited))
    client.close()
    server.close()
    await clear()
    await close()
    rmSync(directory, { recursive: true, force: true })
  })
  const effects = () => {
    const file = join(directory, 'effects')
    return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []
  }
  /** Asks until it is acknowledged: with its key a job is made once, however often it is asked for. */
  const orderOne = async ({ tool, key, meta = {} }: Order): Promise<string> => {
    const _meta = { 'plinth/idempotencyKey': key, ...meta }
    while (!over.signal.aborted) {
      const made = await client
        .call('tools/call', { name: tool, arguments: { key }, _meta })
        .catch(() => undefined)
      if (typeof made?.['taskId'] === 'string') return made['taskId']
      await sleep(50)
    }
    throw new Error('The test is over.')
  }
  return {
    place,
    order: (orders) => Promise.all(orders.map(orderOne)),
    async follow(orders, ids) {
      const ended: Ended[] = []
      for (const [index, taskId] of ids.entries()) {
        const order = orders[index] ?? { tool: '', key: '' }
        const ask = () => client.call('tasks/get', { taskId })
        ended.push({ ...order, ...(await waitForEnd(ask, over.signal)) })
      }
      return ended
    },
    signal: over.signal,
    effects,
    async see(effect) {
      while (!effects().includes(effect)) await sleep(20, undefined, { signal: over.signal })
    },
    letGo: (pid) => writeFileSync(join(directory, `go-${pid}`), ''),
    startWorker(...args) {
      over.signal.throwIfAborted()
      const worker = startWorker(place, ...args)
      workers.push(worker)
      return worker
    },
  }
}

interface Task {
  readonly status?: string
  readonly result?: { content: { text: string }[]; structuredContent?: { error?: string } }
  readonly error?: { data?: { error?: string } }
}

async function waitForEnd(
  ask: () => Promise<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<Pick<Ended, 'status' | 'text' | 'error'>> {
  while (!signal.aborted) {
    const { status, result, error }: Task = await ask().catch(() => ({}))
    if (status !== undefined && ends.has(status)) {
      const failure = result?.structuredContent?.error ?? error?.data?.error
      return { status, text: result?.content[0]?.text, error: failure }
    }
    await sleep(50)
  }
  throw new Error('The test is over.')
}
