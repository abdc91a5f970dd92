import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { type Clerk, type Ended, type Order, openClerk } from './clerk.ts'
import { steps as knownSteps, type ShopPlace } from './shop.ts'
import type { Worker } from './workers.ts'

/** How much happens. */
export interface Chaos {
  readonly jobs: number
  readonly workers: number
  readonly seed: number
}

const steps: readonly string[] = knownSteps
const tools = ['report', 'charge', 'transfer'] as const

/** On a busy machine the start of processes takes all its time; so many have to be enough. */
const maxKilled = 8

/** Jobs are run by processes of which a random one is killed every second, and a new one takes its place. */
export async function killWorkers(driver: ShopPlace['driver'], url: string, chaos: Chaos): Promise<void> {
  const clerk = await openClerk(driver, url)
  const orders = Array.from({ length: chaos.jobs }, (_, n) => toOrder(n))
  const workers = Array.from({ length: chaos.workers }, () => clerk.startWorker())
  await Promise.all(workers.map(({ started }) => started))
  const ids = await clerk.order(orders)
  const killing = new AbortController()
  const killed = killOneASecond(clerk, workers, {
    random: createRandom(chaos.seed),
    signal: AbortSignal.any([killing.signal, clerk.signal]),
  })
  const ended = await clerk.follow(orders, ids)
  killing.abort()
  expect(await killed).toBeGreaterThan(0)
  expectEnds(ended, clerk.effects())
}

/** The job of a number. */
export function toOrder(n: number): Order {
  return { tool: tools[n % tools.length] ?? 'report', key: `key-${n}` }
}

async function killOneASecond(
  clerk: Clerk,
  workers: Worker[],
  { random, signal }: { random: () => number; signal: AbortSignal },
): Promise<number> {
  for (let killed = 0; ; ) {
    await sleep(1_000, undefined, { signal }).catch(() => undefined)
    if (signal.aborted || killed === maxKilled) return killed
    const ready = workers.filter(({ isReady }) => isReady)
    const victim = ready[Math.floor(random() * ready.length)]
    if (victim === undefined) continue
    victim.kill('SIGKILL')
    killed++
    workers.splice(workers.indexOf(victim), 1, clerk.startWorker())
  }
}

/** The same numbers for the same seed (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed
  return function random() {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** No job is lost, and none does again what it has done. */
export function expectEnds(ended: readonly Ended[], effects: readonly string[]): void {
  const of = (tool: string) => ended.filter((one) => one.tool === tool)
  const done = { status: 'completed', text: 'done', error: undefined }
  expect(of('report')).toEqual(of('report').map((one) => ({ ...one, ...done })))
  expect(of('transfer')).toEqual(of('transfer').map((one) => ({ ...one, ...done })))
  for (const { key } of of('transfer')) expectSteps(effects, key)
  for (const { key, text, error } of of('charge')) {
    const count = effects.filter((line) => line === `charge ${key}`).length
    // At most once: what was broken off is not tried again, and says so.
    if (text === 'done') expect([key, count]).toEqual([key, 1])
    else expect([key, error, count <= 1]).toEqual([key, 'outcome_unknown', true])
  }
}

/** A step may be taken again only while none after it was: its process was killed before the step was kept. */
function expectSteps(effects: readonly string[], key: string): void {
  const prefix = `transfer ${key} `
  const taken = effects.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length))
  const order = taken.map((step) => steps.indexOf(step))
  expect([key, ...order]).toEqual([key, ...order.toSorted((one, other) => one - other)])
  expect([key, ...new Set(taken)]).toEqual([key, ...steps])
}
