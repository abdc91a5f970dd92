import { createServer } from 'plinth'
import { expect, test } from 'vitest'
import { call, createEchoServer, exchange, listen, open, post, request } from './raw-http.ts'

test('a foreign Host is refused, whatever the path', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  for (const host of [
    'evil.example',
    'evil.example:80',
    '127.0.0.1.evil.example',
    'localhost.evil.example',
    '',
  ]) {
    const response = await exchange(service, post(service, call('echo'), { Host: host }))
    expect([host, response.status]).toEqual([host, 403])
  }
  expect(calls).toEqual([])
})

test('a malformed Host is refused', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  for (const host of [
    'localhost:abc',
    'user@localhost',
    'localhost/mcp',
    'local host',
    'localhost, evil.example',
  ]) {
    const response = await exchange(service, post(service, call('echo'), { Host: host }))
    expect([host, response.status]).toEqual([host, 403])
  }
  expect(calls).toEqual([])
})

test.each(['localhost', 'LOCALHOST:3000', 'localhost.', '127.0.0.1', '[::1]:8080'])(
  'the loopback name %s is answered',
  async (host) => {
    const { server } = createEchoServer()
    const service = await listen(server)
    expect((await exchange(service, post(service, call('echo'), { Host: host }))).status).toBe(200)
  },
)

test('a foreign Origin with a good Host is refused', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server)
  const foreign = [
    'https://evil.example',
    'null',
    '',
    'http://localhost.evil.example',
    'http://localhost@evil.example',
    'http://localhost, https://evil.example',
    'file://',
    'chrome-extension://abcdef',
    'http://localhost/path',
  ]
  for (const origin of foreign) {
    const response = await exchange(service, post(service, call('echo'), { Origin: origin }))
    expect([origin, response.status]).toEqual([origin, 403])
    expect(JSON.parse(response.body)).toEqual({
      jsonrpc: '2.0',
      error: { code: -32600, message: 'This Origin may not call this server.' },
    })
  }
  expect(calls).toEqual([])
})

test('pages of this machine may call a loopback server, without a CORS header to read the answer', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  for (const origin of ['http://localhost:6274', 'http://127.0.0.1', 'http://[::1]:5173']) {
    const response = await exchange(service, post(service, call('echo'), { Origin: origin }))
    expect(response.status).toBe(200)
    expect(response.headers).not.toHaveProperty('access-control-allow-origin')
  }
})

test('beyond loopback no page may call that was not named', async () => {
  const { server } = createEchoServer()
  const options = { host: '0.0.0.0', allowAnonymous: true, allowedHosts: ['mcp.example'] }
  const service = await listen(server, { ...options, allowedOrigins: ['https://app.example'] })
  const ask = async (origin: string) => {
    const headers = { Host: 'mcp.example', Origin: origin }
    return (await exchange(service, post(service, call('echo'), headers))).status
  }
  expect(await ask('http://localhost:6274')).toBe(403)
  expect(await ask('https://app.example')).toBe(200)
  expect(await ask('https://app.example:8443')).toBe(403)
  expect(await ask('http://app.example')).toBe(403)
})

test('health answers under any Host, and nothing else does', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const ask = async (line: string) =>
    (await exchange(service, request(line, { Host: 'evil.example' }))).status
  expect(await ask('GET /health')).toBe(200)
  expect(await ask('POST /health')).toBe(403)
  expect(await ask('GET /')).toBe(403)
  expect(await ask('GET /mcp')).toBe(403)
  expect(await ask('DELETE /mcp')).toBe(403)
})

test('a Host may be named together with its port', async () => {
  const { server } = createEchoServer()
  const service = await listen(server, { allowedHosts: ['mcp.example:8443'], allowAnonymous: true })
  const ask = async (host: string) =>
    (await exchange(service, post(service, call('echo'), { Host: host }))).status
  expect(await ask('mcp.example:8443')).toBe(200)
  expect(await ask('MCP.example:8443')).toBe(200)
  expect(await ask('mcp.example')).toBe(403)
})

test('a preflight is answered for named origins alone, and executes nothing', async () => {
  const { server, calls } = createEchoServer()
  const service = await listen(server, { allowedOrigins: ['https://app.example'] })
  const preflight = (origin: string) =>
    exchange(
      service,
      request('OPTIONS /mcp', {
        Origin: origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type, mcp-method, x-evil, cookie',
      }),
    )
  const named = await preflight('https://app.example')
  expect(named.status).toBe(204)
  expect(named.headers['access-control-allow-origin']).toBe('https://app.example')
  expect(named.headers['access-control-allow-headers']).toBe('content-type, mcp-method')
  expect(named.headers).not.toHaveProperty('access-control-allow-credentials')
  expect(named.headers['vary']).toBe('Origin')
  expect((await preflight('https://evil.example')).status).toBe(403)
  const local = await preflight('http://localhost:6274')
  expect(local.status).toBe(405)
  expect(local.headers).not.toHaveProperty('access-control-allow-origin')
  expect(calls).toEqual([])
})

test('a named origin may read answers, refusals and streams', async () => {
  const { server } = createEchoServer()
  const service = await listen(server, { allowedOrigins: ['https://app.example'] })
  const headers = { Origin: 'https://app.example' }
  for (const text of [post(service, call('echo'), headers), post(service, '[]', headers)]) {
    const response = await exchange(service, text)
    expect(response.headers['access-control-allow-origin']).toBe('https://app.example')
    expect(response.headers['access-control-expose-headers']).toContain('Mcp-Session-Id')
  }
  const stream = await open(service)
  stream.send(post(service, call('echo'), { ...headers, Accept: 'text/event-stream' }))
  const response = await stream.response()
  expect(response.headers['content-type']).toBe('text/event-stream')
  expect(response.headers['access-control-allow-origin']).toBe('https://app.example')
})

test('a server that others can reach does not start without a word about who may call', async () => {
  const { server } = createEchoServer()
  const start = (options: object) => listen(server, { port: 0, ...options })
  await expect(start({ host: '0.0.0.0' })).rejects.toThrow('"allowAnonymous: true"')
  await expect(start({ host: '::' })).rejects.toThrow('"allowAnonymous: true"')
  await expect(start({ host: '0.0.0.0', allowAnonymous: true })).rejects.toThrow('"allowedHosts"')
})

test('an origin that is none is refused at the start', async () => {
  const server = createServer({ name: 'test', version: '1.0.0' })
  for (const origin of ['*', 'app.example', 'https://app.example/', 'null', 'https://*.example']) {
    await expect(listen(server, { allowedOrigins: [origin] })).rejects.toThrow(
      '"allowedOrigins" must hold origins',
    )
  }
})

test('a host that is none is refused at the start', async () => {
  const { server } = createEchoServer()
  for (const host of ['*', 'https://mcp.example', 'mcp.example/', '*.example', '']) {
    await expect(listen(server, { allowedHosts: [host], allowAnonymous: true })).rejects.toThrow(
      '"allowedHosts" must hold host names',
    )
  }
})
