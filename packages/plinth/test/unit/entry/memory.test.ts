import { Client, type Transport } from '@modelcontextprotocol/client'
import { Client as OlderClient } from 'mcp-sdk-1-29/client/index.js'
import { createServer, type Server } from 'plinth'
import { expect, test } from 'vitest'
import { connectMemory, type MemoryLink } from '../../../src/entry/memory.ts'

function createFixture(): Server {
  const server = createServer({ name: 'fixture', version: '1.0.0', log: () => undefined })
  const input = { type: 'object', properties: { text: { type: 'string' } } } as const
  server.tool({ name: 'echo', description: 'Echoes.', input, effect: 'read' }, (args) => JSON.stringify(args))
  return server
}

/** The `Transport` of the official clients over a link. */
class MemoryTransport implements Transport {
  onmessage?: NonNullable<Transport['onmessage']>
  onclose?: () => void
  private readonly link: MemoryLink

  constructor(server: Server) {
    this.link = connectMemory(server)
  }

  async start(): Promise<void> {
    this.link.onMessage((text) => this.onmessage?.(JSON.parse(text)))
    this.link.onClose(() => this.onclose?.())
  }

  async send(message: unknown): Promise<void> {
    this.link.send(JSON.stringify(message))
  }

  async close(): Promise<void> {
    this.link.close()
  }
}

test.each([
  ['2.4', () => new Client({ name: 'client', version: '1.0.0' })],
  ['1.29', () => new OlderClient({ name: 'client', version: '1.0.0' }) as unknown as Client],
])('the official client %s works over a link', async (_version, createClient) => {
  const client = createClient()
  await client.connect(new MemoryTransport(createFixture()))
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual(['echo'])
  const result = await client.callTool({ name: 'echo', arguments: { text: 'hello' } })
  expect(result.content).toEqual([{ type: 'text', text: '{"text":"hello"}' }])
  await client.close()
})

test('nothing is delivered within send, and all of it in order', async () => {
  const link = connectMemory(createFixture())
  const ids: unknown[] = []
  const done = new Promise<void>((resolve) => {
    link.onMessage((text) => {
      ids.push(JSON.parse(text).id)
      if (ids.length === 3) resolve()
    })
  })
  for (const id of [1, 2, 3]) link.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'ping' }))
  expect(ids).toEqual([])
  await done
  expect(ids).toEqual([1, 2, 3])
})

test('a closed link delivers nothing and tells so', async () => {
  const link = connectMemory(createFixture())
  let closed = 0
  const heard: string[] = []
  link.onClose(() => closed++)
  link.onMessage((text) => heard.push(text))
  link.send('{"jsonrpc":"2.0","id":1,"method":"ping"}')
  link.close()
  link.close()
  await new Promise((resolve) => setImmediate(resolve))
  expect(heard).toEqual([])
  expect(closed).toBe(1)
})
