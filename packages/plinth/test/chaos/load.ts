import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Answer,
  ask,
  askInSession,
  askTask,
  askUntilDefinite,
  openSession,
  type TaskAnswer,
} from './ask-shop.ts'

/** What processes were asked, and what they answered, while something was wrong. */
export interface Load {
  /** Calls that came to no answer at all, or to a wrong one. */
  readonly faults: readonly string[]
  /** What each order was answered, by its key. */
  readonly orders: ReadonlyMap<string, readonly Answer[]>
  /** The same of orders that are jobs. */
  readonly shipments: ReadonlyMap<string, readonly Answer[]>
  /** Calls that were answered. */
  readonly count: number
}

/** What an order may be answered while its store fails. */
const allowed: readonly (string | undefined)[] = [
  undefined,
  'store_unavailable',
  'duplicate_in_flight',
  'outcome_unknown',
]

const callers = 8
/** How long a caller waits after its calls at most, in milliseconds. */
const maxRestMs = 500

/** How many of them ship as well. */
const shippers = 2

let runs = 0

/** Calls every tool of the shop all the time, until it is stopped. Resolves once a job was promised. */
export async function startLoad(urls: readonly string[]): Promise<{ stop(): Promise<Load> }> {
  const session = await openSession(urls[0] ?? '')
  const run = ++runs
  const faults: string[] = []
  const orders = new Map<string, Answer[]>()
  const shipments = new Map<string, Answer[]>()
  let count = 0
  let isOver = false
  const promised = Promise.withResolvers<void>()

  const limited = async (url: string) => {
    const { error } = await ask(url, { tool: 'limited' })
    if (error !== undefined) faults.push(`limited: ${error}`)
  }
  const square = async (url: string, n: number) => {
    const call = { tool: 'square', input: { n } }
    const answers = await Promise.all([ask(url, call), askInSession(url, session, call)])
    const wrong = answers.filter((answer) => answer.square !== n * n)
    faults.push(...wrong.map((answer) => `square of ${n}: ${JSON.stringify(answer)}`))
  }
  const buy = async (url: string, key: string) => {
    const answers = orders.get(key) ?? []
    orders.set(key, answers)
    const answer = await ask(url, toOrder(key))
    answers.push(answer)
    if (!allowed.includes(answer.error)) faults.push(`order ${key}: ${JSON.stringify(answer)}`)
  }
  const ship = async (url: string, key: string) => {
    const answers = shipments.get(key) ?? []
    shipments.set(key, answers)
    const { taskId, ...answer } = await ask(url, toShipment(key))
    answers.push({ ...answer, ...(taskId && { taskId }) })
    if (taskId === undefined && answer.error !== 'store_unavailable') {
      faults.push(`shipment ${key}: ${JSON.stringify(answer)}`)
    }
    if (taskId === undefined) return
    promised.resolve()
    // Whoever was told of a job finds it, as long as anything is found.
    const { status = '', error } = await askTask(url, taskId)
    if (error === 'store_unavailable' || ['working', 'completed'].includes(status)) return
    faults.push(`job of ${key}: ${status} ${error}`)
  }
  const call = async (caller: number) => {
    for (let turn = 0; !isOver; turn++) {
      const url = urls[(caller + turn) % urls.length] ?? ''
      const key = `${run}-${caller}-${turn >> 1}`
      const asked = [limited(url), square(url, turn % 10), buy(url, key)]
      if (caller < shippers) asked.push(ship(url, key))
      const since = performance.now()
      const ended = await Promise.allSettled(asked)
      for (const one of ended) if (one.status === 'rejected') faults.push(String(one.reason))
      count += asked.length
      // Without a rest a slow machine has time for nothing else, and no store is ever in time again.
      await sleep(Math.min(maxRestMs, performance.now() - since))
    }
  }
  const running = Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)))
  await promised.promise
  return {
    async stop() {
      isOver = true
      await running
      return { faults, orders, shipments, count }
    },
  }
}

/** The same key is always the same order. */
export function toOrder(key: string): { tool: string; key: string; input: { item: string } } {
  return { tool: 'buy', key, input: { item: key } }
}

/** An order that goes on as a job. */
export function toShipment(key: string): { tool: string; key: string; input: { item: string } } {
  return { tool: 'ship', key: `ship-${key}`, input: { item: `ship-${key}` } }
}

/** What processes are asked afterwards, and what they have done. */
interface Scene {
  readonly urls: readonly string[]
  readonly effects: () => readonly string[]
}

/**
 * Asks for the end of every order, now that nothing is wrong any more, and lists what contradicts an earlier answer or
 * the effects.
 */
export async function listContradictions(load: Load, scene: Scene): Promise<string[]> {
  const found = await Promise.all([listWrongOrders(load, scene), listWrongShipments(load, scene)])
  return found.flat()
}

async function listWrongOrders({ orders }: Load, { urls, effects }: Scene): Promise<string[]> {
  const checks = [...orders].map(async ([key, answers]) => {
    const last = await askUntilDefinite(urls, toOrder(key))
    const receipts = new Set([...answers, last].flatMap(({ receipt }) => receipt ?? []))
    const made = effects().filter((line) => line === `bought ${key}`).length
    const isKept = receipts.size === 1 && last.receipt !== undefined && made === 1
    const isUnknown = receipts.size === 0 && last.error === 'outcome_unknown' && made <= 1
    return isKept || isUnknown ? [] : [JSON.stringify({ key, answers, last, made })]
  })
  return (await Promise.all(checks)).flat()
}

/** Every key is one job, which was done once. */
async function listWrongShipments({ shipments }: Load, { urls, effects }: Scene): Promise<string[]> {
  const checks = [...shipments].map(async ([key, answers]) => {
    const last = await askUntilDefinite(urls, toShipment(key))
    const ids = new Set([...answers, last].flatMap(({ taskId }) => taskId ?? []))
    const end = await waitForEnd(urls, last.taskId ?? '')
    const made = effects().filter((line) => line === `transferred ship-${key}`).length
    const isDone = ids.size === 1 && end.status === 'completed' && end.receipt !== undefined && made === 1
    return isDone ? [] : [JSON.stringify({ key, answers, last, end, made })]
  })
  return (await Promise.all(checks)).flat()
}

async function waitForEnd(urls: readonly string[], taskId: string): Promise<TaskAnswer> {
  for (let tries = 0; ; tries++) {
    const answer = await askTask(urls[tries % urls.length] ?? '', taskId)
    if (answer.status !== 'working' && answer.error !== 'store_unavailable') return answer
    await sleep(50)
  }
}
