import { execFile } from 'node:child_process'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Failure } from 'plinth'
import { type Lookup, type SafeFetchOptions, safeFetch } from 'plinth/upstream'
import { expect, onTestFinished, test } from 'vitest'
import { createSelfSigned } from './self-signed.ts'
import { startWeb } from './web.ts'

/** The body of the failure a fetch ends in. */
async function fail(url: string, options: SafeFetchOptions = {}): Promise<Record<string, unknown>> {
  const error: unknown = await safeFetch(url, options).then(
    ({ status }) => new Error(`It answered ${status}.`),
    (reason: unknown) => reason,
  )
  if (!(error instanceof Failure)) throw error
  return error.body
}

/** Every name resolves to these addresses. */
function resolveTo(...addresses: string[]): Lookup {
  return async () => addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
}

const loopback = { allowHttp: true, allowAddresses: ['127.0.0.1'] }

test.each([
  '0.0.0.0',
  '10.0.0.1',
  '100.64.0.1',
  '100.100.100.200',
  '127.0.0.1',
  '127.255.255.254',
  '168.63.129.16',
  '169.254.169.254',
  '169.254.170.2',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::127.0.0.1',
  '::ffff:127.0.0.1',
  '::ffff:169.254.169.254',
  '::ffff:8.8.8.8',
  '::ffff:0:127.0.0.1',
  '64:ff9b::127.0.0.1',
  '64:ff9b::a9fe:a9fe',
  '64:ff9b::',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:0:4136:e378:8000:63bf:3fff:fdd2',
  '2001:db8::1',
  '2002:7f00:1::',
  '2002:a9fe:a9fe::1',
  '3fff::1',
  'fc00::1',
  'fd00:ec2::254',
  'fd20:ce::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  'not-an-address',
])('a name that resolves to %s is refused before anything is sent', async (address) => {
  const body = await fail('https://public.example/', { lookup: resolveTo(address) })
  expect(body).toMatchObject({ error: 'address_refused', retry: false, reason: 'address' })
})

test.each([
  'https://127.0.0.1/',
  'https://127.1/',
  'https://2130706433/',
  'https://017700000001/',
  'https://0x7f000001/',
  'https://0x7f.0.0.1/',
  'https://0177.0.0.01/',
  'https://127.0.0.1./',
  'https://①②⑦.⓪.⓪.①/',
  'https://169.254.169.254/latest/meta-data/',
  'https://0/',
  'https://[::1]/',
  'https://[::]/',
  'https://[::ffff:7f00:1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[0:0:0:0:0:ffff:127.0.0.1]/',
  'https://[64:ff9b::169.254.169.254]/',
  'https://[fd00:ec2::254]/',
  'https:127.0.0.1/',
  'https:\\\\127.0.0.1/',
])('%s is refused without a name server being asked', async (url) => {
  const lookup: Lookup = () => Promise.reject(new Error('A name server was asked.'))
  expect(await fail(url, { lookup })).toMatchObject({ error: 'address_refused', reason: 'address' })
})

test.each([
  ['https://localhost/', 'host'],
  ['https://LOCALHOST./', 'host'],
  ['https://app.localhost/', 'host'],
  ['https://metadata.google.internal/', 'host'],
  ['https://printer.local/', 'host'],
  ['https://router.home.arpa/', 'host'],
  ['https://database/', 'host'],
  ['http://public.example/', 'scheme'],
  ['file:///etc/passwd', 'scheme'],
  ['ftp://public.example/', 'scheme'],
  ['gopher://public.example/', 'scheme'],
  ['data:text/plain,x', 'scheme'],
  ['https://user:password@public.example/', 'credentials'],
  ['https://token@public.example/', 'credentials'],
  ['https://public.example:22/', 'port'],
  ['https://public.example:6379/', 'port'],
  ['/relative', 'url'],
  ['https://[::1', 'url'],
  ['', 'url'],
])('%s is refused for its %s', async (url, reason) => {
  expect(await fail(url, { lookup: resolveTo('127.0.0.1') })).toMatchObject({
    error: 'address_refused',
    reason,
  })
})

test('one private address among public ones is enough to be refused', async () => {
  const lookup = resolveTo('93.184.215.14', '2606:2800:21f:cb07:6820:80da:af6b:8b2c', '10.0.0.8')
  expect(await fail('https://public.example/', { lookup })).toMatchObject({ error: 'address_refused' })
})

test('a refusal does not tell which address a name has', async () => {
  const body = await fail('https://public.example/', { lookup: resolveTo('10.20.30.40') })
  expect(JSON.stringify(body)).not.toContain('10.20.30.40')
})

test('the checked address is the one connected to, whatever the name server says next', async () => {
  const { port } = await startWeb((_request, response) => {
    response.setHeader('content-type', 'text/plain').end('checked')
  })
  const answers = ['127.0.0.1', '169.254.169.254']
  const lookup: Lookup = async () => [{ address: answers.shift() ?? '10.0.0.1', family: 4 }]
  const response = await safeFetch(`http://rebind.example:${port}/`, { ...loopback, ports: [port], lookup })
  expect(response.text()).toBe('checked')
  expect(answers).toEqual(['169.254.169.254'])
})

test('a host is resolved and checked again at every hop', async () => {
  let hits = 0
  const { port } = await startWeb((_request, response) => {
    hits++
    response.writeHead(302, { location: '/again' }).end()
  })
  const answers = ['127.0.0.1', '127.0.0.2']
  const lookup: Lookup = async () => [{ address: answers.shift() ?? '127.0.0.2', family: 4 }]
  const body = await fail(`http://rebind.example:${port}/`, { ...loopback, ports: [port], lookup })
  expect(body).toMatchObject({ error: 'address_refused', reason: 'address' })
  expect({ hits, left: answers }).toEqual({ hits: 1, left: [] })
})

test.each([
  'http://169.254.169.254/latest/meta-data/',
  'http://[fd00:ec2::254]/',
  'http://2852039166/',
  '//169.254.169.254/latest',
  '\\\\169.254.169.254\\latest',
])('a redirect to %s is refused', async (location) => {
  const { port } = await startWeb((_request, response) => response.writeHead(302, { location }).end())
  const body = await fail(`http://127.0.0.1:${port}/`, { ...loopback, ports: [80, port] })
  expect(body).toMatchObject({ error: 'address_refused', reason: 'address' })
})

test.each(['file:///etc/passwd', 'data:text/html,x', 'javascript:alert(1)'])(
  'a redirect to %s is refused',
  async (location) => {
    const { port } = await startWeb((_request, response) => response.writeHead(307, { location }).end())
    const body = await fail(`http://127.0.0.1:${port}/`, { ...loopback, ports: [port] })
    expect(body).toMatchObject({ error: 'address_refused', reason: 'scheme' })
  },
)

test('a redirect loop ends after the redirects that are allowed', async () => {
  let hits = 0
  const { port } = await startWeb((_request, response) => {
    hits++
    response.writeHead(302, { location: '/loop' }).end()
  })
  const body = await fail(`http://127.0.0.1:${port}/`, { ...loopback, ports: [port] })
  expect(body).toMatchObject({ error: 'redirect_refused', reason: 'limit', retry: false })
  expect(hits).toBe(4)
})

test('without redirects allowed the first one is refused', async () => {
  const { port } = await startWeb((_request, response) => response.writeHead(301, { location: '/' }).end())
  const body = await fail(`http://127.0.0.1:${port}/`, { ...loopback, ports: [port], maxRedirects: 0 })
  expect(body).toMatchObject({ error: 'redirect_refused', reason: 'limit' })
})

test('https never leads to http, even where http may be fetched', async () => {
  const tls = createSelfSigned(['public.example'])
  const plain = await startWeb((_request, response) =>
    response.setHeader('content-type', 'text/plain').end('x'),
  )
  const location = `http://127.0.0.1:${plain.port}/`
  const { port } = await startWeb((_request, response) => response.writeHead(302, { location }).end(), {
    tls,
  })
  const body = await fail(`https://public.example:${port}/`, {
    ...loopback,
    ports: [port, plain.port],
    ca: tls.cert,
    lookup: resolveTo('127.0.0.1'),
  })
  expect(body).toMatchObject({ error: 'redirect_refused', reason: 'downgrade' })
})

test('the certificate must be for the name that was asked for, not for the address', async () => {
  const tls = createSelfSigned(['public.example'])
  const { port } = await startWeb(
    (_request, response) => response.setHeader('content-type', 'text/plain').end('x'),
    {
      tls,
    },
  )
  const options = { ...loopback, ports: [port], ca: tls.cert, lookup: resolveTo('127.0.0.1') }
  expect((await safeFetch(`https://public.example:${port}/`, options)).text()).toBe('x')
  expect(await fail(`https://other.example:${port}/`, options)).toMatchObject({
    error: 'upstream_unavailable',
  })
  const { ca: _ca, ...untrusting } = options
  expect(await fail(`https://public.example:${port}/`, untrusting)).toMatchObject({
    error: 'upstream_unavailable',
  })
})

test('the environment cannot switch the check of certificates off', async () => {
  const tls = createSelfSigned(['public.example'])
  const { port } = await startWeb((_request, response) => response.end(), { tls })
  const before = process.env['NODE_TLS_REJECT_UNAUTHORIZED']
  onTestFinished(() => {
    if (before === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
    else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = before
  })
  process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
  const options = { ...loopback, ports: [port], lookup: resolveTo('127.0.0.1') }
  expect(await fail(`https://public.example:${port}/`, options)).toMatchObject({
    error: 'upstream_unavailable',
  })
})

test.each(['authorization', 'Cookie', 'Proxy-Authorization', 'Mcp-Session-Id', 'X-Api-Key', 'X-Auth-Token'])(
  'the header %s is not sent unless the author insists',
  async (name) => {
    const headers = { [name]: 'secret' }
    await expect(safeFetch('https://public.example/', { headers })).rejects.toThrow(
      `"headers" must not send "${name.toLowerCase()}" without "allowCredentials".`,
    )
  },
)

test.each(['Host', 'Connection', 'Content-Length', 'Transfer-Encoding', 'Upgrade'])(
  'the header %s belongs to the connection',
  async (name) => {
    const options = { headers: { [name]: '1' }, allowCredentials: true }
    await expect(safeFetch('https://public.example/', options)).rejects.toThrow('"headers" must not set')
  },
)

test('a header cannot smuggle another one in', async () => {
  const headers = { 'x-note': 'a\r\nauthorization: b' }
  await expect(safeFetch('https://public.example/', { headers })).rejects.toThrow(TypeError)
})

test('headers of the author follow a redirect on the same origin only', async () => {
  const seen: (string | undefined)[] = []
  const note = (authorization: string | undefined, own: unknown) =>
    seen.push(`${authorization} ${String(own)}`)
  const other = await startWeb(({ headers, url }, response) => {
    note(headers.authorization, headers['x-own'])
    if (url === '/back') response.writeHead(302, { location: `http://127.0.0.1:${first.port}/end` }).end()
  })
  const first = await startWeb(({ headers, url }, response) => {
    note(headers.authorization, headers['x-own'])
    if (url === '/end') return response.setHeader('content-type', 'text/plain').end('end')
    const location = url === '/' ? '/same' : `http://127.0.0.1:${other.port}/back`
    return response.writeHead(302, { location }).end()
  })
  const response = await safeFetch(`http://127.0.0.1:${first.port}/`, {
    ...loopback,
    ports: [first.port, other.port],
    headers: { Authorization: 'Bearer mine', 'X-Own': 'note' },
    allowCredentials: true,
  })
  expect(response.text()).toBe('end')
  expect(seen).toEqual(['Bearer mine note', 'Bearer mine note', 'undefined undefined', 'undefined undefined'])
})

test('a body over the limit is refused by its declared length, before it is read', async () => {
  const { port } = await startWeb((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': 2_000_000 }).flushHeaders()
  })
  const body = await fail(`http://127.0.0.1:${port}/`, { ...loopback, ports: [port] })
  expect(body).toMatchObject({ error: 'upstream_too_large', max_bytes: 1_048_576 })
})

test('a body that never ends is cut off at the limit', async () => {
  const { port } = await startWeb((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain' })
    const write = () => {
      while (!response.destroyed && response.write('x'.repeat(16_384)));
    }
    response.on('drain', write)
    write()
  })
  const body = await fail(`http://127.0.0.1:${port}/`, { ...loopback, ports: [port], maxBodyBytes: 100_000 })
  expect(body).toMatchObject({ error: 'upstream_too_large', max_bytes: 100_000 })
})

test('a compressed body is measured by what it unpacks to', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
  const { port } = await startWeb((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' }).end(bomb)
  })
  expect(bomb.length).toBeLessThan(1_048_576)
  const body = await fail(`http://127.0.0.1:${port}/`, { ...loopback, ports: [port] })
  expect(body).toMatchObject({ error: 'upstream_too_large' })
})

test('a compressed body that unpacks to nothing, for ever, is cut off too', async () => {
  const nothing = gzipSync('')
  const { port } = await startWeb((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' })
    const many = Buffer.concat(Array.from({ length: 500 }, () => nothing))
    const write = () => {
      while (!response.destroyed && response.write(many));
    }
    response.on('drain', write)
    write()
  })
  const body = await fail(`http://127.0.0.1:${port}/`, { ...loopback, ports: [port], maxBodyBytes: 50_000 })
  expect(body).toMatchObject({ error: 'upstream_too_large' })
})

test.each(['compress', 'gzip, gzip', 'zstd', 'constructor'])(
  'a body encoded as %s is refused',
  async (encoding) => {
    const { port } = await startWeb((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': encoding }).end('x')
    })
    const body = await fail(`http://127.0.0.1:${port}/`, { ...loopback, ports: [port] })
    expect(body).toMatchObject({ error: 'upstream_type_refused', reason: 'encoding' })
  },
)

test.each(['slow head', 'slow body', 'slow name server'])('a %s ends with the time', async (what) => {
  const { port } = await startWeb((_request, response) => {
    if (what === 'slow body') response.writeHead(200, { 'content-type': 'text/plain' }).write('x')
  })
  const slow: Lookup = () => new Promise(() => undefined)
  const lookup = what === 'slow name server' ? slow : resolveTo('127.0.0.1')
  const options = { ...loopback, ports: [port], timeoutMs: 40, lookup }
  expect(await fail(`http://slow.example:${port}/`, options)).toMatchObject({
    error: 'upstream_timeout',
    retry: true,
    timeout_ms: 40,
  })
})

test('redirects share one time', async () => {
  const { port } = await startWeb(({ url }, response) => {
    if (url !== '/2')
      setTimeout(() => response.writeHead(302, { location: url === '/' ? '/1' : '/2' }).end(), 15)
  })
  const options = { ...loopback, ports: [port], timeoutMs: 45 }
  expect(await fail(`http://127.0.0.1:${port}/`, options)).toMatchObject({ error: 'upstream_timeout' })
})

test('a fetch ends when the call it is for ends', async () => {
  const { port } = await startWeb(() => controller.abort(new Error('The client is gone.')))
  const controller = new AbortController()
  const options = { ...loopback, ports: [port], signal: controller.signal }
  await expect(safeFetch(`http://127.0.0.1:${port}/`, options)).rejects.toThrow('The client is gone.')
})

test.each(['image/png', 'application/octet-stream', 'text', ''])(
  'a body of type "%s" is refused',
  async (type) => {
    const { port } = await startWeb((_request, response) => {
      if (type !== '') response.setHeader('content-type', type)
      response.end('x')
    })
    const body = await fail(`http://127.0.0.1:${port}/`, { ...loopback, ports: [port] })
    expect(body).toMatchObject({ error: 'upstream_type_refused', retry: false, reason: 'media_type' })
  },
)

test('what answers with something other than HTTP is unavailable, and nothing of it is told', async () => {
  const tcp = createTcpServer((socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n'))
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void tcp.close())
  const { port } = tcp.address() as AddressInfo
  const body = await fail(`http://127.0.0.1:${port}/`, { ...loopback, ports: [port] })
  expect(body).toEqual({ error: 'upstream_unavailable', message: expect.any(String), retry: true })
})

test('a proxy in the environment is not asked, also where the global fetch asks it', async () => {
  const { port } = await startWeb((_request, response) => {
    response.setHeader('content-type', 'text/plain').end('direct')
  })
  const url = JSON.stringify(`http://127.0.0.1:${port}/`)
  const script = `
    import { safeFetch } from 'plinth/upstream'
    const options = { allowHttp: true, allowAddresses: ['127.0.0.1'], ports: [${port}] }
    const proxied = await fetch(${url}).then(() => 'answered', () => 'asked the proxy')
    console.log(proxied + ', ' + (await safeFetch(${url}, options)).text())`
  const flags = ['--conditions=plinth-source', '--input-type=module', '--eval', script]
  const proxy = 'http://127.0.0.1:9'
  const env = {
    ...process.env,
    NODE_USE_ENV_PROXY: '1',
    HTTP_PROXY: proxy,
    http_proxy: proxy,
    NO_PROXY: '',
    no_proxy: '',
  }
  const { stdout } = await promisify(execFile)(process.execPath, flags, { cwd: import.meta.dirname, env })
  expect(stdout.trim()).toBe('asked the proxy, direct')
})

test('no IPv4 address gets through for being written as IPv6', async () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16))
  const prefix = fc.constantFrom('::', '::ffff:', '::ffff:0:', '2002:', '2001:0:', '64:ff9b:1::')
  await fc.assert(
    fc.asyncProperty(prefix, group, group, async (start, high, low) => {
      const address =
        start === '2002:'
          ? `2002:${high}:${low}::1`
          : `${start}${start === '2001:0:' ? ':' : ''}${high}:${low}`
      const body = await fail('https://public.example/', { lookup: resolveTo(address) })
      expect(body).toMatchObject({ error: 'address_refused' })
    }),
    { numRuns: 200 },
  )
})
