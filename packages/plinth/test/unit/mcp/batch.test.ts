import type { Server, ServerOptions } from 'plinth'
import { expect, test } from 'vitest'
import { connectMemory } from '../../../src/entry/memory.ts'
import { exchange, post, rpc } from '../../security/raw-http.ts'
import { inSession, openSession } from '../../security/sessions.ts'
import { createQuietServer, serve, settleAll } from '../middleware/keyed.ts'

const revision = '2025-03-26'
const clientInfo = { name: 'test', version: '1' }

function createFixture(options: Partial<ServerOptions> = {}): Server {
  const server = createQuietServer(options)
  const input = { type: 'object', properties: { name: { type: 'string' } } } as const
  server.tool(
    { name: 'greet', description: 'Greets.', input, effect: 'read' },
    ({ name }) => `Hi ${String(name)}.`,
  )
  server.tool({ name: 'later', description: 'Greets later.', effect: 'read' }, async () => {
    await settleAll()
    return 'later'
  })
  return server
}

/** A link on a session of `protocolVersion`, with everything that comes back over it. */
async function openLink(
  server: Server,
  protocolVersion = revision,
): Promise<(text: string) => Promise<unknown>> {
  await server.prepare()
  const link = connectMemory(server)
  const received: unknown[] = []
  link.onMessage((text) => received.push(JSON.parse(text)))
  link.send(rpc('initialize', { protocolVersion, capabilities: {}, clientInfo }))
  await settleAll()
  received.length = 0
  return async function ask(text) {
    link.send(text)
    for (let turn = 0; turn < 20 && received.length === 0; turn++) await settleAll()
    return received.splice(0)
  }
}

function greet(name: string, id: number): string {
  return rpc('tools/call', { name: 'greet', arguments: { name } }, id)
}

test('each request of a batch has its answer in one array, notifications have none', async () => {
  const ask = await openLink(createFixture())
  const cancelled = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}}'
  const later = rpc('tools/call', { name: 'later' }, 3)
  const answers = await ask(` [${greet('Ada', 1)},${cancelled},${rpc('unheard/of', {}, 2)},${later},{"a":1}]`)
  expect(answers).toEqual([
    [
      expect.objectContaining({ id: 1, result: { content: [{ type: 'text', text: 'Hi Ada.' }] } }),
      expect.objectContaining({ id: 2, error: expect.objectContaining({ code: -32601 }) as object }),
      expect.objectContaining({ id: 3, result: { content: [{ type: 'text', text: 'later' }] } }),
      expect.objectContaining({ error: expect.objectContaining({ code: -32600 }) as object }),
    ],
  ])
  expect(await ask(`[${cancelled}]`)).toEqual([])
})

const manyMessages = Array.from({ length: 101 }, (_, id) => rpc('ping', {}, id)).join(',')
const meta = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28' }

test.each([
  ['of nothing', '[]'],
  ['of 101 messages', `[${manyMessages}]`],
  ['that is cut off', `[${rpc('ping')}`],
  ['with initialize', `[${rpc('initialize', { protocolVersion: revision, capabilities: {}, clientInfo })}]`],
  ['with a request that stands alone', `[${rpc('server/discover', { _meta: meta })}]`],
])('a batch %s is refused as a whole', async (_what, text) => {
  const ask = await openLink(createFixture())
  const [answer] = (await ask(text)) as { error: { code: number } }[]
  expect([-32600, -32700]).toContain(answer?.error.code)
})

test.each(['2024-11-05', '2025-06-18', '2025-11-25'])('a session of %s takes no batch', async (other) => {
  const ask = await openLink(createFixture(), other)
  expect(await ask(`[${rpc('ping')}]`)).toEqual([
    expect.objectContaining({ error: expect.objectContaining({ code: -32600 }) as object }),
  ])
})

test('over HTTP a batch counts as many requests, and needs its session', async () => {
  const service = await serve(createFixture({ rate: { limit: 3, windowMs: 60_000 } }))
  const session = await openSession(service, revision)
  const batch = `[${greet('Ada', 1)},${greet('Bob', 2)},${greet('Eve', 3)}]`
  const alone = await exchange(service, post(service, batch))
  expect(alone.status).toBe(400)
  const response = await exchange(service, post(service, batch, inSession(session, revision)))
  const answers = JSON.parse(response.body) as { error?: { data: { error: string } } }[]
  expect(response.status).toBe(200)
  expect(answers.map(({ error }) => error?.data.error)).toEqual([undefined, undefined, 'rate_exceeded'])
})

test('each message of a batch is on record by itself', async () => {
  const components: (string | undefined)[] = []
  const observer = {
    onCall: ({ component }: { component?: string | undefined }) => void components.push(component),
  }
  const ask = await openLink(createFixture({ observers: [observer] }))
  components.length = 0
  await ask(`[${rpc('tools/call', { name: 'later' }, 1)},${greet('Ada', 2)}]`)
  expect(components.sort()).toEqual(['greet', 'later'])
})
