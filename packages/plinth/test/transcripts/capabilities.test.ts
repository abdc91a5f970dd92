import { createServer, type Server } from 'plinth'
import { createTestClient } from 'plinth/testing'
import { expect, test, vi } from 'vitest'
import { z } from 'zod'
import { sendStateless } from './send-stateless.ts'

function createEmpty(): Server {
  return createServer({ name: 'empty', version: '1.0.0', log: () => undefined })
}

test('a server without components declares none', async () => {
  const { result } = await sendStateless(createEmpty(), { method: 'server/discover' })
  expect(result?.['capabilities']).toEqual({ logging: {} })
})

test.for(['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list', 'completion/complete'])(
  'what is not declared does not exist: %s',
  async (method) => {
    expect(await sendStateless(createEmpty(), { method })).toMatchObject({ error: { code: -32601 } })
  },
)

test('a listening stream agrees to nothing that the server does not have', async () => {
  const server = createEmpty()
  server.prompt({ name: 'one' }, () => 'One.')
  const client = createTestClient(server)
  const filter = { toolsListChanged: true, promptsListChanged: true, resourceSubscriptions: ['a://b'] }
  const listening = client.call('subscriptions/listen', { notifications: filter })
  await vi.waitUntil(() => client.notifications.length > 0, { interval: 1 })
  server.close()
  await listening
  const [acknowledged] = client.notifications
  expect(acknowledged?.params['notifications']).toEqual({ promptsListChanged: true })
})

test.for(['completion/complete', 'resources/list'])('%s cannot ask the client anything', async (method) => {
  const server = createEmpty()
  const question = { message: 'Well?', schema: z.object({}) }
  const complete = {
    part: async (
      _value: string,
      { call }: { call: { ask: (key: string, request: typeof question) => unknown } },
    ) => {
      await call.ask('q', question)
      return []
    },
  }
  server.resource(
    { uri: 'a://{part}', name: 'A', complete },
    () => 'a',
    async (call) => {
      await call.ask('q', question)
      return []
    },
  )
  const argument = { ref: { type: 'ref/resource', uri: 'a://{part}' }, argument: { name: 'part', value: '' } }
  const params = method === 'completion/complete' ? argument : {}
  const { result, error } = await sendStateless(server, { method, params })
  expect(result).toBeUndefined()
  expect(error).toMatchObject({ data: { error: 'cannot_ask' } })
})

test('a list that each caller has of its own is private, on all its pages', async () => {
  const server = createServer({ name: 'lists', version: '1.0.0', pageSize: 1 })
  const list = () => [
    { uri: 'notes://a', name: 'A' },
    { uri: 'notes://b', name: 'B' },
  ]
  server.resource({ uri: 'notes://{name}', name: 'Note' }, ({ name }) => name, list)
  const first = await sendStateless(server, { method: 'resources/list' })
  expect(first.result).toMatchObject({ resources: [{ name: 'A' }], cacheScope: 'private', ttlMs: 0 })
  const params = { cursor: first.result?.['nextCursor'] }
  const { result } = await sendStateless(server, { method: 'resources/list', params })
  expect(result).toMatchObject({ resources: [{ name: 'B' }], cacheScope: 'private', ttlMs: 0 })
  expect(result).not.toHaveProperty('nextCursor')
})

test('a schema in a dialect nobody reads is refused by name', async () => {
  const server = createEmpty()
  const input = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object' }
  server.tool({ name: 'old', description: 'Is old.', input, effect: 'read' }, () => '')
  await expect(server.prepare()).rejects.toThrow(/Tool "old", "input".*draft-07.*not supported/)
})

test('a reference to the network is refused, not followed', async () => {
  const server = createEmpty()
  const input = { type: 'object', properties: { a: { $ref: 'https://example.org/schema.json' } } }
  server.tool({ name: 'far', description: 'Is far.', input, effect: 'read' }, () => '')
  await expect(server.prepare()).rejects.toThrow(/Tool "far", "input".*cannot be used/)
})
