import { expect, test } from 'vitest'
import {
  call,
  createEchoServer,
  exchange,
  listen,
  open,
  post,
  type RawResponse,
  request,
  rpc,
} from './raw-http.ts'

const body = call('echo', { a: 1 })
const maxBodyBytes = 2_048
const large = call('echo', { text: 'x'.repeat(4_000) })
const chunked = { 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' }

function toError(response: RawResponse): { status: number; code: unknown } {
  return { status: response.status, code: JSON.parse(response.body).error.code }
}

test('a body that is announced as too large is refused before it is sent', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server, { maxBodyBytes })
  const connection = await open(service)
  connection.send(post(service, '', { 'Content-Length': '999999999999' }))
  const response = await connection.response()
  expect(response.status).toBe(413)
  expect(response.headers['connection']).toBe('close')
  await connection.closed()
  expect(calls).toEqual([])
})

test('a body that turns out too large is refused while it is read', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server, { maxBodyBytes })
  const connection = await open(service)
  connection.send(post(service, '', chunked))
  for (let sent = 0; sent <= maxBodyBytes; sent += 512) connection.send(`200\r\n${'x'.repeat(512)}\r\n`)
  const response = await connection.response()
  expect(response.status).toBe(413)
  expect(response.headers['connection']).toBe('close')
  await connection.closed()
  expect(calls).toEqual([])
})

test('a body at the limit is served, one byte more is not', async () => {
  const { server } = createEchoServer()
  const service = await listen(server, { maxBodyBytes })
  const padded = body.padEnd(maxBodyBytes)
  expect((await exchange(service, post(service, padded))).status).toBe(200)
  expect((await exchange(service, post(service, `${padded} `))).status).toBe(413)
})

test('a client that waits for 100 is told 413 or 415 instead, and sends nothing', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server, { maxBodyBytes })
  const ask = async (headers: Record<string, string>) => {
    const text = post(service, large, { Expect: '100-continue', ...headers })
    return (await exchange(service, text.slice(0, text.indexOf('\r\n\r\n') + 4))).status
  }
  expect(await ask({})).toBe(413)
  expect(await ask({ 'Content-Type': 'text/plain' })).toBe(415)
  expect(await ask({ Host: 'evil.example' })).toBe(403)
  expect(await ask({ Expect: '200-ok' })).toBe(413)
  expect(calls).toEqual([])
})

test('a client that waits for 100 gets it when its head is good, and 417 when it expects anything else', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  const text = post(service, body, { Expect: '100-continue' })
  const connection = await open(service)
  connection.send(text.slice(0, text.indexOf('\r\n\r\n') + 4))
  expect((await connection.response()).status).toBe(100)
  expect(calls).toEqual([])
  connection.send(body)
  expect((await connection.response()).status).toBe(200)
  expect((await exchange(service, post(service, body, { Expect: '200-ok' }))).status).toBe(417)
})

test.each([
  'text/plain',
  'text/plain; a=application/json',
  'application/json-patch+json',
  'application/jsonx',
  'application/json, text/plain',
  'multipart/form-data; boundary=application/json',
  'application/x-www-form-urlencoded',
  'application/json; charset=utf-16',
  'application/json; charset=latin1',
  '',
  undefined,
])('a body of type %s is refused', async (type) => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  expect((await exchange(service, post(service, body, { 'Content-Type': type }))).status).toBe(415)
  expect(calls).toEqual([])
})

test.each([
  'application/json; charset=utf-8',
  'Application/JSON;charset="UTF-8"',
  'application/json; version=1',
])('a body of type %s is read', async (type) => {
  const { server } = createEchoServer()
  const service = await listen(server)
  expect((await exchange(service, post(service, body, { 'Content-Type': type }))).status).toBe(200)
})

test.each(['gzip', 'deflate', 'br', 'zstd', 'identity, gzip', 'GZIP'])(
  'a body encoded with %s is refused',
  async (encoding) => {
    const { server, calls } = createEchoServer()
    const service = await listen(server)
    expect((await exchange(service, post(service, body, { 'Content-Encoding': encoding }))).status).toBe(415)
    expect(calls).toEqual([])
  },
)

test('an answer nobody accepts is not worked out', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  for (const accept of ['text/html', 'application/json;q=0, text/event-stream;q=0.0', 'application/jsonx']) {
    expect((await exchange(service, post(service, body, { Accept: accept }))).status).toBe(406)
  }
  expect(calls).toEqual([])
})

test('slow headers end in 408 and a closed connection', async () => {
  const { server } = createEchoServer()
  const service = await listen(server, { headersTimeoutMs: 60, requestTimeoutMs: 120 })
  const connection = await open(service)
  connection.send('POST /mcp HTTP/1.1\r\nHost: 127')
  expect((await connection.response()).status).toBe(408)
  await connection.closed()
})

test('a slow body ends in 408 and a closed connection, and reaches no handler', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server, { headersTimeoutMs: 60, requestTimeoutMs: 120 })
  const connection = await open(service)
  connection.send(post(service, body).slice(0, -5))
  expect((await connection.response()).status).toBe(408)
  await connection.closed()
  expect(calls).toEqual([])
})

test('a request that was refused does not hold its connection by sending on slowly', async () => {
  const { server } = createEchoServer()
  const service = await listen(server, { headersTimeoutMs: 60, requestTimeoutMs: 120 })
  const connection = await open(service)
  connection.send(post(service, body, { 'Content-Type': 'text/plain' }).slice(0, -5))
  expect((await connection.response()).status).toBe(415)
  await connection.closed()
})

test('an upload that breaks off reaches no handler', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  for (const text of [post(service, body).slice(0, -1), post(service, `5\r\n${body.slice(0, 5)}`, chunked)]) {
    const connection = await open(service)
    connection.send(text)
    connection.socket.end()
    await connection.closed()
  }
  expect(calls).toEqual([])
})

test('an idle connection is closed', async () => {
  const { server } = createEchoServer()
  const service = await listen(server, { keepAliveTimeoutMs: 20 })
  const connection = await open(service)
  connection.send(post(service, body))
  expect((await connection.response()).status).toBe(200)
  await connection.closed()
})

test.each([201, 3_000])('%i headers are refused', async (count) => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  const many = Object.fromEntries(Array.from({ length: count }, (_, at) => [`A${at}`, '']))
  expect((await exchange(service, post(service, body, many))).status).toBe(431)
  expect(calls).toEqual([])
})

test('headers of more than 16 KiB are refused, and nearly as many are read', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const ask = async (length: number) =>
    (await exchange(service, post(service, body, { 'X-Large': 'x'.repeat(length) }))).status
  expect(await ask(17_000)).toBe(431)
  expect(await ask(15_000)).toBe(200)
})

test('connections beyond the limit are closed as they come', async () => {
  const { server } = createEchoServer()
  const service = await listen(server, { maxConnections: 2 })
  const first = await open(service)
  first.send(post(service, body))
  await first.response()
  const second = await open(service)
  second.send(post(service, body))
  await second.response()
  const third = await open(service)
  await third.closed()
  first.send(post(service, body))
  expect((await first.response()).status).toBe(200)
})

test.each(['HEAD', 'OPTIONS', 'TRACE', 'PUT', 'PATCH', 'PROPFIND'])('%s is not allowed', async (method) => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const connection = await open(service)
  connection.send(request(`${method} /mcp`, { Connection: 'close', 'X-Secret': 'trace me' }))
  await connection.closed()
  const answer = connection.unread
  expect(answer).toMatch(/^HTTP\/1\.1 405 /)
  expect(answer.toLowerCase()).toContain('\r\nallow: get, post, delete\r\n')
  expect(answer).not.toContain('trace me')
})

test('invalid UTF-8 is a parse error, not a replacement character', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  const bytes = Buffer.from(call('echo', { text: '@@' }))
  for (const bad of [
    [0xff, 0xfe],
    [0xc0, 0xaf],
    [0xed, 0xa0],
  ] as const) {
    const broken = Buffer.from(bytes)
    broken.set(bad, bytes.indexOf('@@'))
    const head = post(service, bytes.toString()).slice(0, -bytes.length)
    const response = await exchange(service, Buffer.concat([Buffer.from(head), broken]))
    expect(toError(response)).toEqual({ status: 400, code: -32700 })
  }
  expect(calls).toEqual([])
})

test.each([
  ['a byte order mark', Buffer.from(`\ufeff${body}`)],
  ['UTF-16', Buffer.from(body, 'utf16le')],
  ['UTF-16 with a mark', Buffer.from(`\ufeff${body}`, 'utf16le')],
])('%s is a parse error', async (_name, bytes) => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  const head = post(service, '', { 'Content-Length': String(bytes.length) })
  expect(toError(await exchange(service, Buffer.concat([Buffer.from(head), bytes])))).toEqual({
    status: 400,
    code: -32700,
  })
  expect(calls).toEqual([])
})

test.each([
  ['nothing', '', -32700],
  ['half an object', '{"jsonrpc":"2.0"', -32700],
  ['10,000 levels', `{"jsonrpc":"2.0","id":1,"method":"ping","params":${'['.repeat(10_000)}`, -32600],
  ['10,000 levels of objects', '{"a":'.repeat(10_000), -32600],
  ['a million empty objects', `[${'{},'.repeat(1_000_000)}{}]`, -32600],
  ['a batch', `[${rpc('ping')}]`, -32600],
  ['an empty batch', '[]', -32600],
  ['a string', '"ping"', -32600],
  ['null', 'null', -32600],
  ['a duplicate key', '{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call"}', -32600],
  [
    'a duplicate key in disguise',
    '{"jsonrpc":"2.0","id":1,"method":"ping","m\\u0065thod":"tools/call"}',
    -32600,
  ],
  [
    'a duplicate tool name',
    rpc('tools/call', { name: 'echo' }).replace('{"name', '{"name":"x","name'),
    -32600,
  ],
  ['a prototype key', call('echo').replace('{}', '{"__proto__":{"isAdmin":true}}'), -32600],
  ['a prototype key in disguise', call('echo').replace('{}', '{"\\u005f_proto__":{"isAdmin":true}}'), -32600],
  ['another JSON-RPC', rpc('ping').replace('2.0', '1.0'), -32600],
  ['null as id', rpc('ping').replace('"id":1', '"id":null'), -32600],
  ['a fraction as id', rpc('ping').replace('"id":1', '"id":1.5'), -32600],
  ['a truth as id', rpc('ping').replace('"id":1', '"id":true'), -32600],
  ['an object as id', rpc('ping').replace('"id":1', '"id":{}'), -32600],
  ['an id that loses digits', rpc('ping').replace('"id":1', '"id":9007199254740993'), -32600],
  ['positional parameters', rpc('ping').replace('{}', '[]'), -32600],
  ['a method that is no string', rpc('ping').replace('"ping"', '1'), -32600],
  ['no method and no result', '{"jsonrpc":"2.0","id":1}', -32600],
  ['a key in another case', rpc('ping').replace('"method"', '"Method"'), -32600],
])('%s is refused with the right code', async (_name, text, code) => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  expect(toError(await exchange(service, post(service, text)))).toEqual({ status: 400, code })
  expect(calls).toEqual([])
})

test.each([
  ['escapes', `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"${'\\u0041'.repeat(600_000)}"}}`],
  ['escaped quotes', `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"${'\\"'.repeat(1_900_000)}"}}`],
  ['backslashes', `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"${'\\\\'.repeat(1_900_000)}"}}`],
  ['white space', `{"jsonrpc":"2.0","id":1,"method":"ping"${' '.repeat(3_900_000)}}`],
  ['an open string', `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"${'\\u0041'.repeat(600_000)}`],
  ['a large number', `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":${'9'.repeat(3_900_000)}}}`],
])('4 MB of %s do not stop the others', async (_name, text) => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const response = await exchange(service, post(service, text))
  expect([200, 400]).toContain(response.status)
})

test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', ''])(
  'there is no tool named "%s"',
  async (name) => {
    const { server } = createEchoServer()
    const service = await listen(server)
    const { error } = JSON.parse((await exchange(service, post(service, call(name)))).body)
    expect(error).toMatchObject({ code: -32602, message: 'This server has no such tool.' })
    const unknown = JSON.parse((await exchange(service, post(service, rpc(name)))).body)
    expect(unknown.error).toMatchObject({ code: -32601 })
  },
)

test('arguments may be named like members of every object', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  const text = call('echo').replace('{}', '{"constructor":{"prototype":{"isAdmin":true}},"toString":1}')
  expect((await exchange(service, post(service, text))).status).toBe(200)
  expect(calls).toEqual([{ constructor: { prototype: { isAdmin: true } }, toString: 1 }])
  expect(({} as Record<string, unknown>)['isAdmin']).toBe(undefined)
})

test.each([[1], [0], [-7], [9_007_199_254_740_991], ['1'], [''], ['constructor'], ['\u2028"\\']])(
  'the id %j comes back as it is',
  async (id) => {
    const { server } = createEchoServer()
    const service = await listen(server)
    expect(JSON.parse((await exchange(service, post(service, rpc('ping', {}, id)))).body)).toEqual({
      jsonrpc: '2.0',
      id,
      result: {},
    })
  },
)

test('an answer the client does not take ends with the connection', async () => {
  const { server } = createEchoServer()
  const service = await listen(server, { stallTimeoutMs: 40 })
  const connection = await open(service)
  connection.socket.pause()
  const text = post(service, call('echo', { text: 'x'.repeat(3_000_000) }))
  for (let sent = 0; sent < 6; sent++) connection.send(text)
  const ended = new Promise<void>((resolve) => connection.socket.once('close', () => resolve()))
  await ended
  expect(connection.unread.length).toBeLessThan(3_000_000)
})
