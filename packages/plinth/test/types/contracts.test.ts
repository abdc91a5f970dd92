import { type Call, createServer, defineTool, type ToolHandlerOf, type UriVariables } from 'plinth'
import { expectTypeOf, test } from 'vitest'
import { z } from 'zod'

const server = createServer({ name: 'types', version: '1.0.0', log: () => undefined })

const buy = defineTool({
  name: 'buy_credits',
  description: 'Buys credits.',
  input: z.object({ amount: z.int(), note: z.string().default('') }),
  output: z.object({ balance: z.number() }),
  errors: {
    too_large: { message: 'Too large.', retry: false, details: z.object({ max: z.number() }) },
    closed: { message: 'Closed.', retry: true },
  },
  effect: 'write',
})

test('input, output and errors of a contract type its handler', () => {
  server.tool(buy, (input, call) => {
    expectTypeOf(input).toEqualTypeOf<{ amount: number; note: string }>()
    if (input.amount > 10) throw call.fail('too_large', { max: 10 })
    if (input.amount > 9) throw call.fail('closed')
    // @ts-expect-error An error that was not declared.
    const undeclared = () => call.fail('nonsense')
    // @ts-expect-error Details that were not declared.
    const wrong = () => call.fail('too_large', { maximum: 10 })
    // @ts-expect-error Details that are missing.
    const missing = () => call.fail('too_large')
    expectTypeOf([undeclared, wrong, missing]).toBeArray()
    return { balance: 1 }
  })
})

test('a handler that returns something else does not compile', () => {
  const other = { ...buy, name: 'other' } as const
  // @ts-expect-error The balance is a number.
  server.tool(other, () => ({ balance: 'much' }))
})

test('a handler can be typed from its contract alone', () => {
  expectTypeOf<Parameters<ToolHandlerOf<typeof buy>>[0]>().toEqualTypeOf<{ amount: number; note: string }>()
})

test('the variables of a URI template type the handler of a resource', () => {
  expectTypeOf<UriVariables<'notes://{name}/{+path}{?page,size}'>>().toEqualTypeOf<{
    readonly name: string
    readonly path: string
    readonly page: string
    readonly size: string
  }>()
  server.resource({ uri: 'types://{name}', name: 'types' }, (variables) => {
    expectTypeOf(variables).toEqualTypeOf<{ readonly name: string }>()
    return variables.name
  })
})

test('a form types what the user fills in', () => {
  const ask = async (call: Call) => {
    const answer = await call.ask('who', { message: 'Who?', schema: z.object({ name: z.string() }) })
    if (answer.action === 'accept') expectTypeOf(answer.content).toEqualTypeOf<{ name: string }>()
    return answer.action
  }
  expectTypeOf(ask).returns.resolves.toEqualTypeOf<'accept' | 'decline' | 'cancel'>()
})
