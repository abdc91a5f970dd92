import { createServer, type Server, ToolError } from 'plinth'
import { createTestClient } from 'plinth/testing'
import { expect, test } from 'vitest'

const revisions = ['2026-07-28', '2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05']
const name = { type: 'object', properties: { name: { type: 'string' } } } as const

function createFixture(): Server {
  const server = createServer({ name: 'fixture', version: '1.0.0', log: () => undefined })
  server.tool({ name: 'echo', description: 'Echoes.', input: name, effect: 'read' }, (args) =>
    JSON.stringify(args),
  )
  server.tool({ name: 'fail', description: 'Fails.', effect: 'read' }, () => {
    throw new ToolError('No.')
  })
  server.tool({ name: 'ask', description: 'Asks.', effect: 'read' }, async (_input, call) => {
    const who = await call.ask('who', { message: 'Who?', schema: name })
    const { role } = await call.ask('say', { sampling: { messages: [], maxTokens: 10 } })
    const roots = await call.ask('roots', { roots: true })
    return JSON.stringify({ who: who.content, role, roots: roots.length })
  })
  server.tool({ name: 'steps', description: 'Tells how far it is.', effect: 'read' }, (_input, call) => {
    call.progress(1, 2)
    call.progress(2, 2)
    return 'done'
  })
  server.tool(
    { name: 'hang', description: 'Ends when it is aborted.', effect: 'read' },
    (_input, call) =>
      new Promise((_resolve, reject) => {
        call.signal.addEventListener('abort', () => reject(call.signal.reason))
      }),
  )
  server.resource({ uri: 'notes://all', name: 'notes' }, () => 'all notes')
  server.prompt({ name: 'greet', input: name }, ({ name: who }) => `Greet ${who}.`)
  return server
}

function answer({ method }: { method: string }): unknown {
  if (method === 'elicitation/create') return { action: 'accept', content: { name: 'Ada' } }
  if (method === 'roots/list') return { roots: [{ uri: 'file:///a' }] }
  return { role: 'assistant', model: 'm', content: { type: 'text', text: 'hi' } }
}

test.each(revisions)('a client of %s calls, reads and gets', async (revision) => {
  const client = createTestClient(createFixture(), { revision })
  const text = '{"name":"Ada"}'
  expect(await client.callTool('echo', { name: 'Ada' })).toMatchObject({ content: [{ type: 'text', text }] })
  expect(await client.callTool('fail')).toMatchObject({ isError: true })
  expect(await client.readResource('notes://all')).toMatchObject([{ uri: 'notes://all', text: 'all notes' }])
  const [message] = await client.getPrompt('greet', { name: 'Ada' })
  expect(message).toMatchObject({ role: 'user', content: { text: 'Greet Ada.' } })
  client.close()
})

test.each(['2026-07-28', '2025-11-25'])('questions of the server are answered on %s', async (revision) => {
  const client = createTestClient(createFixture(), { revision, answers: answer })
  const { content } = await client.callTool('ask')
  expect(content).toMatchObject([{ text: '{"who":{"name":"Ada"},"role":"assistant","roots":1}' }])
})

test('an answer that throws reaches the caller', async () => {
  const answers = () => {
    throw new Error('Nobody is home.')
  }
  const client = createTestClient(createFixture(), { answers })
  await expect(client.callTool('ask')).rejects.toThrow('Nobody is home.')
})

test('an error of the server rejects with its code and data', async () => {
  const client = createTestClient(createFixture())
  await expect(client.callTool('nope')).rejects.toMatchObject({ name: 'RpcError', code: -32_602 })
})

test.each(['2026-07-28', '2025-11-25'])('notifications are kept in order on %s', async (revision) => {
  const client = createTestClient(createFixture(), { revision })
  await client.call('tools/call', { name: 'steps', _meta: { progressToken: 'p' } })
  expect(client.notifications.map(({ params }) => params['progress'])).toEqual([1, 2])
})

test('an aborted call is taken back', async () => {
  const client = createTestClient(createFixture())
  const controller = new AbortController()
  const pending = client.callTool('hang', {}, { signal: controller.signal })
  setTimeout(() => controller.abort(new Error('enough')), 5)
  await expect(pending).rejects.toThrow('enough')
  expect(await client.callTool('echo')).toMatchObject({ content: [{ text: '{}' }] })
})

test('a closed client rejects what waits and what comes', async () => {
  const client = createTestClient(createFixture())
  const pending = client.callTool('hang')
  setTimeout(() => client.close(), 5)
  await expect(pending).rejects.toThrow('closed')
  await expect(client.callTool('echo')).rejects.toThrow('closed')
})

test('a revision nobody speaks is refused by name', () => {
  expect(() => createTestClient(createFixture(), { revision: '2020-01-01' })).toThrow('"revision"')
})
