import { expect, test } from 'vitest'
import { call, createEchoServer, exchange, listen, open, post, request, rpc } from './raw-http.ts'
import { alone, inSession, openSession } from './sessions.ts'

const key = Buffer.alloc(32, 1).toString('base64')
const otherKey = Buffer.alloc(32, 2).toString('base64')

test('a notification is answered 202 and nothing, in every revision', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const id = await openSession(service)
  const text = '{"jsonrpc":"2.0","method":"notifications/initialized"}'
  for (const headers of [{}, inSession(id), { 'MCP-Protocol-Version': '2026-07-28' }]) {
    const response = await exchange(service, post(service, text, headers))
    expect(response).toMatchObject({ status: 202, body: '' })
    expect(response.headers['content-length']).toBe('0')
    expect(response.headers).not.toHaveProperty('content-type')
  }
})

test('a response is answered 202 in a session, and refused where there are none', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const id = await openSession(service)
  const text = '{"jsonrpc":"2.0","id":"x","result":{}}'
  expect((await exchange(service, post(service, text, inSession(id)))).status).toBe(202)
  const refused = await exchange(service, post(service, text, { 'MCP-Protocol-Version': '2026-07-28' }))
  expect(refused.status).toBe(400)
  expect(JSON.parse(refused.body).error.code).toBe(-32600)
})

test('a revision nobody speaks is refused with those we do, whatever the message', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  const id = await openSession(service)
  const headers = inSession(id, '1999-01-01')
  const texts = [
    post(service, call('echo'), headers),
    post(service, '{"jsonrpc":"2.0","method":"notifications/initialized"}', headers),
    post(service, '{"jsonrpc":"2.0","id":"x","result":{}}', headers),
    request('GET /mcp', { ...headers, Accept: 'text/event-stream' }),
  ]
  for (const text of texts) {
    const response = await exchange(service, text)
    expect(response.status).toBe(400)
    const { code, data } = JSON.parse(response.body).error
    expect(code).toBe(-32022)
    expect(data.requested).toBe('1999-01-01')
    expect(data.supported).toContain('2025-11-25')
  }
  expect(calls).toEqual([])
})

test.each([
  ['no version header', { 'MCP-Protocol-Version': undefined }],
  ['another version header', { 'MCP-Protocol-Version': '2025-11-25' }],
  ['no method header', { 'Mcp-Method': undefined }],
  ['another method header', { 'Mcp-Method': 'tools/list' }],
  ['a method header in another case', { 'Mcp-Method': 'Tools/Call' }],
  ['no name header', { 'Mcp-Name': undefined }],
  ['another name header', { 'Mcp-Name': 'other' }],
  ['a name header in broken base64', { 'Mcp-Name': '=?base64?ZWNo!bw==?=' }],
  ['a name header with another marker', { 'Mcp-Name': '=?BASE64?ZWNobw==?=' }],
])('%s does not match the message and is refused before anything runs', async (_name, headers) => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  const one = alone('tools/call', { name: 'echo', arguments: {} })
  const response = await exchange(service, post(service, one.body, { ...one.headers, ...headers }))
  expect(response.status).toBe(400)
  expect(JSON.parse(response.body)).toMatchObject({ id: 1, error: { code: -32020 } })
  expect(calls).toEqual([])
})

test('mirrored headers may be written in any case, padded, and as base64', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const { body } = alone('tools/call', { name: 'echo', arguments: {} })
  const headers = {
    'mcp-protocol-version': '2026-07-28',
    'MCP-METHOD': '  tools/call \t',
    'mCP-nAME': '=?base64?ZWNobw==?=',
  }
  expect((await exchange(service, post(service, body, headers))).status).toBe(200)
})

test('what is wrong with a request is said in the order clients rely on', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const ask = async (text: string, headers: Record<string, string | undefined>) => {
    const response = await exchange(service, post(service, text, headers))
    return [response.status, JSON.parse(response.body).error.code]
  }
  const good = alone('tools/list')
  const bare = rpc('tools/list', { _meta: {} })
  const strange = good.body.replace('2026-07-28', 'v9')
  expect(await ask(bare, { ...good.headers, 'Mcp-Method': 'wrong' })).toEqual([400, -32602])
  expect(await ask(strange, good.headers)).toEqual([400, -32020])
  expect(await ask(strange, { ...good.headers, 'MCP-Protocol-Version': 'v9' })).toEqual([400, -32022])
  const removed = alone('ping')
  expect(await ask(removed.body, removed.headers)).toEqual([404, -32601])
})

test('sessions and event ids mean nothing to a request that stands alone', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const { body, headers } = alone('tools/call', { name: 'echo', arguments: {} })
  const odd = { ...headers, 'Mcp-Session-Id': 'no such session', 'Last-Event-ID': 'x_1' }
  const response = await exchange(service, post(service, body, odd))
  expect(response.status).toBe(200)
  expect(response.headers).not.toHaveProperty('mcp-session-id')
  const { body: stream } = await exchange(
    service,
    post(service, body, { ...odd, Accept: 'text/event-stream' }),
  )
  expect(stream).not.toMatch(/^id:/m)
})

test('GET without a session, or in the name of a revision without sessions, is not allowed', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const id = await openSession(service)
  for (const headers of [{}, inSession(id, '2026-07-28')]) {
    const response = await exchange(service, request('GET /mcp', { Accept: 'text/event-stream', ...headers }))
    expect(response.status).toBe(405)
    expect(response.headers['allow']).toBe('POST')
  }
  const json = await exchange(service, request('GET /mcp', { Accept: 'application/json', ...inSession(id) }))
  expect(json.status).toBe(406)
})

test('a session id is visible ASCII, cannot be guessed and does not repeat', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const ids = [await openSession(service), await openSession(service)]
  for (const id of ids) expect(id).toMatch(/^[\x21-\x7e]{64,}$/)
  expect(ids[0]).not.toBe(ids[1])
})

test('a session that was changed in any place is not known', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  const id = await openSession(service)
  const changed = [...Array(24).keys()].map((at) => {
    const place = Math.floor((at * id.length) / 24)
    return id.slice(0, place) + (id[place] === 'A' ? 'B' : 'A') + id.slice(place + 1)
  })
  for (const one of [...changed, id.slice(1), `${id}A`, `${id}=`, 'x']) {
    const response = await exchange(service, post(service, call('echo'), inSession(one)))
    expect([one, response.status]).toEqual([one, 404])
  }
  expect(calls).toEqual([])
})

test('a session that was ended is not known any more', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  const headers = inSession(await openSession(service))
  expect((await exchange(service, post(service, rpc('ping'), headers))).status).toBe(200)
  expect((await exchange(service, request('DELETE /mcp', headers))).status).toBe(200)
  const response = await exchange(service, post(service, call('echo'), headers))
  expect(response.status).toBe(404)
  expect(JSON.parse(response.body)).toMatchObject({ id: 1, error: { code: -32600 } })
  const stream = { ...headers, Accept: 'text/event-stream' }
  expect((await exchange(service, request('GET /mcp', stream))).status).toBe(404)
  expect((await exchange(service, request('DELETE /mcp', headers))).status).toBe(404)
  expect(calls).toEqual([])
})

test('DELETE without a session id is refused', async () => {
  const { server } = createEchoServer()
  expect((await exchange(await listen(server), request('DELETE /mcp'))).status).toBe(400)
})

test('another server with the same key serves a session, one with another key does not', async () => {
  const first = await listen(createEchoServer({ keys: [key] }).server)
  const same = await listen(createEchoServer({ keys: [key] }).server)
  const rotated = await listen(createEchoServer({ keys: [otherKey, key] }).server)
  const other = await listen(createEchoServer({ keys: [otherKey] }).server)
  const headers = inSession(await openSession(first))
  expect((await exchange(same, post(same, rpc('ping'), headers))).status).toBe(200)
  expect((await exchange(rotated, post(rotated, rpc('ping'), headers))).status).toBe(200)
  expect((await exchange(other, post(other, rpc('ping'), headers))).status).toBe(404)
})

test('a session ends with its time', async () => {
  let now = 1_000_000
  const { server } = createEchoServer({ sessionTtlMs: 60_000, now: () => now })
  const service = await listen(server)
  const headers = inSession(await openSession(service))
  now += 59_000
  expect((await exchange(service, post(service, rpc('ping'), headers))).status).toBe(200)
  now += 2_000
  expect((await exchange(service, post(service, rpc('ping'), headers))).status).toBe(404)
})

test('where sessions are required, a message without one is refused', async () => {
  const { server, calls } = createEchoServer({ requireSession: true })
  const service = await listen(server)
  const notification = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}'
  for (const text of [call('echo'), notification, '{"jsonrpc":"2.0","id":"x","result":{}}']) {
    expect((await exchange(service, post(service, text))).status).toBe(400)
  }
  const headers = inSession(await openSession(service))
  expect((await exchange(service, post(service, rpc('ping'), headers))).status).toBe(200)
  const { body, headers: own } = alone('tools/list')
  expect((await exchange(service, post(service, body, own))).status).toBe(200)
  expect(calls).toEqual([])
})

test('the same message costs the same status in every handshake revision', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  for (const version of ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25']) {
    const headers = inSession(await openSession(service, version), version)
    const unknown = await exchange(service, post(service, rpc('no/such'), headers))
    expect([version, unknown.status, JSON.parse(unknown.body).error.code]).toEqual([version, 200, -32601])
  }
})

test('no answer carries a stack, a path or the message of an unexpected error', async () => {
  const { server } = createEchoServer()
  const secret = 'password hunter2 at /srv/secret'
  const fail = { description: 'Fails.', input: { type: 'object' }, effect: 'read' } as const
  server.tool({ name: 'throws', ...fail }, () => {
    throw new Error(secret)
  })
  server.tool({ name: 'rejects', ...fail }, () => Promise.reject(new TypeError(secret)))
  server.tool({ name: 'throws_text', ...fail }, () => {
    throw secret
  })
  server.tool({ name: 'endless', ...fail }, () => {
    const circle: Record<string, unknown> = { secret }
    circle['self'] = circle
    return circle
  })
  server.tool({ name: 'huge', ...fail }, () => ({ count: 10n }))
  const service = await listen(server)
  for (const name of ['throws', 'rejects', 'throws_text', 'endless', 'huge']) {
    const { status, body } = await exchange(service, post(service, call(name)))
    expect([name, status, JSON.parse(body).result.isError]).toEqual([name, 200, true])
    expect(body).not.toMatch(/hunter2|secret|\.ts\b|node:|at async/)
  }
})

test('nothing on the way may keep an answer', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  for (const accept of ['application/json', 'text/event-stream']) {
    const { headers } = await exchange(service, post(service, call('echo'), { Accept: accept }))
    expect(headers['cache-control']).toBe('no-store')
  }
})

test('a stream tells nginx not to hold it back', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const { headers, body } = await exchange(
    service,
    post(service, call('echo'), { Accept: 'text/event-stream' }),
  )
  expect(headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' })
  expect(body).toMatch(/^event: message\ndata: \{.*\}\n\n$/)
})

test('a request that is cancelled by its id is answered no more', async () => {
  const { server } = createEchoServer()
  let aborted = false
  server.tool(
    { name: 'wait', description: 'Waits.', input: { type: 'object' }, effect: 'read' },
    (_, { signal }) => {
      return new Promise<string>((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          aborted = true
          reject(signal.reason)
        })
      })
    },
  )
  const service = await listen(server)
  const headers = inSession(await openSession(service))
  const connection = await open(service)
  connection.send(post(service, call('wait', {}, 5), headers))
  const cancel = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}'
  while (!aborted) expect((await exchange(service, post(service, cancel, headers))).status).toBe(202)
  expect(await connection.response()).toMatchObject({ status: 202, body: '' })
})

test('a request cannot be cancelled from another session', async () => {
  const { server } = createEchoServer()
  let finish: (text: string) => void = () => undefined
  server.tool({ name: 'wait', description: 'Waits.', input: { type: 'object' }, effect: 'read' }, () => {
    return new Promise<string>((resolve) => {
      finish = resolve
    })
  })
  const service = await listen(server)
  const own = inSession(await openSession(service))
  const other = inSession(await openSession(service))
  const connection = await open(service)
  connection.send(post(service, call('wait', {}, 5), own))
  const cancel = '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":5}}'
  for (const headers of [other, {}, { 'MCP-Protocol-Version': '2026-07-28' }]) {
    expect((await exchange(service, post(service, cancel, headers))).status).toBe(202)
  }
  finish('done')
  expect(JSON.parse((await connection.response()).body).result.content[0].text).toBe('done')
})

test('the health check says when the server is about to stop, and what comes is still served', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const connection = await open(service)
  connection.send(request('GET /health'))
  expect((await connection.response()).status).toBe(200)
  service.drain()
  expect((await exchange(service, request('GET /health'))).status).toBe(503)
  connection.send(post(service, call('echo')))
  const last = await connection.response()
  expect(last.status).toBe(200)
  expect(last.headers['connection']).toBe('close')
})
