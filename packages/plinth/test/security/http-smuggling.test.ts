import { expect, test } from 'vitest'
import { call, createEchoServer, exchange, listen, open, post, request, rpc } from './raw-http.ts'

const body = call('echo', { a: 1 })

test('two Host headers are refused, in whatever order', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  const text = post(service, body)
  for (const host of ['evil.example', '127.0.0.1']) {
    const before = text.replace('Host:', `Host: ${host}\r\nHost:`)
    const after = text.replace('\r\nContent-Type', `\r\nhost: ${host}\r\nContent-Type`)
    expect((await exchange(service, before)).status).toBe(400)
    expect((await exchange(service, after)).status).toBe(400)
  }
  expect(calls).toEqual([])
})

test.each([
  'Origin: http://localhost',
  'Content-Type: application/json',
  'Authorization: Bearer x',
  'MCP-Protocol-Version: 2025-11-25',
  'Mcp-Method: tools/call',
  'Mcp-Name: echo',
  'Mcp-Session-Id: x',
  'Mcp-Param-Region: eu',
  'Last-Event-ID: x',
  'Content-Encoding: identity',
])('the header "%s" may stand only once', async (line) => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  const [name = '', value] = line.split(': ')
  const text = post(service, body, { [name]: value }).replace(
    '\r\nAccept',
    `\r\n${name.toUpperCase()}: ${value}\r\nAccept`,
  )
  expect((await exchange(service, text)).status).toBe(400)
  expect(calls).toEqual([])
})

test('Accept is a list and may stand twice', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const text = post(service, body, { Accept: 'text/event-stream' }).replace(
    'Accept:',
    'Accept: application/json\r\nAccept:',
  )
  expect((await exchange(service, text)).status).toBe(200)
})

test('a target that is no path is refused, whatever the Host says', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  for (const target of ['http://evil.example/mcp', 'http://127.0.0.1/mcp', 'mcp', '*']) {
    const text = post(service, body).replace('POST /mcp', `POST ${target}`)
    expect([target, (await exchange(service, text)).status]).toEqual([target, 400])
  }
  expect(calls).toEqual([])
})

test('CONNECT closes the connection', async () => {
  const { server } = createEchoServer()
  const connection = await open(await listen(server))
  connection.send(request('CONNECT 127.0.0.1:80'))
  await connection.closed()
  expect(connection.unread).toBe('')
})

test.each([
  '//mcp',
  '/mcp/',
  '/mcp//',
  '/MCP',
  '/%6dcp',
  '/mcp%2f',
  '/mcp%00',
  '/mcp;a=b',
  '/./mcp',
  '/x/../mcp',
  '/mcp/../mcp',
  '/\\mcp',
  '/mcp/sse',
  '/sse',
  '/messages',
  '/',
  '/health/',
  '/.well-known/x',
])('there is nothing at %s', async (path) => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  const response = await exchange(service, post(service, body).replace('POST /mcp', `POST ${path}`))
  expect(response.status).toBe(404)
  expect(calls).toEqual([])
})

test('a query does not change the endpoint', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const text = post(service, body).replace('POST /mcp', 'POST /mcp?tenant=a')
  expect((await exchange(service, text)).status).toBe(200)
})

test.each([
  ['both lengths', { 'Content-Length': '10', 'Transfer-Encoding': 'chunked' }],
  ['two lengths in one', { 'Content-Length': '10, 11' }],
  ['a negative length', { 'Content-Length': '-1' }],
  ['a signed length', { 'Content-Length': '+10' }],
  ['an unknown coding', { 'Content-Length': undefined, 'Transfer-Encoding': 'xchunked' }],
  ['a coding behind chunked', { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked, identity' }],
  ['a space before the colon', { 'X-Odd ': '1' }],
  ['a control character', { 'X-Odd': 'a\u0000b' }],
  ['a folded line', { 'X-Odd': 'a\r\n b' }],
])('%s ends in 400 and a closed connection', async (_name, headers) => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  const connection = await open(service)
  connection.send(post(service, body, headers))
  expect((await connection.response()).status).toBe(400)
  await connection.closed()
  expect(calls).toEqual([])
})

test('chunks that break off badly do not reach the handler', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  const chunked = post(service, '', { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' })
  for (const tail of [
    `${body.length.toString(16)}\r\n${body}\r\nzz\r\n`,
    `-5\r\n${body}`,
    `5 5\r\n${body}`,
  ]) {
    const connection = await open(service)
    connection.send(chunked + tail)
    expect((await connection.response()).status).toBe(400)
    await connection.closed()
  }
  expect(calls).toEqual([])
})

test('a body on a request that has none is refused, and the connection with it', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  for (const headers of [{ 'Content-Length': '5' }, { 'Transfer-Encoding': 'chunked' }]) {
    for (const method of ['GET', 'DELETE']) {
      const connection = await open(service)
      connection.send(`${request(`${method} /mcp`, headers)}POST /`)
      const response = await connection.response()
      expect(response.status).toBe(400)
      expect(response.headers['connection']).toBe('close')
      await connection.closed()
    }
  }
})

test('a request hidden in the body of another is never answered', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  const hidden = post(service, call('echo', { hidden: true }))
  const connection = await open(service)
  connection.send(post(service, hidden, { 'Content-Type': 'text/plain' }))
  connection.send(post(service, rpc('ping', {}, 7)))
  expect((await connection.response()).status).toBe(415)
  expect(JSON.parse((await connection.response()).body)).toMatchObject({ id: 7 })
  expect(calls).toEqual([])
})

test('pipelined requests are answered in order', async () => {
  const { server } = createEchoServer()
  server.tool(
    { name: 'slow', description: 'Waits.', input: { type: 'object' }, effect: 'read' },
    async () => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      return 'slow'
    },
  )
  const service = await listen(server)
  const connection = await open(service)
  const bodies = [call('slow', {}, 1), call('echo', {}, 2), '[]', call('slow', {}, 4), rpc('ping', {}, 5)]
  connection.send(bodies.map((one) => post(service, one)).join(''))
  const ids: unknown[] = []
  for (const _ of bodies) ids.push(JSON.parse((await connection.response()).body).id)
  expect(ids).toEqual([1, 2, undefined, 4, 5])
})

test('forwarded headers change nothing', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const forwarded = { 'X-Forwarded-Host': '127.0.0.1', Forwarded: 'host=127.0.0.1', 'X-Original-URL': '/mcp' }
  const text = post(service, body, { Host: 'evil.example', ...forwarded })
  expect((await exchange(service, text)).status).toBe(403)
})
