import type { Principal, Server } from 'plinth'
import { expect, test } from 'vitest'
import { serveFor } from '../../security/callers.ts'
import { createTaskServer, tasks } from './_tasks.ts'

const principals: Readonly<Record<string, Principal>> = {
  ann: { subject: 'ann', tenant: 'acme', scopes: ['reports'] },
  bob: { subject: 'bob', tenant: 'acme', scopes: ['reports'] },
  'ann-of-beta': { subject: 'ann', tenant: 'beta', scopes: ['reports'] },
  'ann-with-less': { subject: 'ann', tenant: 'acme', scopes: [] },
}

interface Answer {
  readonly result?: { readonly taskId: string; readonly status?: string }
  readonly error?: { readonly code: number }
}

interface Question {
  readonly method: string
  readonly params: Record<string, unknown>
  /** What `Mcp-Name` says. Default: the name or id in the parameters. */
  readonly name?: string
}

type Ask = (token: string, question: Question) => Promise<Answer>

async function open(server: Server): Promise<Ask> {
  const { url } = await serveFor(server, principals)
  return async function ask(token, { method, params, ...rest }) {
    const { name = String(params['taskId'] ?? params['name']) } = rest
    const _meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': { extensions: { [tasks]: {} } },
    }
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        authorization: `Bearer ${token}`,
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': method,
        'mcp-name': name,
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta } }),
    })
    return (await response.json()) as Answer
  }
}

function createReports(): Server {
  const server = createTaskServer()
  const about = { name: 'report', description: 'Reports.', effect: 'read', scopes: ['reports'] } as const
  server.tool({ ...about, task: 'always' }, () => new Promise(() => undefined))
  return server
}

test('a task is unknown to everybody but its owner, and to an owner who lost the right to its tool', async () => {
  const ask = await open(createReports())
  const { result } = await ask('ann', { method: 'tools/call', params: { name: 'report', arguments: {} } })
  const taskId = result?.taskId ?? ''
  expect(taskId).toMatch(/^[\w-]{22,}$/)
  for (const token of ['bob', 'ann-of-beta', 'ann-with-less']) {
    for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
      expect(await ask(token, { method, params: { taskId, inputResponses: {} } })).toMatchObject({
        error: { code: -32602 },
      })
    }
  }
  expect(await ask('ann', { method: 'tasks/get', params: { taskId } })).toMatchObject({
    result: { status: 'working' },
  })
})

test('the name header of every task method must be the id of the task', async () => {
  const ask = await open(createReports())
  const { result } = await ask('ann', { method: 'tools/call', params: { name: 'report', arguments: {} } })
  const taskId = result?.taskId ?? ''
  for (const method of ['tasks/get', 'tasks/update', 'tasks/cancel']) {
    const answer = await ask('ann', { method, params: { taskId, inputResponses: {} }, name: 'another' })
    expect(answer).toMatchObject({ error: { code: -32020 } })
  }
  expect(await ask('ann', { method: 'tasks/get', params: { taskId } })).toMatchObject({
    result: { status: 'working' },
  })
})
