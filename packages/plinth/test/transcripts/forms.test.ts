import { type AskRequest, createServer, type Server } from 'plinth'
import { createTestClient, type TestClient, type TestClientOptions } from 'plinth/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'

/** A server with a tool that asks one question and answers with what came back. */
function createAsker(request: AskRequest, log: string[] = []): Server {
  const server = createServer({
    name: 'asker',
    version: '1.0.0',
    log: (record) => log.push(JSON.stringify(record)),
  })
  server.tool({ name: 'ask', description: 'Asks.', effect: 'read' }, async (_input, call) => ({
    answer: await call.ask('question', request),
  }))
  return server
}

function connect(server: Server, options: TestClientOptions): TestClient {
  const client = createTestClient(server, options)
  onTestFinished(() => client.close())
  return client
}

async function ask(request: AskRequest, content: unknown, revision: string) {
  const answers = () => ({ action: 'accept', content })
  const client = connect(createAsker(request), { revision, answers })
  return client.callTool('ask')
}

const plainForm = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 2, maxLength: 5 },
    age: { type: 'integer', minimum: 0, maximum: 150 },
    height: { type: 'number' },
    member: { type: 'boolean' },
    color: { type: 'string', enum: ['red', 'green'] },
    size: { type: 'string', oneOf: [{ const: 's', title: 'Small' }] },
    tags: { type: 'array', items: { type: 'string', enum: ['a', 'b'] }, maxItems: 2 },
    sorts: { type: 'array', items: { anyOf: [{ const: 'x', title: 'X' }] } },
  },
  required: ['name'],
}

describe.for(['2025-11-25', '2026-07-28'])('on %s', (revision) => {
  test.for([
    { name: 'Ada' },
    {
      name: 'Ada',
      age: 36,
      height: 1.7,
      member: true,
      color: 'red',
      size: 's',
      tags: ['a', 'b'],
      sorts: ['x'],
    },
    { name: 'Ada', more: 'than asked for' },
  ])('an answer that fits a plain JSON Schema is taken: %j', async (content) => {
    const result = await ask({ message: 'Who?', schema: plainForm }, content, revision)
    expect(result.structuredContent).toEqual({ answer: { action: 'accept', content } })
  })
})

test.for([
  {},
  { name: 7 },
  { name: 'A' },
  { name: 'Ada Lovelace' },
  { name: 'Ada', age: 1.5 },
  { name: 'Ada', age: 151 },
  { name: 'Ada', age: -1 },
  { name: 'Ada', age: '36' },
  { name: 'Ada', height: 'tall' },
  { name: 'Ada', member: 'yes' },
  { name: 'Ada', color: 'blue' },
  { name: 'Ada', size: 'm' },
  { name: 'Ada', tags: ['c'] },
  { name: 'Ada', tags: ['a', 'b', 'a'] },
  { name: 'Ada', tags: 'a' },
  { name: 'Ada', sorts: ['y'] },
  { name: null },
])('an answer that does not fit a plain JSON Schema is refused: %j', async (content) => {
  const result = await ask({ message: 'Who?', schema: plainForm }, content, '2025-11-25')
  expect(result).toMatchObject({ isError: true, structuredContent: { error: 'answer_invalid' } })
})

test.for([
  ['an object in an object', z.object({ home: z.object({ street: z.string() }) })],
  ['a list of free text', z.object({ tags: z.array(z.string()) })],
  ['a field of any type', z.object({ anything: z.unknown() })],
  ['a field that may be null', z.object({ name: z.string().nullable() })],
] as const)('a form with %s cannot be shown, and the log says which field', async ([, schema]) => {
  const log: string[] = []
  const server = createAsker({ message: 'Where?', schema }, log)
  const client = connect(server, { answers: () => ({ action: 'decline' }) })
  expect(await client.callTool('ask')).toMatchObject({
    isError: true,
    structuredContent: { error: 'internal' },
  })
  expect(log.join()).toMatch(/call\.ask: the field \\"\w+\\" must be/)
})

test.for(['javascript:alert(1)', 'file:///etc/passwd', 'https://user:secret@example.org/', 'nonsense'])(
  'a user is never sent to %s',
  async (url) => {
    const client = connect(createAsker({ message: 'Go.', url }), {
      answers: () => ({ action: 'accept' }),
    })
    expect(await client.callTool('ask')).toMatchObject({
      isError: true,
      structuredContent: { error: 'internal' },
    })
  },
)

test('questions asked side by side reach the client together', async () => {
  const server = createServer({ name: 'asker', version: '1.0.0' })
  const schema = z.object({ yes: z.boolean() })
  server.tool({ name: 'ask', description: 'Asks.', effect: 'read' }, async (_input, call) => {
    const keys = ['one', 'two', 'three']
    const answers = await Promise.all(keys.map((key) => call.ask(key, { message: key, schema })))
    return answers.map(({ action }) => action).join(' ')
  })
  const asked: (string | undefined)[] = []
  const client = connect(server, {
    answers: ({ key }) => {
      asked.push(key)
      return { action: key === 'two' ? 'decline' : 'accept', content: { yes: true } }
    },
  })
  expect(await client.callTool('ask')).toMatchObject({ content: [{ text: 'accept decline accept' }] })
  expect(asked).toEqual(['one', 'two', 'three'])
})
