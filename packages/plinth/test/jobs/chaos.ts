import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { type Clerk, type Ended, type Order, openClerk } from './clerk.ts'
import { orderUntilKilled } from './kill-clerk.ts'
import { steps as knownSteps, type ShopPlace } from './shop.ts'
import type { Worker } from './workers.ts'

/** How much happens. */
export interface Chaos {
  readonly jobs: number
  readonly workers: number
  readonly seed: number
  /** After how many jobs the process that makes them is killed as well. */
  readonly killClerkAfter: number
}

const steps: readonly string[] = knownSteps
const tools = ['report', 'charge', 'transfer'] as const

/** How many processes are killed while jobs are run. */
const kills = 6

/**
 * Jobs are run by processes of which a random one is killed again and again, wherever it is then, and a new one takes
 * its place. Every job that was acknowledged has to come to its end, also where whoever made it is gone.
 */
export async function killWorkers(driver: ShopPlace['driver'], url: string, chaos: Chaos): Promise<void> {
  const clerk = await openClerk(driver, url)
  const orders = Array.from({ length: chaos.jobs }, (_, n) => toOrder(n))
  const workers = Array.from({ length: chaos.workers }, () => clerk.startWorker())
  await Promise.all(workers.map(({ started }) => started))
  const killed = killWhileTheyRun(clerk, workers, chaos)
  // A test that failed before tells why by itself.
  killed.catch(() => undefined)
  const early = await orderUntilKilled(clerk.place, orders, chaos.killClerkAfter)
  const late = await clerk.order(orders.filter((_, n) => !early.has(n)))
  const ids = orders.map((_, n) => (early.get(n) ?? late.shift()) as string)
  const ended = await clerk.follow(orders, ids)
  await killed
  expectEnds(ended, clerk.effects())
}

/** The job of a number. */
export function toOrder(n: number): Order {
  return { tool: tools[n % tools.length] ?? 'report', key: `key-${n}` }
}

/** Kills one whenever so much more was done, a moment later. There are more effects than jobs. */
async function killWhileTheyRun(clerk: Clerk, workers: Worker[], { jobs, seed }: Chaos): Promise<void> {
  const random = createRandom(seed)
  const { signal } = clerk
  for (let killed = 0; killed < kills; killed++) {
    const wanted = ((killed + 1) * jobs) / (kills + 1)
    while (clerk.effects().length < wanted) await sleep(20, undefined, { signal })
    await sleep(random() * 200, undefined, { signal })
    const victim = await pickReady(workers, random, signal)
    victim.kill('SIGKILL')
    workers.splice(workers.indexOf(victim), 1, clerk.startWorker())
  }
}

async function pickReady(
  workers: readonly Worker[],
  random: () => number,
  signal: AbortSignal,
): Promise<Worker> {
  for (;;) {
    const ready = workers.filter(({ isReady }) => isReady)
    const victim = ready[Math.floor(random() * ready.length)]
    if (victim !== undefined) return victim
    await sleep(20, undefined, { signal })
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
