import { Agent, request } from 'node:http'
import { createServer, type Principal, type Server } from 'plinth'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { serveFor } from './callers.ts'

/** How many calls to make. A nightly run sets 200000. */
const total = Number(process.env['PLINTH_ISOLATION_CALLS'] ?? 8_000)
const connections = 128
/** Long enough never to stand in a random handle or cursor by chance. */
const names = [
  'annabella',
  'bartholomew',
  'constance',
  'desdemona',
  'evangeline',
  'florentina',
  'gustavus',
  'henrietta',
]
const principals: Record<string, Principal> = Object.fromEntries(
  names.map((name) => [name, { subject: name, tenant: `tenant-${name}`, scopes: ['work'] }]),
)

/** Every feature that keeps something between calls, so that a value of one caller could reach another. */
function createBusy(): Server {
  const server = createServer({
    name: 'busy',
    version: '1.0.0',
    log: () => undefined,
    rate: { limit: 1e9, windowMs: 1_000 },
    maxInFlight: 100_000,
  })
  const input = z.object({ n: z.int() })
  const base = { description: 'Works.', input, scopes: ['work'] }
  const mark = (call: { principal: Principal }) => ({
    caller: call.principal.subject,
    tenant: call.principal.tenant,
  })
  server.tool({ ...base, name: 'cached', effect: 'read', cache: { ttlMs: 60_000 } }, (_input, call) =>
    mark(call),
  )
  server.tool({ ...base, name: 'keyed', effect: 'write', idempotency: 'key' }, async ({ n }, call) => {
    await new Promise((resolve) => setTimeout(resolve, n % 3))
    return mark(call)
  })
  server.tool(
    { ...base, name: 'progressing', effect: 'read', concurrency: { limit: 64, queue: 1_000 } },
    async ({ n }, call) => {
      call.progress(1, 2, call.principal.subject)
      call.log.info(`at work for ${call.principal.subject}`)
      await new Promise((resolve) => setTimeout(resolve, n % 2))
      return mark(call)
    },
  )
  server.tool({ ...base, name: 'handled', effect: 'read' }, (_input, call) => {
    return { ...mark(call), handle: call.createHandle({ owner: call.principal.subject }) }
  })
  server.tool({ ...base, name: 'paged', effect: 'read', budget: { maxBytes: 512 } }, (_input, call) => {
    return {
      ...mark(call),
      rows: Array.from({ length: 50 }, (_, row) => `${row} of ${call.principal.subject}`),
    }
  })
  return server
}

const tools = ['cached', 'keyed', 'progressing', 'handled', 'paged']

interface Plan {
  readonly name: string
  readonly index: number
}

/** One call with ids, tokens and keys that every caller uses alike; every tenth is broken off. */
function call(url: string, agent: Agent, { name, index }: Plan): Promise<string | undefined> {
  const tool = tools[index % tools.length] ?? 'cached'
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/logLevel': 'debug',
    progressToken: 'same',
    'plinth/idempotencyKey': `key-${index % 50}`,
  }
  const params = { name: tool, arguments: { n: (index % 50) % 7 }, _meta }
  const body = JSON.stringify({ jsonrpc: '2.0', id: index % 4, method: 'tools/call', params })
  const headers = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    authorization: `Bearer ${name}`,
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': 'tools/call',
    'mcp-name': tool,
    'content-length': Buffer.byteLength(body),
  }
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => resolve(text))
      response.on('error', () => resolve(undefined))
    })
    sent.on('error', (error) => (sent.destroyed ? resolve(undefined) : reject(error)))
    sent.end(body)
    if (index % 10 === 0) setImmediate(() => sent.destroy())
  })
}

/** Whoever else is named in an answer got across. */
function findCrossing(text: string, name: string): string | undefined {
  return names.find((other) => other !== name && text.includes(other))
}

test('eight callers with the same ids, tokens and keys never see a value of each other', {
  timeout: 600_000,
}, async () => {
  const { url } = await serveFor(createBusy(), principals)
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  let next = 0
  let answered = 0
  const crossings: string[] = []
  const work = async () => {
    while (next < total) {
      const index = next++
      const name = names[index % names.length] ?? ''
      const text = await call(url, agent, { name, index: Math.floor(index / names.length) })
      if (text === undefined) continue
      answered++
      const other = findCrossing(text, name)
      if (other !== undefined || !text.includes(name)) crossings.push(`${name} got ${text.slice(0, 300)}`)
    }
  }
  await Promise.all(Array.from({ length: connections }, work))
  agent.destroy()
  expect(crossings).toEqual([])
  expect(answered).toBeGreaterThan(total * 0.8)
})
