import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SSEClientTransport } from 'mcp-sdk-1-29/client/sse.js'
import type { JSONRPCMessage } from 'mcp-sdk-1-29/types.js'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { clientKinds } from '../clients/client-kinds.ts'
import { type Replica, startReplica } from './start-replica.ts'
import { anna } from './wire.ts'

const directory = mkdtempSync(join(tmpdir(), 'plinth-replicas-'))
const storeUrl = join(directory, 'stores.sqlite')
const space = 'links'
let a: Replica
let b: Replica

beforeAll(async () => {
  ;[a, b] = (await Promise.all(['a', 'b'].map((name) => startReplica({ name, storeUrl, space })))) as [
    Replica,
    Replica,
  ]
}, 60_000)

afterAll(async () => {
  await Promise.all([a.close(), b.close()])
  rmSync(directory, { recursive: true, force: true })
})

const program = join(import.meta.dirname, 'stdio-replica.ts')
const flags = ['--conditions=plinth-source', '--disable-warning=ExperimentalWarning']

test.for(clientKinds.filter(({ name }) => /1\.29|pinned/.test(name)))(
  'a client over stdio is told of what happens in a process over HTTP: $name',
  async (kind) => {
    const args = [...flags, program, storeUrl, space]
    const service = { command: process.execPath, args, close: () => Promise.resolve() }
    const client = await kind.connect(service, {})
    onTestFinished(() => client.close())
    const [uri, mark] = [`notes://${randomUUID()}`, `notes://${randomUUID()}`]
    for (const one of [uri, mark]) await client.follow(one)
    for (const one of [uri, mark]) await a.tell('touch', { uri: one })
    const told = () => client.notifications.flatMap(({ params }) => (params as { uri?: string }).uri ?? [])
    await expect.poll(told).toContain(mark)
    expect(told()).toEqual([uri, mark])
  },
)

test('a client of HTTP+SSE is told of what happens in another process', async () => {
  const headers = { authorization: `Bearer ${anna}` }
  const authorized: typeof fetch = (input, init) => {
    return fetch(input, {
      ...init,
      headers: { ...Object.fromEntries(new Headers(init?.headers)), ...headers },
    })
  }
  const transport = new SSEClientTransport(new URL('/sse', b.url), {
    requestInit: { headers },
    eventSourceInit: { fetch: authorized },
  })
  onTestFinished(() => transport.close())
  const messages: JSONRPCMessage[] = []
  transport.onmessage = (message) => void messages.push(message)
  await transport.start()
  const clientInfo = { name: 'test', version: '1.0.0' }
  const params = { protocolVersion: '2024-11-05', capabilities: {}, clientInfo }
  await transport.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params })
  const [uri, mark] = [`notes://${randomUUID()}`, `notes://${randomUUID()}`]
  for (const [at, one] of [uri, mark].entries()) {
    await transport.send({ jsonrpc: '2.0', id: at + 2, method: 'resources/subscribe', params: { uri: one } })
  }
  await expect.poll(() => messages.length).toBe(3)
  for (const one of [uri, mark]) await a.tell('touch', { uri: one })
  await expect.poll(() => messages.length).toBe(5)
  expect(messages.slice(3)).toMatchObject([{ params: { uri } }, { params: { uri: mark } }])
})
