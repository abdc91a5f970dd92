import fc from 'fast-check'
import { type Call, createServer, type ToolPolicies, toolResult } from 'plinth'
import { createTestClient, type ToolCallResult } from 'plinth/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'

/** What a handler of the property does. */
const behaviours = [
  'answer',
  'late',
  'throw',
  'reject',
  'throw-null',
  'declared',
  'error-result',
  'hang',
  'huge',
  'cyclic',
  'bigint',
] as const
type Behaviour = (typeof behaviours)[number]

const errors = { broken: { message: 'It is broken.', retry: false } } as const

async function behave(behaviour: Behaviour, tag: string, call: Call<typeof errors>): Promise<unknown> {
  if (behaviour === 'throw-null') throw null
  if (behaviour === 'throw') throw new Error(`secret of ${tag}`)
  if (behaviour === 'reject') return Promise.reject(new Error(`secret of ${tag}`))
  if (behaviour === 'declared') throw call.fail('broken')
  if (behaviour === 'hang') return new Promise(() => undefined)
  if (behaviour === 'late') await new Promise((resolve) => setTimeout(resolve, 1))
  if (behaviour === 'huge')
    return { tag, rows: Array.from({ length: 300 }, (_, row) => `row ${row} of ${tag}`) }
  if (behaviour === 'bigint') return { tag, big: 1n }
  if (behaviour === 'cyclic') {
    const cycle: Record<string, unknown> = { tag }
    cycle['self'] = cycle
    return cycle
  }
  if (behaviour === 'error-result')
    return toolResult({ content: [{ type: 'text', text: tag }], isError: true })
  return { tag }
}

const policies: fc.Arbitrary<ToolPolicies> = fc
  .record({
    rate: fc.option(fc.record({ limit: fc.integer({ min: 1, max: 20 }), windowMs: fc.constant(1_000) })),
    concurrency: fc.option(
      fc.record({ limit: fc.integer({ min: 1, max: 4 }), queue: fc.integer({ min: 0, max: 8 }) }),
    ),
    budget: fc.option(
      fc.record({
        maxBytes: fc.constant(512),
        strategy: fc.constantFrom('page', 'outline', 'truncate', 'link'),
      }),
    ),
    repeat: fc.option(fc.record({ hintAfter: fc.constant(1), refuseAfter: fc.integer({ min: 2, max: 5 }) })),
    cache: fc.option(fc.record({ ttlMs: fc.constant(10_000) })),
    timeoutMs: fc.constant(30),
  })
  .map((all) => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null)) as ToolPolicies)

const calls = fc.array(
  fc.record({ behaviour: fc.constantFrom(...behaviours), tag: fc.constantFrom('a', 'b') }),
  { minLength: 1, maxLength: 16 },
)

const failing = new Set<Behaviour>([
  'throw',
  'reject',
  'throw-null',
  'declared',
  'error-result',
  'hang',
  'cyclic',
  'bigint',
])

function assertOutcome(result: ToolCallResult, call: { behaviour: Behaviour; tag: string }): void {
  const text = JSON.stringify(result)
  expect(text).not.toContain('secret of')
  expect(result.content.length).toBeGreaterThan(0)
  if (failing.has(call.behaviour)) expect(result.isError).toBe(true)
  const other = call.tag === 'a' ? 'b' : 'a'
  expect(text).not.toMatch(new RegExp(`"tag":"${other}"|of ${other}\\b`))
}

test('whatever guards stand around whatever handler: one answer each, nothing leaks, no slot is lost', async () => {
  await fc.assert(
    fc.asyncProperty(policies, calls, async (guards, plan) => {
      const server = createServer({ name: 'random', version: '1.0.0', log: () => undefined })
      const input = z.object({ behaviour: z.enum(behaviours), tag: z.string() })
      server.tool(
        { name: 'work', description: 'Works.', effect: 'read', input, errors, ...guards },
        ({ behaviour, tag }, call) => behave(behaviour, tag, call),
      )
      const client = createTestClient(server)
      try {
        const outcomes = await Promise.all(
          plan.map(({ behaviour, tag }) => client.callTool('work', { behaviour, tag })),
        )
        outcomes.forEach((result, index) => {
          assertOutcome(result, plan[index] as { behaviour: Behaviour; tag: string })
        })
        expect(server.scope.context.running.list()).toEqual([])
        expect(server.scope.context.inFlight.size).toBe(0)
        expect(server.admission.load.inFlight).toBe(0)
      } finally {
        await client.close()
      }
    }),
    { numRuns: 60 },
  )
})
