import { createServer, type Server, type ServerOptions } from 'plinth'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { connectHttp } from './http-link.ts'
import { sendStateless } from './send-stateless.ts'

const keys = ['MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=']

/** A shop whose tool charges, asks, and then says what was charged. `charges` counts over all servers made here. */
function createShop(options: Partial<ServerOptions> = {}): Server {
  const server = createServer({ name: 'shop', version: '1.0.0', log: () => undefined, ...options })
  server.tool(
    { name: 'buy', description: 'Buys.', input: z.object({ item: z.string() }), effect: 'write' },
    async ({ item }, call) => {
      const receipt = await call.once('charge', () => ({ number: ++charges, item }))
      const { content } = await call.ask('gift', {
        message: 'Wrap it?',
        schema: z.object({ wrap: z.boolean() }),
      })
      return `Receipt ${receipt.number} for ${receipt.item}, wrapped: ${content?.wrap}`
    },
  )
  return server
}

let charges = 0

const buy = { name: 'buy', arguments: { item: 'tea' } }
const gift = { gift: { action: 'accept', content: { wrap: true } } }

async function askFirst(server: Server): Promise<unknown> {
  const { result } = await sendStateless(server, { method: 'tools/call', params: buy })
  return result?.['requestState']
}

function answer(server: Server, requestState: unknown) {
  return sendStateless(server, {
    method: 'tools/call',
    params: { ...buy, requestState, inputResponses: gift },
  })
}

test('a process with the same key goes on where another one asked, and charges nobody twice', async () => {
  const before = charges
  const requestState = await askFirst(createShop({ keys }))
  const { result } = await answer(createShop({ keys }), requestState)
  expect(result).toMatchObject({ content: [{ text: `Receipt ${before + 1} for tea, wrapped: true` }] })
  expect(charges).toBe(before + 1)
})

test('a process with another key refuses the state and runs nothing', async () => {
  const requestState = await askFirst(createShop({ keys }))
  const before = charges
  const { error } = await answer(createShop(), requestState)
  expect(error).toMatchObject({ code: -32602 })
  expect(charges).toBe(before)
})

test('a state ends with its time', async () => {
  let now = 1_000_000
  const server = createShop({ requestStateTtlMs: 5_000, now: () => now })
  const requestState = await askFirst(server)
  now += 4_999
  expect(await answer(server, requestState)).toMatchObject({ result: { resultType: 'complete' } })
  now += 1
  expect(await answer(server, requestState)).toMatchObject({ error: { code: -32602 } })
})

test('a state belongs to the principal that was asked', async () => {
  const server = createShop({ keys })
  const { result } = await sendStateless(server, { method: 'tools/call', params: buy }, connectHttp)
  const requestState = result?.['requestState']
  expect(await answer(createShop({ keys }), requestState)).toMatchObject({ error: { code: -32602 } })
})

test('a state that was changed in any place is refused', async () => {
  const server = createShop()
  const requestState = String(await askFirst(server))
  for (const at of [0, 5, 20, Math.floor(requestState.length / 2), requestState.length - 2]) {
    const other = requestState[at] === 'A' ? 'B' : 'A'
    const changed = `${requestState.slice(0, at)}${other}${requestState.slice(at + 1)}`
    expect(await answer(server, changed)).toMatchObject({ error: { code: -32602 } })
  }
})

test('a state says nothing to whoever reads it', async () => {
  const requestState = String(await askFirst(createShop()))
  expect(requestState).toMatch(/^[\w-]+$/)
  expect(Buffer.from(requestState, 'base64url').toString('latin1')).not.toContain('tea')
})

test('answers that nobody asked for are not carried on', async () => {
  const server = createServer({ name: 'shop', version: '1.0.0', log: () => undefined })
  server.tool({ name: 'wait', description: 'Asks.', effect: 'read' }, async (_input, call) => {
    const { action } = await call.ask('sure', { message: 'Sure?', schema: z.object({}) })
    return action
  })
  const states = []
  for (const unasked of [{}, { junk: 'x'.repeat(100_000) }]) {
    const params = { name: 'wait', inputResponses: unasked }
    const { result } = await sendStateless(server, { method: 'tools/call', params })
    states.push(String(result?.['requestState']).length)
  }
  expect(states[1]).toBe(states[0])
})
