import { ToolError } from 'plinth'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { callWith, connect, createQuietServer, toFailure } from './keyed.ts'

const contract = {
  name: 'look',
  description: 'Looks.',
  effect: 'read',
  input: z.object({ at: z.string(), how: z.string().optional() }),
} as const
const repeat = { hintAfter: 2, refuseAfter: 4, windowMs: 60_000 }

test('the same call again and again first gets a hint, then a refusal with the time it lasts', async () => {
  let time = 5_000_000
  const server = createQuietServer({ now: () => time })
  server.tool({ ...contract, repeat }, () => 'the answer')
  const client = connect(server)
  const results = []
  for (let call = 0; call < 5; call++) results.push(await client.callTool('look', { at: 'x' }))
  expect(results.map(({ content }) => (content as unknown[]).length)).toEqual([1, 1, 2, 2, 1])
  expect(results[2]).toMatchObject({ _meta: { 'plinth/repeats': 3 }, content: [{ text: 'the answer' }, {}] })
  expect(toFailure(results[4] as never)).toMatchObject({
    error: 'repeated',
    calls: 5,
    retry_after_ms: 60_000,
  })
  time += 60_000
  expect(await client.callTool('look', { at: 'x' })).not.toMatchObject({ isError: true })
})

test('the order of keys makes no difference, other arguments do', async () => {
  const server = createQuietServer({ repeat })
  server.tool(contract, () => 'the answer')
  const client = connect(server)
  for (let call = 0; call < 4; call++) await client.callTool('look', { at: 'x', how: 'y' })
  expect(toFailure(await client.callTool('look', { how: 'y', at: 'x' }))).toMatchObject({ error: 'repeated' })
  expect(await client.callTool('look', { at: 'x', how: 'z' })).not.toMatchObject({ isError: true })
})

test('calls that differ but keep failing are stopped too, and one success clears them', async () => {
  const server = createQuietServer({ repeat })
  let fails = true
  server.tool(contract, () => {
    if (fails) throw new ToolError('Not there.')
    return 'there'
  })
  const client = connect(server)
  for (let call = 0; call < 3; call++) await client.callTool('look', { at: `a${call}` })
  fails = false
  expect(await client.callTool('look', { at: 'b' })).not.toMatchObject({ isError: true })
  fails = true
  for (let call = 0; call < 5; call++) await client.callTool('look', { at: `c${call}` })
  expect(toFailure(await client.callTool('look', { at: 'd' }))).toMatchObject({ error: 'repeated' })
})

test('a tool can opt out of the guard of its server', async () => {
  const server = createQuietServer({ repeat: { ...repeat, refuseAfter: 1 } })
  server.tool({ ...contract, repeat: false }, () => 'the answer')
  const client = connect(server)
  for (let call = 0; call < 5; call++) {
    expect(await client.callTool('look', { at: 'x' })).not.toMatchObject({ isError: true })
  }
})

test('a call that came through this server before, or through too many, is refused', async () => {
  const server = createQuietServer({ instanceName: 'here', maxHops: 3 })
  server.tool(contract, (_input, call) => JSON.stringify({ hops: call.hops }))
  const client = connect(server)
  const send = (hops: string[]) =>
    callWith(client, { tool: 'look', args: { at: 'x' }, meta: { 'plinth/hops': hops } })
  expect(await send(['there'])).toMatchObject({ content: [{ text: '{"hops":["there","here"]}' }] })
  expect(toFailure(await send(['there', 'here']))).toMatchObject({ error: 'loop_detected', retry: false })
  expect(toFailure(await send(['a', 'b', 'c']))).toMatchObject({ error: 'loop_detected' })
})
