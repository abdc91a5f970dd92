import { randomBytes } from 'node:crypto'
import type { Client } from '@modelcontextprotocol/client'
import { expect, onTestFinished, test } from 'vitest'
import { callTool, connect } from './_connect.ts'
import { type Program, startProgram } from './_program.ts'
import { createTemporaryDir } from './_temporary.ts'

async function start(dataDir: string, env: Record<string, string> = {}): Promise<Program> {
  const program = await startProgram(dataDir, env)
  onTestFinished(() => void program.child.kill('SIGKILL'))
  return program
}

/** Adds a note under a key, and tells whether it is the answer of an earlier call. */
async function addNote(client: Client, name: string): Promise<unknown> {
  const _meta = { 'plinth/idempotencyKey': `key-of-${name}` }
  const result = await client.callTool({ name: 'add_note', arguments: { name, content: 'x' }, _meta })
  expect(result.structuredContent).toMatchObject({ name })
  return result._meta?.['plinth/replayed'] ?? false
}

/** How many of as many tickets as a minute has room for are refused. */
async function countRefused(client: Client): Promise<number> {
  const tickets = Array.from({ length: 30 }, () =>
    callTool(client, 'create_ticket', { title: 'Printer', body: '' }),
  )
  return (await Promise.all(tickets)).filter(({ error }) => error === 'rate_exceeded').length
}

/** A message of a client of 2025-11-25. */
function post(url: string, method: string, session?: string): Promise<Response> {
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 't', version: '1' } }
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(session === undefined ? {} : { 'mcp-session-id': session }),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: method === 'initialize' ? params : {} }),
  })
}

test('keys, limits and sessions are known to the process that follows one that was killed', async () => {
  const dataDir = createTemporaryDir()
  const env = { PLINTH_KEYS: randomBytes(32).toString('base64') }
  const first = await start(dataDir, env)
  const before = await connect(first.url)
  const opened = await post(first.url, 'initialize')
  const session = opened.headers.get('mcp-session-id') ?? ''
  expect(await addNote(before, 'once')).toBe(false)
  expect(await countRefused(before)).toBe(0)
  first.child.kill('SIGKILL')
  const second = await start(dataDir, env)
  const after = await connect(second.url)
  expect(await addNote(after, 'once')).toBe(true)
  expect(await countRefused(after)).toBeGreaterThan(0)
  expect((await post(second.url, 'tools/list', session)).status).toBe(200)
  expect((await post(second.url, 'tools/list', `${session}x`)).status).toBe(404)
})

test('two processes that start on one empty data directory do each other no harm', async () => {
  const dataDir = createTemporaryDir()
  const programs = await Promise.all([start(dataDir), start(dataDir)])
  const clients = await Promise.all(programs.map(({ url }) => connect(url)))
  const numbers = Array.from({ length: 20 }, (_, index) => index)
  const addAll = (owner: number, client: Client) =>
    Promise.all(numbers.map((number) => addNote(client, `note-${owner}-${number}`)))
  const added = await Promise.all(clients.map((client, owner) => addAll(owner, client)))
  expect(new Set(added.flat())).toEqual(new Set([false]))
  const repeated = await Promise.all(clients.toReversed().map((client, owner) => addAll(owner, client)))
  expect(new Set(repeated.flat())).toEqual(new Set([true]))
  expect(await Promise.all(programs.map((program) => program.stop()))).toEqual([0, 0])
})
