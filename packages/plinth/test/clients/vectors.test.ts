// What makes official clients lose a tool, a result or a whole list. A server must not send it, whatever it is given.
import { type ContentBlock, createServer, type JsonSchema, type Server, serveHttp, toolResult } from 'plinth'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { type ClientKind, clientKinds } from './client-kinds.ts'
import type { OfficialClient } from './official.ts'

function createPlain(): Server {
  return createServer({ name: 'vectors', version: '1.0.0', log: () => undefined })
}

async function connect(kind: ClientKind, server: Server): Promise<OfficialClient> {
  const { url, close } = await serveHttp(server, { port: 0 })
  const service = { url, server, close: () => close(0) }
  const client = await kind.connect(service, {})
  onTestFinished(async () => {
    await client.close()
    await service.close()
  })
  return client
}

interface Tree {
  name: string
  children?: Tree[] | undefined
}
const tree: z.ZodType<Tree> = z.object({
  name: z.string(),
  get children() {
    return z.array(tree).optional()
  },
})

/** Outputs that are no plain object, each with a value that fits. */
const outputs: readonly [string, z.ZodType | JsonSchema, unknown][] = [
  [
    'union',
    z.discriminatedUnion('kind', [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b') })]),
    { kind: 'b' },
  ],
  ['tree', tree, { name: 'root', children: [{ name: 'leaf' }] }],
  ['trees', z.array(tree), [{ name: 'root', children: [{ name: 'leaf' }] }]],
  ['nullable', z.object({ a: z.int() }).nullable(), null],
  ['number', z.number(), 0],
  ['text', z.string(), ''],
  ['flag', z.boolean(), false],
  ['record', z.record(z.string(), z.int()), { a: 1 }],
  ['tuple', z.tuple([z.string(), z.int()]), ['a', 1]],
  ['anything', { type: 'object', properties: { free: true, none: false } }, { free: [1] }],
  ['nested', { anyOf: [{ type: 'integer' }, { type: 'array', items: { $ref: '#' } }] }, [1, [2, [3]]]],
]

describe.for(clientKinds)('$name', (kind) => {
  test.for(outputs)('reads an output that is a %s', async ([name, output, value]) => {
    const server = createPlain()
    server.tool(
      { name, description: 'Answers.', output: output as JsonSchema, effect: 'read' },
      () => value as Record<string, unknown>,
    )
    const client = await connect(kind, server)
    expect(await client.listTools()).toMatchObject([{ name }])
    const { structuredContent, isError } = await client.callTool(name)
    expect(isError).toBeUndefined()
    const isWrapped = JSON.stringify(structuredContent) === JSON.stringify({ result: value })
    expect(isWrapped ? value : structuredContent).toEqual(value)
  })

  test('reads inputs with every keyword it may not know', async () => {
    const server = createPlain()
    const input = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { any: true, none: false, made: { type: 'string', format: 'made-up' } },
      anyOf: [{ required: ['any'] }, { required: ['made'] }],
      $defs: { unused: { type: 'integer' } },
    }
    server.tool({ name: 'odd', description: 'Is odd.', input, effect: 'read' }, () => 'Read.')
    const client = await connect(kind, server)
    expect(await client.listTools()).toMatchObject([{ name: 'odd' }])
    expect(await client.callTool('odd', { any: [1] })).toMatchObject({ content: [{ text: 'Read.' }] })
  })

  test('reads data that a tool without a schema made itself', async () => {
    const server = createPlain()
    const list = toolResult({ content: [{ type: 'text', text: 'Two.' }], structuredContent: [1, 2] })
    server.tool({ name: 'list', description: 'Lists.', effect: 'read' }, () => list)
    const client = await connect(kind, server)
    const { structuredContent } = await client.callTool('list')
    expect(structuredContent).toEqual(kind.revision === '2026-07-28' ? [1, 2] : { result: [1, 2] })
  })
})

test.for([
  ['no type', {}],
  ['type array', { type: 'array' }],
  ['object or null', { type: ['object', 'null'] }],
  ['a reference to nowhere', { type: 'object', properties: { a: { $ref: '#/$defs/nowhere' } } }],
] as const)('an input with %s is refused when the server is made', async ([, input]) => {
  const server = createPlain()
  await expect(async () => {
    server.tool({ name: 'bad', description: 'Is bad.', input, effect: 'read' }, () => '')
    await server.prepare()
  }).rejects.toThrow(/^Tool "bad"/)
})

test.for([
  ['a description of null', { description: null }],
  ['an empty description', { description: ' ' }],
  ['a title of null', { title: null }],
  ['an icon without address', { icons: [{ mimeType: 'image/png' }] }],
  ['an icon from a file', { icons: [{ src: 'file:///icon.png' }] }],
  ['a name with a space', { name: 'two words' }],
  ['an empty name', { name: '' }],
  ['a name of 129 characters', { name: 'n'.repeat(129) }],
  ['an output with a reference to nowhere', { output: { type: 'object', $ref: '#/$defs/nowhere' } }],
] as const)('a tool with %s is refused when the server is made', async ([, part]) => {
  const server = createPlain()
  await expect(async () => {
    // Whoever does not use TypeScript can pass this.
    const contract = { name: 'bad', description: 'Is bad.', effect: 'read', ...part } as never
    server.tool(contract, () => '')
    await server.prepare()
  }).rejects.toThrow(TypeError)
})

test.for([
  [
    'an image with a data: prefix',
    { type: 'image', data: 'data:image/png;base64,AAAA', mimeType: 'image/png' },
  ],
  ['an image that is no base64', { type: 'image', data: '***', mimeType: 'image/png' }],
  ['an image without a type', { type: 'image', data: 'AAAA' }],
  ['a link without a name', { type: 'resource_link', uri: 'a://b' }],
  ['a resource without contents', { type: 'resource', resource: { uri: 'a://b' } }],
  ['a block of a type nobody knows', { type: 'hologram', text: 'x' }],
  ['text that is no text', { type: 'text', text: null }],
] as const)('a result with %s becomes an error the client can read', async ([, block]) => {
  const server = createPlain()
  const broken = toolResult({ content: [block as unknown as ContentBlock] })
  server.tool({ name: 'broken', description: 'Is broken.', effect: 'read' }, () => broken)
  const client = await connect(clientKinds[0] as ClientKind, server)
  expect(await client.callTool('broken')).toMatchObject({
    isError: true,
    structuredContent: { error: 'internal' },
  })
})
