import { createServer, type LogRecord, type Principal, type Server } from 'plinth'
import { createTestClient } from 'plinth/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { askAs, postAs, serveFor } from './callers.ts'

const principals: Record<string, Principal> = {
  reader: { subject: 'ann', tenant: 'acme', scopes: ['notes:read'] },
  writer: { subject: 'bob', tenant: 'acme', scopes: ['notes:read', 'notes:write'] },
  operator: { subject: 'eve', tenant: 'other', scopes: [], roles: ['operator'] },
  similar: { subject: 'sim', tenant: 'acme', scopes: ['notes:readwrite', 'notes', '*'] },
}

function createNotes(): Server {
  const server = createServer({ name: 'notes', version: '1.0.0', log: () => undefined })
  const scopes = ['notes:read']
  server.tool({ name: 'free', description: 'For all.', effect: 'read' }, () => 'free')
  server.tool({ name: 'read_note', description: 'Reads.', effect: 'read', scopes }, () => 'read')
  server.tool(
    { name: 'write_note', description: 'Writes.', effect: 'write', scopes: ['notes:read', 'notes:write'] },
    () => 'written',
  )
  server.tool(
    { name: 'restart', description: 'Restarts.', effect: 'destroy', roles: ['operator'] },
    () => 'restarted',
  )
  server.tool(
    { name: 'acme_only', description: 'Acme.', effect: 'read', visible: ({ tenant }) => tenant === 'acme' },
    () => 'acme',
  )
  server.resource({ uri: 'notes://all', name: 'all', scopes }, () => 'all notes')
  server.resource(
    { uri: 'notes://{name}', name: 'note', scopes, complete: { name: () => ['secret-note'] } },
    ({ name }) => name,
    () => [{ uri: 'notes://listed', name: 'listed' }],
  )
  server.prompt(
    { name: 'audit', scopes: ['notes:write'], input: z.object({ date: z.string() }) },
    () => 'audit',
  )
  return server
}

async function listNames(url: string, token: string, method: string): Promise<string[]> {
  const { result = {} } = await askAs(url, token, { method })
  const members = { 'resources/templates/list': 'resourceTemplates' } as Record<string, string>
  const member = members[method] ?? method.slice(0, method.indexOf('/'))
  return (result[member] as { name: string }[]).map(({ name }) => name).sort()
}

test('lists show each caller what it may use, and say they are for it alone', async () => {
  const { url } = await serveFor(createNotes(), principals)
  expect(await listNames(url, 'reader', 'tools/list')).toEqual(['acme_only', 'free', 'read_note'])
  expect(await listNames(url, 'writer', 'tools/list')).toEqual([
    'acme_only',
    'free',
    'read_note',
    'write_note',
  ])
  expect(await listNames(url, 'operator', 'tools/list')).toEqual(['free', 'restart'])
  expect(await listNames(url, 'similar', 'tools/list')).toEqual(['acme_only', 'free'])
  expect(await listNames(url, 'reader', 'resources/list')).toEqual(['all', 'listed'])
  expect(await listNames(url, 'operator', 'resources/list')).toEqual([])
  expect(await listNames(url, 'operator', 'resources/templates/list')).toEqual([])
  expect(await listNames(url, 'writer', 'prompts/list')).toEqual(['audit'])
  expect(await listNames(url, 'reader', 'prompts/list')).toEqual([])
  expect((await askAs(url, 'reader', { method: 'tools/list' })).result).toMatchObject({
    cacheScope: 'private',
  })
})

test('a missing scope is refused with 403 and every scope that is needed', async () => {
  const { url } = await serveFor(createNotes(), principals)
  const response = await postAs(url, 'reader', { method: 'tools/call', params: { name: 'write_note' } })
  expect(response.status).toBe(403)
  const challenge = response.headers.get('www-authenticate') ?? ''
  expect(challenge).toContain('error="insufficient_scope"')
  expect(challenge).toContain('scope="notes:read notes:write"')
  expect(await response.json()).toMatchObject({
    error: { data: { required_scopes: ['notes:read', 'notes:write'] } },
  })
})

test.each([
  ['tools/call', { name: 'read_note' }],
  ['resources/read', { uri: 'notes://all' }],
  ['resources/read', { uri: 'notes://anything' }],
  ['prompts/get', { name: 'audit', arguments: { date: 'today' } }],
  [
    'completion/complete',
    { ref: { type: 'ref/resource', uri: 'notes://{name}' }, argument: { name: 'name', value: '' } },
  ],
])('%s %j is refused to a caller without the scope', async (method, params) => {
  const { url } = await serveFor(createNotes(), principals)
  for (const token of ['operator', 'similar']) {
    const response = await postAs(url, token, { method, params })
    expect(response.status).toBe(403)
    expect(await response.text()).not.toContain('secret-note')
  }
})

test('what is hidden answers like what does not exist', async () => {
  const { url } = await serveFor(createNotes(), principals)
  const hidden = await askAs(url, 'reader', { method: 'tools/call', params: { name: 'restart' } })
  const missing = await askAs(url, 'reader', { method: 'tools/call', params: { name: 'nothing' } })
  expect(hidden.error).toEqual({ ...missing.error, data: { name: 'restart' } })
  expect(
    (await askAs(url, 'operator', { method: 'tools/call', params: { name: 'acme_only' } })).error?.code,
  ).toBe(-32_602)
  expect(
    (await askAs(url, 'operator', { method: 'tools/call', params: { name: 'restart' } })).result,
  ).toMatchObject({
    content: [{ text: 'restarted' }],
  })
})

test('a stream agrees to tell of those resources only that its caller may read', async () => {
  const { url } = await serveFor(createNotes(), principals)
  const notifications = { resourceSubscriptions: ['notes://all'], toolsListChanged: true }
  const acknowledge = async (token: string) => {
    const response = await postAs(url, token, { method: 'subscriptions/listen', params: { notifications } })
    const reader = response.body?.getReader()
    const { value } = (await reader?.read()) ?? {}
    await reader?.cancel()
    return new TextDecoder().decode(value)
  }
  expect(await acknowledge('reader')).toContain('"resourceSubscriptions":["notes://all"]')
  expect(await acknowledge('operator')).toContain('"resourceSubscriptions":[]')
})

test('nobody gets in without credentials, whatever they ask for', async () => {
  const { url } = await serveFor(createNotes(), principals)
  const methods = [
    'server/discover',
    'tools/list',
    'tools/call',
    'subscriptions/listen',
    'completion/complete',
    'nonsense',
  ]
  for (const method of methods) {
    const response = await postAs(url, undefined, { method, params: { name: 'free' } })
    expect([method, response.status]).toEqual([method, 401])
  }
  for (const method of ['GET', 'DELETE']) {
    const headers = { accept: 'text/event-stream', 'mcp-session-id': 'x' }
    expect((await fetch(url, { method, headers })).status).toBe(401)
  }
})

test('a session belongs to whoever opened it; to others it does not exist', async () => {
  const { url } = await serveFor(createNotes(), principals)
  const send = (token: string, body: unknown, session?: string) => {
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: `Bearer ${token}`,
      ...(session === undefined ? {} : { 'mcp-session-id': session }),
    }
    return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })
  }
  const clientInfo = { name: 'test', version: '1' }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
  const opened = await send('reader', { jsonrpc: '2.0', id: 1, method: 'initialize', params })
  const session = opened.headers.get('mcp-session-id') ?? ''
  const ping = { jsonrpc: '2.0', id: 2, method: 'ping' }
  expect((await send('reader', ping, session)).status).toBe(200)
  expect((await send('writer', ping, session)).status).toBe(404)
  const ended = await fetch(url, {
    method: 'DELETE',
    headers: { authorization: 'Bearer writer', 'mcp-session-id': session },
  })
  expect(ended.status).toBe(404)
  expect((await send('reader', ping, session)).status).toBe(200)
})

test('a handle opens for its owner only, and not when it was changed or has expired', async () => {
  let time = 1_700_000_000_000
  const server = createServer({ name: 'handles', version: '1.0.0', now: () => time, log: () => undefined })
  const input = z.object({ handle: z.string().optional() })
  server.tool({ name: 'cart', description: 'A cart.', effect: 'write', input }, ({ handle }, call) => {
    if (handle === undefined) return { handle: call.createHandle({ items: [1, 2] }, 60_000) }
    return { opened: call.openHandle(handle) ?? 'nothing' }
  })
  const { url } = await serveFor(server, principals)
  const call = async (token: string, handle?: string) => {
    const params = { name: 'cart', arguments: handle === undefined ? {} : { handle } }
    return (await askAs(url, token, { method: 'tools/call', params })).result?.[
      'structuredContent'
    ] as Record<string, string>
  }
  const { handle = '' } = await call('reader')
  expect(await call('reader', handle)).toEqual({ opened: { items: [1, 2] } })
  expect(await call('writer', handle)).toEqual({ opened: 'nothing' })
  expect(await call('reader', `${handle.slice(0, -2)}AA`)).toEqual({ opened: 'nothing' })
  time += 60_001
  expect(await call('reader', handle)).toEqual({ opened: 'nothing' })
})

test('secrets come from the providers in order, per tenant, and rotate without a restart', async () => {
  let time = 1_700_000_000_000
  const vault: Record<string, string> = { 'acme/api': 'one', 'other/api': 'two' }
  const server = createServer({
    name: 'secrets',
    version: '1.0.0',
    now: () => time,
    log: () => undefined,
    secrets: [{ read: (name, tenant) => vault[`${tenant}/${name}`] }, { read: (name) => vault[name] }],
  })
  const input = z.object({ name: z.string() })
  server.tool({ name: 'peek', description: 'Peeks.', effect: 'read', input }, async ({ name }, call) =>
    call.secret(name),
  )
  const { url } = await serveFor(server, principals)
  const peek = async (token: string, name = 'api') => {
    const { result } = await askAs(url, token, {
      method: 'tools/call',
      params: { name: 'peek', arguments: { name } },
    })
    return (result?.['content'] as { text: string }[] | undefined)?.[0]?.text
  }
  expect([await peek('reader'), await peek('operator')]).toEqual(['one', 'two'])
  vault['acme/api'] = 'new'
  time += 60_001
  expect(await peek('reader')).toBe('new')
  expect(await peek('reader', 'missing')).toContain('internal')
})

test('whoever runs a server on stdio or in memory is asked for no scope', async () => {
  const client = createTestClient(createNotes())
  expect(await client.callTool('write_note')).toMatchObject({ content: [{ text: 'written' }] })
  await client.close()
})

test('what is hidden answers completion like what does not exist', async () => {
  const server = createServer({ name: 'hidden', version: '1.0.0', log: () => undefined })
  const complete = { date: () => ['secret-date'] }
  const input = z.object({ date: z.string() })
  server.prompt({ name: 'hidden', roles: ['operator'], input, complete }, () => 'text')
  const { url } = await serveFor(server, principals)
  const ask = async (name: string) => {
    const params = { ref: { type: 'ref/prompt', name }, argument: { name: 'date', value: '' } }
    const answer = await askAs(url, 'reader', { method: 'completion/complete', params })
    return JSON.stringify(answer).replaceAll(name, 'it')
  }
  expect(await ask('hidden')).toBe(await ask('missing'))
})

test('a hidden tool is not given away by the headers it would want', async () => {
  const server = createServer({ name: 'hidden', version: '1.0.0', log: () => undefined })
  const input = {
    type: 'object',
    properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
  } as const
  server.tool(
    { name: 'hidden', description: 'Hidden.', effect: 'read', roles: ['operator'], input },
    () => 'x',
  )
  const { url } = await serveFor(server, principals)
  const ask = async (token: string, name: string) => {
    const params = { name, arguments: { region: 'eu' } }
    return JSON.stringify(await askAs(url, token, { method: 'tools/call', params })).replaceAll(name, 'it')
  }
  expect(await ask('reader', 'hidden')).toBe(await ask('reader', 'missing'))
  expect(await ask('operator', 'hidden')).toContain('-32020')
})

test('a check of who may see a component that does not say true says no', async () => {
  const server = createServer({ name: 'late', version: '1.0.0', log: () => undefined })
  for (const [name, answer] of Object.entries({ promised: Promise.resolve(true), text: 'no', number: 1 })) {
    const visible = () => answer as unknown as boolean
    server.tool({ name, description: 'Hidden.', effect: 'read', visible }, () => 'seen')
  }
  const { url } = await serveFor(server, principals)
  expect(await listNames(url, 'reader', 'tools/list')).toEqual([])
  const { error } = await askAs(url, 'reader', { method: 'tools/call', params: { name: 'promised' } })
  expect(error?.code).toBe(-32_602)
})

test.each([
  ['visible', { visible: (async () => true) as unknown as () => boolean }],
  ['scopes', { scopes: 'notes:read' as unknown as string[] }],
  ['scopes', { scopes: ['notes:read notes:write'] }],
  ['roles', { roles: [''] }],
])('a component whose "%s" cannot be checked is refused at once', (option, rules) => {
  const server = createServer({ name: 'wrong', version: '1.0.0' })
  const contract = { name: 'tool', description: 'Tool.', effect: 'read', ...rules } as const
  expect(() => server.tool(contract, () => 'x')).toThrow(`"${option}" must be`)
})

test('a result that was kept for a caller with a role is not for the same caller without it', async () => {
  const changing: Record<string, Principal> = {
    eve: { subject: 'eve', tenant: 't', scopes: [], roles: ['ops'] },
  }
  const server = createServer({ name: 'cache', version: '1.0.0', log: () => undefined })
  const cache = { ttlMs: 60_000 }
  server.tool({ name: 'look', description: 'Looks.', effect: 'read', cache }, (_input, call) =>
    call.principal.roles?.includes('ops') === true ? 'all' : 'little',
  )
  const { url } = await serveFor(server, changing)
  const look = async () =>
    JSON.stringify(await askAs(url, 'eve', { method: 'tools/call', params: { name: 'look' } }))
  expect(await look()).toContain('all')
  changing['eve'] = { subject: 'eve', tenant: 't', scopes: [] }
  expect(await look()).toContain('little')
})

test('a server that tells callers apart warns of tools that change something and ask for nothing', async () => {
  const records: LogRecord[] = []
  const server = createServer({ name: 'open', version: '1.0.0', log: (record) => void records.push(record) })
  server.tool({ name: 'reads', description: 'Reads.', effect: 'read' }, () => 'x')
  server.tool({ name: 'guarded', description: 'Writes.', effect: 'write', scopes: ['all'] }, () => 'x')
  server.tool({ name: 'wipes', description: 'Wipes.', effect: 'destroy' }, () => 'x')
  await serveFor(server, principals)
  expect(records).toMatchObject([
    { level: 'warn', tools: ['wipes'] },
    { level: 'warn', scopes: ['all'] },
  ])
})
