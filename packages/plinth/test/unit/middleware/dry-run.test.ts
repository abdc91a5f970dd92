import type { createServer, ServerOptions } from 'plinth'
import { expect, test } from 'vitest'
import { callWith, connect, createQuietServer, postCall, serve, toFailure } from './keyed.ts'

const dryRun = { 'plinth/dryRun': true }

function createShop(options: Partial<ServerOptions> = {}): {
  server: ReturnType<typeof createServer>
  done: string[]
} {
  const done: string[] = []
  const server = createQuietServer(options)
  server.tool(
    { name: 'buy', description: 'Buys.', effect: 'write', dryRun: true, idempotency: 'key' },
    (_input, call) => {
      if (!call.dryRun) done.push('buy')
      return { balance: call.dryRun ? 105 : 100 }
    },
  )
  server.tool({ name: 'erase', description: 'Erases.', effect: 'destroy' }, () => {
    done.push('erase')
    return 'Erased.'
  })
  server.tool({ name: 'look', description: 'Looks.', effect: 'read' }, (_input, call) => {
    done.push(`look ${call.dryRun}`)
    return 'Seen.'
  })
  return { server, done }
}

test('a dry run is asked for in the metadata, and its result says so', async () => {
  const { server, done } = createShop()
  const result = await callWith(connect(server), { tool: 'buy', meta: dryRun })
  expect(result).toMatchObject({ structuredContent: { balance: 105 }, _meta: dryRun })
  expect(done).toEqual([])
})

test('a call that asks for none is no dry run', async () => {
  const { server, done } = createShop()
  const client = connect(server)
  const results = [
    await callWith(client, { tool: 'buy' }),
    await callWith(client, { tool: 'buy', meta: { 'plinth/dryRun': false } }),
  ]
  expect(results.map(({ _meta }) => _meta?.['plinth/dryRun'])).toEqual([undefined, undefined])
  expect(done).toEqual(['buy', 'buy'])
})

test('a tool that cannot make a dry run is refused, not run', async () => {
  const { server, done } = createShop()
  const result = await callWith(connect(server), { tool: 'erase', meta: dryRun })
  expect(toFailure(result)).toMatchObject({ error: 'dry_run_unsupported', retry: false })
  expect(done).toEqual([])
})

test('a tool that only reads runs as always', async () => {
  const { server, done } = createShop({ dryRun: true })
  const result = await callWith(connect(server), { tool: 'look', meta: dryRun })
  expect(result._meta?.['plinth/dryRun']).toBeUndefined()
  expect(done).toEqual(['look false'])
})

test.each(['true', 1, null])(
  'asking with %j runs nothing, because it was meant to be a dry run',
  async (asked) => {
    const { server, done } = createShop()
    const result = await callWith(connect(server), { tool: 'buy', meta: { 'plinth/dryRun': asked } })
    expect(toFailure(result)).toMatchObject({ error: 'input_invalid' })
    expect(done).toEqual([])
  },
)

test('a server can make a dry run of everything', async () => {
  const { server, done } = createShop({ dryRun: true })
  const client = connect(server)
  expect((await callWith(client, { tool: 'buy' }))._meta).toMatchObject(dryRun)
  expect((await callWith(client, { tool: 'buy', meta: { 'plinth/dryRun': false } }))._meta).toMatchObject(
    dryRun,
  )
  expect(toFailure(await callWith(client, { tool: 'erase' }))).toMatchObject({ error: 'dry_run_unsupported' })
  expect(done).toEqual([])
})

test('a dry run uses no idempotency key up', async () => {
  const { server, done } = createShop()
  const client = connect(server)
  const key = { 'plinth/idempotencyKey': 'a' }
  await callWith(client, { tool: 'buy', meta: { ...dryRun, ...key } })
  const real = await callWith(client, { tool: 'buy', meta: key })
  expect(real).toMatchObject({ structuredContent: { balance: 100 } })
  expect(real._meta?.['plinth/replayed']).toBeUndefined()
  const dry = await callWith(client, { tool: 'buy', meta: { ...dryRun, ...key } })
  expect(dry).toMatchObject({ structuredContent: { balance: 105 } })
  expect(done).toEqual(['buy'])
})

test('a dry run that has to ask stays one', async () => {
  const server = createQuietServer()
  const done: string[] = []
  server.tool({ name: 'buy', description: 'Buys.', effect: 'write', dryRun: true }, async (_input, call) => {
    await call.ask('confirm', { message: 'Buy?', schema: { type: 'object', properties: {} } })
    if (!call.dryRun) done.push('buy')
    return 'Bought.'
  })
  const service = await serve(server)
  const { requestState } = await postCall(service, { name: 'buy', _meta: dryRun })
  const inputResponses = { confirm: { action: 'accept', content: {} } }
  const result = await postCall(service, { name: 'buy', requestState, inputResponses })
  expect(result['_meta']).toMatchObject(dryRun)
  expect(done).toEqual([])
})

test('a tool that only reads cannot declare a dry run', () => {
  const contract = { name: 'look', description: 'Looks.', effect: 'read', dryRun: true } as const
  expect(() => createQuietServer().tool(contract, () => '')).toThrow('Tool "look": "dryRun"')
})
