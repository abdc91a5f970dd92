import { createServer } from 'plinth'
import { createTestClient } from 'plinth/testing'
import { expect, test } from 'vitest'
import { startWeb } from '../../security/web.ts'

test.each([
  ['without a signal', undefined],
  ['with a signal of its author', { signal: new AbortController().signal }],
])('a fetch %s ends with the deadline of its call', async (_how, init) => {
  const { port } = await startWeb(() => undefined)
  const ended = Promise.withResolvers<unknown>()
  const server = createServer({ name: 'test', version: '1.0.0', timeoutMs: 40, log: () => undefined })
  server.tool({ name: 'look', description: 'Looks.', effect: 'read' }, async (_input, call) => {
    await call.fetch(`http://127.0.0.1:${port}/`, init).catch(ended.resolve)
    return 'ended'
  })
  const client = await createTestClient(server)
  expect(await client.callTool('look')).toMatchObject({ structuredContent: { error: 'timeout' } })
  expect(await ended.promise).toMatchObject({ body: { error: 'timeout' } })
})

test('a fetch of a call ends with the signal of its author too', async () => {
  const controller = new AbortController()
  const { port } = await startWeb(() => controller.abort(new Error('enough')))
  const server = createServer({ name: 'test', version: '1.0.0' })
  server.tool({ name: 'look', description: 'Looks.', effect: 'read' }, async (_input, call) => {
    const request = new Request(`http://127.0.0.1:${port}/`, { signal: controller.signal })
    return call.fetch(request).then(
      () => 'answered',
      (error: Error) => error.message,
    )
  })
  const client = await createTestClient(server)
  expect(await client.callTool('look')).toMatchObject({ content: [{ text: 'enough' }] })
})

test('nothing of the request of the client reaches an upstream', async () => {
  const { port } = await startWeb(({ headers }, response) => response.end(JSON.stringify(headers)))
  const server = createServer({ name: 'test', version: '1.0.0' })
  server.tool({ name: 'look', description: 'Looks.', effect: 'read' }, async (_input, call) => {
    const response = await call.fetch(`http://127.0.0.1:${port}/`)
    return response.text()
  })
  const response = await server.fetch(
    new Request('http://127.0.0.1/mcp', {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: 'Bearer inbound',
        cookie: 'session=inbound',
        'mcp-protocol-version': '2025-11-25',
        'x-inbound': 'inbound',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'look' } }),
    }),
  )
  const text = await response.text()
  expect(text).toContain('127.0.0.1')
  expect(text).not.toContain('inbound')
  expect(text).not.toContain('mcp-')
})
