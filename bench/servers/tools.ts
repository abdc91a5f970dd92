import { hash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import * as z from 'zod'
import { type Order, orderInput, orderOutput, priceOrder } from './order.ts'

/** A tool that every contender serves: the same schema, the same work. */
export interface BenchTool {
  readonly name: string
  readonly description: string
  readonly input: z.ZodObject
  readonly output?: z.ZodObject
  /** Text, or data where the tool has an output schema. */
  readonly run: (input: never) => string | object | Promise<string>
}

/** Which tools a server has: one of these, or so many. */
export type ToolSet = 'order' | 'slow' | 'digest' | number

const addTool: BenchTool = {
  name: 'add',
  description: 'Adds two numbers.',
  input: z.object({ a: z.number().describe('First number'), b: z.number().describe('Second number') }),
  run: ({ a, b }: { a: number; b: number }) => String(a + b),
}

const waitMs = Number(process.env['BENCH_WAIT_MS'] ?? 200)

const slowTool: BenchTool = {
  name: 'slow',
  description: 'Answers after a while.',
  input: z.object({ tag: z.string().describe('Comes back in the answer') }),
  run: ({ tag }: { tag: string }) => sleep(waitMs, `slow ${tag}`),
}

/** About a millisecond of work. */
const digestRounds = 1_500

const digestTool: BenchTool = {
  name: 'digest',
  description: 'Digests a text again and again.',
  input: z.object({ tag: z.string().describe('What to digest; comes back in the answer') }),
  run: ({ tag }: { tag: string }) => {
    let digest = tag
    for (let round = 0; round < digestRounds; round++) digest = hash('sha256', digest)
    return `digest ${tag} ${digest.length}`
  },
}

const orderTool: BenchTool = {
  name: 'price_order',
  description: 'Prices an order line by line.',
  input: orderInput,
  output: orderOutput,
  run: (order: Order) => priceOrder(order),
}

const things = ['book', 'loan', 'reader', 'branch', 'shelf', 'invoice', 'supplier', 'event', 'room', 'ticket']
const verbs = ['find', 'reserve', 'renew', 'move', 'merge', 'review', 'export', 'label', 'count', 'retire']

/** A tool as people write them: six fields with bounds, an enum, a list and a nested object. */
function createRealisticTool(index: number): BenchTool {
  const verb = verbs[index % verbs.length] ?? ''
  const thing = things[Math.floor(index / verbs.length) % things.length] ?? ''
  const name = `${verb}_${thing}${index < 100 ? '' : `_${index}`}`
  return {
    name,
    description: `Use this to ${verb} a ${thing} of the library. It takes what is known of the ${thing} and who asks.`,
    input: z.object({
      words: z.string().min(1).max(300).describe(`Words that occur in the ${thing}, in any order`),
      state: z.enum(['new', 'active', 'waiting', 'done']).describe(`Only a ${thing} in this state`),
      labels: z.array(z.string().max(30)).max(12).describe('Labels it must have, all of them'),
      most: z.number().int().min(1).max(100).describe('Most entries to look at'),
      owner: z
        .object({
          id: z.string().describe('Whose it is'),
          part: z.enum(['reader', 'staff', 'guest']).describe('In which part that person asks'),
          groups: z.array(z.string()).describe('Groups of that person'),
          tell: z.boolean().describe('Whether that person gets a message'),
        })
        .describe('The person it belongs to'),
      old: z.boolean().optional().describe('Whether closed entries count too'),
    }),
    run: (input: { state: string; most: number; labels: string[]; owner: { id: string } }) =>
      `${name} ${input.state} ${input.most} ${input.labels.length} ${input.owner.id}`,
  }
}

/** The tools of a set. Sets of many hold `add` in their middle. */
export function createTools(set: ToolSet): readonly BenchTool[] {
  if (set === 'order') return [orderTool]
  if (set === 'slow') return [slowTool]
  if (set === 'digest') return [digestTool]
  const others = Array.from({ length: set - 1 }, (_, index) => createRealisticTool(index))
  return others.toSpliced(others.length >> 1, 0, addTool)
}

/** The set this process was started with. */
export function readToolSet(): ToolSet {
  const value = process.env['BENCH_TOOLS'] ?? '1'
  return value === 'order' || value === 'slow' || value === 'digest' ? value : Number(value)
}
