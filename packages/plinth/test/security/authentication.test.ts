import { createFetchHandler } from 'plinth'
import { apiKeys, customVerifier, toApiKeyHash, type Verifier } from 'plinth/auth'
import { afterEach, expect, test, vi } from 'vitest'
import { call, createEchoServer, exchange, listen, open, post, request, rpc } from './raw-http.ts'
import { alone, inSession, toEvents } from './sessions.ts'
import {
  callWith,
  callWithToken,
  createClock,
  listenWith,
  startedAt,
  toAuth,
  toClaims,
  toToken,
  verifyTokens,
} from './token-issuer.ts'

afterEach(() => void vi.useRealTimers())

const good = toToken(toClaims())
const bearer = { Authorization: `Bearer ${good}` }
const missing = 'Bearer resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp"'

/** Lets in whoever sends the name of a principal as a token, and says until when. */
function trustNames(facts: { expiresAt?: number; scopes?: string[] } = {}): Verifier {
  return customVerifier(({ bearer: name }) =>
    name === undefined ? undefined : { subject: name, tenant: name, scopes: [], ...facts },
  )
}

const methods = [
  'initialize',
  'ping',
  'server/discover',
  'tools/list',
  'tools/call',
  'resources/list',
  'resources/read',
  'prompts/list',
  'prompts/get',
  'completion/complete',
  'logging/setLevel',
  'subscriptions/listen',
  'no/such-method',
]

for (const method of methods) {
  test(`${method} without credentials is answered 401, in every revision`, async () => {
    const { service, calls } = await listenWith(toAuth(verifyTokens()))
    const { body, headers } = alone(method, { name: 'echo', arguments: {} })
    for (const text of [post(service, body, headers), post(service, rpc(method))]) {
      const response = await exchange(service, text)
      expect(response.status).toBe(401)
      expect(response.headers['www-authenticate']).toBe(missing)
      expect(response.headers['cache-control']).toBe('no-store')
    }
    expect(calls).toEqual([])
  })
}

test('GET, DELETE and the HTTP+SSE routes without credentials are answered 401', async () => {
  const { server } = createEchoServer()
  const service = await listen(server, { auth: toAuth(verifyTokens()), sse: true })
  const accept = { Accept: 'text/event-stream' }
  const requests = [
    request('GET /mcp', { ...accept, ...inSession('x') }),
    request('DELETE /mcp', inSession('x')),
    request('GET /sse', accept),
    post(service, call('echo')).replace('/mcp', '/messages?session=x'),
  ]
  for (const text of requests) expect((await exchange(service, text)).status).toBe(401)
})

test('the preflight of an allowed page needs no credentials, and its call does', async () => {
  const { server } = createEchoServer()
  const allowedOrigins = ['https://app.example']
  const service = await listen(server, { auth: toAuth(verifyTokens()), allowedOrigins })
  const Origin = 'https://app.example'
  const asked = {
    'Access-Control-Request-Method': 'POST',
    'Access-Control-Request-Headers': 'authorization, x-api-key',
  }
  const preflight = await exchange(service, request('OPTIONS /mcp', { Origin, ...asked }))
  expect(preflight.status).toBe(204)
  expect(preflight.headers['access-control-allow-headers']).toBe('authorization, x-api-key')
  const refused = await callWith(service, { Origin })
  expect(refused.status).toBe(401)
  expect(refused.headers['access-control-expose-headers']).toContain('WWW-Authenticate')
})

test('who calls is found out before the body is looked at', async () => {
  const { service } = await listenWith(toAuth(verifyTokens()))
  for (const body of ['', 'not json', '[]', '{"jsonrpc":"1.0"}']) {
    expect((await exchange(service, post(service, body))).status).toBe(401)
  }
})

test('a client that waits with its body is refused before it sends it', async () => {
  const { service } = await listenWith(toAuth(customVerifier(async () => undefined)))
  const connection = await open(service)
  const body = 'x'.repeat(100_000)
  const [head] = post(service, body, { Expect: '100-continue' }).split('\r\n\r\n')
  connection.send(`${head}\r\n\r\n`)
  expect((await connection.response()).status).toBe(401)
})

test('a client that waits with its body is told to go on once it was let in', async () => {
  const { service, calls } = await listenWith(toAuth(verifyTokens()))
  const connection = await open(service)
  const { body, headers } = alone('tools/call', { name: 'echo', arguments: {} })
  const [head] = post(service, body, { ...headers, ...bearer, Expect: '100-continue' }).split('\r\n\r\n')
  connection.send(`${head}\r\n\r\n`)
  expect((await connection.response()).status).toBe(100)
  connection.send(body)
  expect((await connection.response()).status).toBe(200)
  expect(calls).toEqual([{}])
})

test('the fetch handler asks the same of callers', async () => {
  const { server, calls } = createEchoServer({ now: () => startedAt })
  const handle = createFetchHandler(server, { auth: toAuth(verifyTokens()) })
  const { body, headers } = alone('tools/call', { name: 'echo', arguments: {} })
  const send = (more: Record<string, string>) =>
    handle(
      new Request('https://mcp.example/mcp', {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...(headers as Record<string, string>),
          ...more,
        },
      }),
    )
  const refused = await send({})
  expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([401, missing])
  expect((await send({ authorization: `Bearer ${good}, Bearer x` })).status).toBe(400)
  expect((await send({ 'x-api-key': 'a, b' })).status).toBe(400)
  expect((await send({ authorization: `Bearer ${'x'.repeat(16_385)}` })).status).toBe(400)
  expect((await send({ authorization: `Bearer ${good}` })).status).toBe(200)
  expect(calls).toEqual([{}])
})

test('a session of one caller does not exist for another', async () => {
  const { service } = await listenWith({ verifiers: [trustNames()] })
  const as = (name: string) => ({ Authorization: `Bearer ${name}` })
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }
  const opened = await exchange(service, post(service, rpc('initialize', params), as('alice')))
  const id = opened.headers['mcp-session-id'] ?? ''
  const ping = (name: string) =>
    exchange(service, post(service, rpc('ping'), { ...inSession(id), ...as(name) }))
  expect((await ping('alice')).status).toBe(200)
  expect((await ping('mallory')).status).toBe(404)
  const listenAs = { Accept: 'text/event-stream', ...inSession(id), ...as('mallory') }
  expect((await exchange(service, request('GET /mcp', listenAs))).status).toBe(404)
  expect((await exchange(service, request('DELETE /mcp', listenAs))).status).toBe(404)
  expect((await ping('alice')).status).toBe(200)
})

test('a session does not stand in for a token', async () => {
  const { service } = await listenWith({ verifiers: [trustNames()] })
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }
  const alice = { Authorization: 'Bearer alice' }
  const opened = await exchange(service, post(service, rpc('initialize', params), alice))
  const session = inSession(opened.headers['mcp-session-id'] ?? '')
  expect((await exchange(service, post(service, rpc('ping'), session))).status).toBe(401)
})

test('callers without credentials get in beside others where that is allowed, and may nothing special', async () => {
  const { server } = createEchoServer()
  const input = { type: 'object' } as const
  server.tool(
    { name: 'write', description: 'Writes.', input, effect: 'write', scopes: ['notes:write'] },
    () => 'done',
  )
  const service = await listen(server, { auth: toAuth(verifyTokens()), allowAnonymous: true })
  expect((await callWith(service, {})).status).toBe(200)
  expect((await callWithToken(service, 'made-up')).status).toBe(401)
  expect((await callWith(service, { Authorization: 'Basic eDp5' })).status).toBe(401)
  const { body, headers } = alone('tools/call', { name: 'write', arguments: {} })
  const refused = await exchange(service, post(service, body, headers))
  expect(refused.status).toBe(401)
  expect(refused.headers['www-authenticate']).toBe(`${missing}, scope="notes:write"`)
})

for (const revision of ['2026-07-28', '2025-11-25'] as const) {
  test(`a caller without the scopes is told all of them at once (${revision})`, async () => {
    const { server, calls } = createEchoServer({ now: () => startedAt })
    const input = { type: 'object' } as const
    const scopes = ['notes:write', 'notes:delete']
    server.tool({ name: 'wipe', description: 'Wipes.', input, effect: 'destroy', scopes }, () => 'done')
    const service = await listen(server, { auth: toAuth(verifyTokens()) })
    const text =
      revision === '2026-07-28'
        ? alone('tools/call', { name: 'wipe', arguments: {} })
        : { body: call('wipe'), headers: {} }
    const { status, headers, body } = await exchange(
      service,
      post(service, text.body, { ...text.headers, ...bearer }),
    )
    expect(status).toBe(403)
    expect(headers['www-authenticate']).toBe(
      'Bearer error="insufficient_scope", scope="notes:write notes:delete", ' +
        'resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp", ' +
        'error_description="This needs scopes that were not granted."',
    )
    expect(JSON.parse(body).error.data).toMatchObject({ required_scopes: scopes })
    expect(calls).toEqual([])
  })
}

test('scopes are compared whole', async () => {
  const { server } = createEchoServer({ now: () => startedAt })
  const input = { type: 'object' } as const
  server.tool(
    { name: 'read', description: 'Reads.', input, effect: 'read', scopes: ['files:read'] },
    () => 'done',
  )
  const service = await listen(server, { auth: toAuth(verifyTokens()) })
  const { body, headers } = alone('tools/call', { name: 'read', arguments: {} })
  const callAs = async (claims: Record<string, unknown>) => {
    const Authorization = `Bearer ${toToken(toClaims(claims))}`
    return (await exchange(service, post(service, body, { ...headers, Authorization }))).status
  }
  expect(await callAs({ scope: 'files:readwrite' })).toBe(403)
  expect(await callAs({ scope: 'files:read,files:write' })).toBe(403)
  expect(await callAs({ scope: 'FILES:READ' })).toBe(403)
  expect(await callAs({ scope: 'files' })).toBe(403)
  expect(await callAs({ scope: 'files:write files:read' })).toBe(200)
  expect(await callAs({ scope: undefined, scp: ['files:read'] })).toBe(200)
})

test('a handler cannot find the credentials of its caller', async () => {
  const { server } = createEchoServer({ now: () => startedAt })
  let seen: (string | undefined)[] = []
  const input = { type: 'object' } as const
  server.tool({ name: 'spy', description: 'Spies.', input, effect: 'read' }, (_input, spied) => {
    const { headers } = (spied as unknown as { mcp: { exchange: { headers: Map<string, string> } } }).mcp
      .exchange
    const names = ['authorization', 'cookie', 'proxy-authorization', 'x-api-key']
    seen = names.map((name) => headers.get(name))
    return JSON.stringify(spied.principal) + JSON.stringify(spied.request)
  })
  const service = await listen(server, { auth: toAuth(verifyTokens()) })
  const { body, headers } = alone('tools/call', { name: 'spy', arguments: {} })
  const more = { Cookie: 'a=secret', 'Proxy-Authorization': 'Basic secret' }
  const response = await exchange(service, post(service, body, { ...headers, ...bearer, ...more }))
  expect(response.status).toBe(200)
  expect(seen).toEqual([undefined, undefined, undefined, undefined])
  expect(response.body).not.toContain(good)
})

/** Every text in what can be reached from a value, wherever it is kept. */
function collectTexts(start: unknown): string[] {
  const seen = new Set<unknown>()
  const open: unknown[] = [start]
  const texts: string[] = []
  for (let value = open.pop(); value !== undefined || open.length > 0; value = open.pop()) {
    if (typeof value === 'string') texts.push(value)
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || seen.has(value))
      continue
    seen.add(value)
    if (value instanceof Map || value instanceof Set) open.push(...value.keys(), ...value.values())
    if (ArrayBuffer.isView(value)) texts.push(Buffer.from(value.buffer).toString('latin1'))
    for (const at of Reflect.ownKeys(value)) open.push(readMember(value, at))
    open.push(Object.getPrototypeOf(value))
  }
  return texts
}

function readMember(value: object, at: string | symbol): unknown {
  try {
    return (value as Record<string | symbol, unknown>)[at]
  } catch {
    return undefined
  }
}

for (const header of ['Authorization', 'X-API-Key', 'Cookie', 'Proxy-Authorization', 'Proxy-Whatever']) {
  test(`nothing a handler can reach holds the ${header} of the request`, async () => {
    const secret = 'inbound-credential-0123456789'
    const { server } = createEchoServer()
    let texts: string[] = []
    const input = { type: 'object' } as const
    server.tool({ name: 'spy', description: 'Spies.', input, effect: 'read' }, (_input, spied) => {
      texts = collectTexts(spied)
      return 'done'
    })
    const verifiers = [customVerifier(() => ({ subject: 'ann', tenant: 'acme', scopes: [] }))]
    const service = await listen(server, { auth: { verifiers } })
    const { body, headers } = alone('tools/call', { name: 'spy', arguments: {} })
    const value = header.endsWith('Authorization') ? `Bearer ${secret}` : secret
    const text = post(service, body, { ...headers, [header]: value, 'X-Seen': 'something-harmless' })
    expect((await exchange(service, text)).status).toBe(200)
    expect(texts.some((one) => one.includes('something-harmless'))).toBe(true)
    expect(texts.filter((one) => one.includes(secret))).toEqual([])
  })
}

test('no token stands in the log, whether it was good or not', async () => {
  const records: unknown[] = []
  const { server } = createEchoServer({ now: () => startedAt, log: (record) => void records.push(record) })
  const service = await listen(server, { auth: toAuth(verifyTokens()) })
  const forged = toToken(toClaims({ exp: 1 }))
  await callWithToken(service, good)
  await callWithToken(service, forged)
  expect(records).toMatchObject([{ message: 'A caller was not let in.', reason: 'The token has expired.' }])
  expect(JSON.stringify(records)).not.toContain(forged.split('.')[2])
})

test('the streams a token opened end when it expires, and the token opens no new ones', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const clock = createClock()
  const { server } = createEchoServer({ now: clock.now })
  const verifier = trustNames({ expiresAt: startedAt + 60_000 })
  const service = await listen(server, { auth: { verifiers: [verifier] }, sse: true })
  const alice = { Authorization: 'Bearer alice' }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'x', version: '1' } }
  const opened = await exchange(service, post(service, rpc('initialize', params), alice))
  const session = inSession(opened.headers['mcp-session-id'] ?? '')
  const stream = await open(service)
  stream.send(request('GET /mcp', { Accept: 'text/event-stream', ...session, ...alice }))
  await stream.until('id: ')
  const link = await open(service)
  link.send(request('GET /sse', { Accept: 'text/event-stream', ...alice }))
  await link.until('event: endpoint')
  const subscription = await open(service)
  const { body, headers } = alone('subscriptions/listen', { notifications: { toolsListChanged: true } })
  subscription.send(post(service, body, { ...headers, ...alice }))
  await subscription.until('acknowledged')
  clock.advance(59_000)
  vi.advanceTimersByTime(5_000)
  server.tool({ name: 'late', description: 'Late.', input: { type: 'object' }, effect: 'read' }, () => 'late')
  await subscription.until('tools/list_changed')
  clock.advance(1_000)
  vi.advanceTimersByTime(5_000)
  for (const connection of [stream, link, subscription]) await connection.until('0\r\n\r\n')
  expect(JSON.parse(toEvents(subscription.unread).at(-1)?.data ?? '')).toMatchObject({ id: 1, result: {} })
  expect((await exchange(service, post(service, body, { ...headers, ...alice }))).status).toBe(401)
})

test('beyond loopback a server starts with verifiers, and without them only where everyone is meant', async () => {
  const { server } = createEchoServer()
  const { serveHttp } = await import('plinth')
  await expect(
    serveHttp(server, { port: 0, host: '0.0.0.0', allowedHosts: ['mcp.example'] }),
  ).rejects.toThrow(/"host" is 0\.0\.0\.0.*set "auth"/)
  expect(() => createFetchHandler(server, { allowedHosts: ['mcp.example'] })).toThrow(/or set "auth"/)
  const keys = [{ id: 'ci', sha256: toApiKeyHash('x'.repeat(43)) }]
  const auth = { verifiers: [apiKeys({ keys })] }
  await expect(serveHttp(server, { port: 0, host: '0.0.0.0', auth })).rejects.toThrow(
    /"allowedHosts" must name/,
  )
  const service = await listen(server, { host: '0.0.0.0', allowedHosts: ['mcp.example'], auth })
  expect((await callWith(service, { Host: 'mcp.example' })).status).toBe(401)
})

test('the host of the resource is one this server answers to', async () => {
  const { service } = await listenWith(toAuth(verifyTokens()))
  expect((await callWith(service, { Host: 'mcp.example', ...bearer })).status).toBe(200)
  expect((await callWith(service, { Host: 'evil.example', ...bearer })).status).toBe(403)
})
