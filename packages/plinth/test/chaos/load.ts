import { type Answer, ask, askInSession, askUntilDefinite, openSession } from './ask-shop.ts'

/** What processes were asked, and what they answered, while something was wrong. */
export interface Load {
  /** Calls that came to no answer at all, or to a wrong one. */
  readonly faults: readonly string[]
  /** What each order was answered, by its key. */
  readonly orders: ReadonlyMap<string, readonly Answer[]>
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
let runs = 0

/** Calls every tool of the shop all the time, until it is stopped. */
export async function startLoad(urls: readonly string[]): Promise<{ stop(): Promise<Load> }> {
  const session = await openSession(urls[0] ?? '')
  const run = ++runs
  const faults: string[] = []
  const orders = new Map<string, Answer[]>()
  let count = 0
  let isOver = false

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
  const call = async (caller: number) => {
    for (let turn = 0; !isOver; turn++) {
      const url = urls[(caller + turn) % urls.length] ?? ''
      const key = `${run}-${caller}-${turn >> 1}`
      const asked = [limited(url), square(url, turn % 10), buy(url, key)]
      const ended = await Promise.allSettled(asked)
      for (const one of ended) if (one.status === 'rejected') faults.push(String(one.reason))
      count += asked.length
    }
  }
  const running = Promise.all(Array.from({ length: callers }, (_, caller) => call(caller)))
  return {
    async stop() {
      isOver = true
      await running
      return { faults, orders, count }
    },
  }
}

/** The same key is always the same order. */
export function toOrder(key: string): { tool: string; key: string; input: { item: string } } {
  return { tool: 'buy', key, input: { item: key } }
}

/**
 * Asks for the end of every order, now that nothing is wrong any more, and lists what contradicts an earlier answer or
 * the effects.
 */
export async function listContradictions(
  { orders }: Load,
  { urls, effects }: { urls: readonly string[]; effects: () => readonly string[] },
): Promise<string[]> {
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
