import fc from 'fast-check'
import type { Server } from 'plinth'
import { createTestClient, type TestClient, type ToolCallResult } from 'plinth/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { DocumentStore } from '../../../src/storage/document.ts'
import { MemoryDocumentStore } from '../../../src/storage/memory-document.ts'
import { createQuietServer, toFailure } from './keyed.ts'

const keys = ['a', 'b'] as const

type Key = (typeof keys)[number]

/** How the handler behaves for one key. */
interface Behaviour {
  readonly end: 'succeed' | 'fail' | 'throw' | 'hang' | 'heed'
  readonly takesMs: number
}

type Step =
  | { readonly do: 'call'; readonly key: Key; readonly process: number }
  | { readonly do: 'cancel'; readonly call: number }
  | { readonly do: 'leave'; readonly process: number }
  | { readonly do: 'outage'; readonly forMs: number }
  | { readonly do: 'wait'; readonly forMs: number }

const behaviour: fc.Arbitrary<Behaviour> = fc.record({
  end: fc.constantFrom('succeed', 'fail', 'throw', 'hang', 'heed'),
  takesMs: fc.integer({ min: 0, max: 2_500 }),
})

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('call'), key: fc.constantFrom(...keys), process: fc.nat(1) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel'), call: fc.nat(9) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave'), process: fc.nat(1) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('outage'), forMs: fc.integer({ min: 1, max: 1_500 }) }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('wait'), forMs: fc.integer({ min: 1, max: 1_200 }) }) },
) as fc.Arbitrary<Step>

/** Two processes that share a store, and everything that went in and came out. */
class World {
  readonly effects: Record<Key, number> = { a: 0, b: 0 }
  readonly answers: { key: Key; answer: string }[] = []
  readonly calls: Promise<void>[] = []
  private readonly aborts: AbortController[] = []
  private readonly servers: Server[]
  private readonly clients: TestClient[]
  private outageUntil = 0

  constructor(behaviours: Record<Key, Behaviour>, delays: readonly number[]) {
    const documents = this.delay(new MemoryDocumentStore({ now: Date.now }), delays)
    this.servers = [0, 1].map(() => this.createProcess(behaviours, documents))
    this.clients = this.servers.map((server) => createTestClient(server))
  }

  async take(one: Step): Promise<void> {
    if (one.do === 'call') this.call(one.key, one.process)
    if (one.do === 'cancel') this.aborts[one.call]?.abort(new Error('The client cancelled.'))
    if (one.do === 'leave') {
      this.clients[one.process]?.close()
      this.clients[one.process] = createTestClient(this.servers[one.process] as Server)
    }
    if (one.do === 'outage') this.outageUntil = Date.now() + one.forMs
    if (one.do === 'wait') await vi.advanceTimersByTimeAsync(one.forMs)
  }

  call(key: Key, process: number): void {
    const controller = new AbortController()
    this.aborts.push(controller)
    const params = { name: 'buy', arguments: { key }, _meta: { 'plinth/idempotencyKey': key } }
    const asked = (this.clients[process] as TestClient).call('tools/call', params, {
      signal: controller.signal,
    })
    this.calls.push(
      asked.then(
        (result: unknown) => void this.answers.push({ key, answer: toAnswer(result as ToolCallResult) }),
        () => undefined,
      ),
    )
  }

  private createProcess(behaviours: Record<Key, Behaviour>, documents: DocumentStore): Server {
    const server = createQuietServer({ stores: { documents } })
    const input = z.object({ key: z.enum(keys) })
    const errors = { refused: { message: 'Refused.', retry: false } }
    const idempotency = { leaseMs: 900 }
    server.tool(
      { name: 'buy', description: 'Buys.', input, errors, effect: 'write', idempotency, timeoutMs: 1_000 },
      async (args, call) => {
        const { key } = args
        const { end, takesMs } = behaviours[key]
        const receipt = ++this.effects[key]
        await new Promise((resolve, reject) => {
          if (end === 'hang') return
          setTimeout(resolve, takesMs)
          if (end === 'heed') call.signal.addEventListener('abort', () => reject(call.signal.reason as Error))
        })
        if (end === 'fail') throw call.fail('refused')
        if (end === 'throw') throw new Error('unknown')
        return { receipt }
      },
    )
    return server
  }

  private delay(store: MemoryDocumentStore, delays: readonly number[]): DocumentStore {
    let at = 0
    const later = async <T>(run: () => T): Promise<T> => {
      await new Promise((resolve) => setTimeout(resolve, delays[at++ % delays.length]))
      if (Date.now() < this.outageUntil) throw new Error('ECONNREFUSED')
      const value = run()
      await new Promise((resolve) => setTimeout(resolve, delays[at++ % delays.length]))
      if (Date.now() < this.outageUntil) throw new Error('ECONNRESET')
      return value
    }
    return {
      get: (key) => later(() => store.get(key)),
      set: (key, value, write) => later(() => store.set(key, value, write)),
      delete: (key, options) => later(() => store.delete(key, options)),
    }
  }
}

function toAnswer(result: ToolCallResult): string {
  return result.isError === true
    ? String(toFailure(result)['error'])
    : JSON.stringify(result.structuredContent)
}

const definite = new Set(['{"receipt":1}', 'refused', 'outcome_unknown'])
const passing = new Set(['duplicate_in_flight', 'timeout', 'internal', 'store_unavailable'])

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('however calls interleave, a key has at most one effect and every caller one answer', async () => {
  const behaviours = fc.record({ a: behaviour, b: behaviour })
  const delays = fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(behaviours, delays, fc.array(step, { maxLength: 20 }), async (how, slow, steps) => {
      const world = new World(how, slow)
      for (const one of steps) await world.take(one)
      await vi.advanceTimersByTimeAsync(30_000)
      await Promise.all(world.calls)
      const before = world.answers.length

      for (const key of keys) {
        for (let repeat = 0; repeat < 3; repeat++) {
          world.call(key, repeat % 2)
          await vi.advanceTimersByTimeAsync(30_000)
        }
        await Promise.all(world.calls)
        const final = world.answers.splice(before).map(({ answer }) => answer)

        expect(world.effects[key]).toBeLessThanOrEqual(1)
        const [, second, third] = final
        expect(definite.has(String(second)), second).toBe(true)
        expect(third).toBe(second)
        const said = [...world.answers.filter((one) => one.key === key).map(({ answer }) => answer), ...final]
        expect(said.filter((answer) => !definite.has(answer) && !passing.has(answer))).toEqual([])
        const outcomes = said.filter((answer) => definite.has(answer))
        expect(new Set(outcomes.filter((answer) => answer !== 'outcome_unknown')).size).toBeLessThanOrEqual(1)
        // A caller whose outcome could not be written down is told it all the same.
        if (steps.some((one) => one.do === 'outage')) continue
        const unknownAt = outcomes.indexOf('outcome_unknown')
        if (unknownAt !== -1) expect(new Set(outcomes.slice(unknownAt)).size).toBe(1)
      }
    }),
    { numRuns: 150 },
  )
})
