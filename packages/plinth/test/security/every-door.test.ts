import { createFetchHandler, createServer, type HttpOptions } from 'plinth'
import { apiKeys, customVerifier, toApiKeyHash } from 'plinth/auth'
import { expect, test } from 'vitest'
import { parseHttpOptions } from '../../src/entry/http-options.ts'
import { listPublicRoutes } from '../../src/entry/routes.ts'
import { createEchoServer, exchange, listen, post, request, rpc } from './raw-http.ts'
import { alone } from './sessions.ts'

const key = 'a-key-of-forty-three-characters-0123456789a'
const auth = { verifiers: [apiKeys({ keys: [{ id: 'ci', sha256: toApiKeyHash(key) }] })] }

const wellKnown = '/.well-known/oauth-protected-resource'
const listed = listPublicRoutes(parseHttpOptions({ auth, sse: true }))
const paths = [
  ...listed.map(({ path }) => path),
  ...['/messages?session=x', wellKnown, `${wellKnown}/mcp`],
  ...['/', '/mcp/', '//mcp', '/MCP', '/%6dcp', '/mcp%2f', '/x/../mcp', '/mcp;x', '/mcp?access_token=x'],
  ...['/metrics', '/admin', '/api', '/debug', '/register', '/.well-known/oauth-authorization-server'],
]
const verbs = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE']

/** Everything a caller without credentials may be told with a success. */
const open = new Set(
  listed.flatMap(({ path, methods, access }) =>
    access === 'everyone' ? methods.map((method) => `${method} ${path}`) : [],
  ),
)

for (const verb of verbs) {
  test(`${verb} of any path without credentials does nothing and tells nothing`, async () => {
    const { server, calls } = createEchoServer()
    const service = await listen(server, { auth, sse: true })
    const { body, headers } = alone('tools/call', { name: 'echo', arguments: {} })
    for (const path of paths) {
      const text =
        verb === 'POST'
          ? post(service, body, headers).replace('/mcp', path)
          : request(`${verb} ${path}`, { ...headers, Accept: 'text/event-stream' })
      const response = await exchange(service, text)
      const isOpen = open.has(`${verb} ${path}`)
      expect([path, response.status < 300]).toEqual([path, isOpen])
      if (!isOpen)
        expect([path, [400, 401, 404, 405]]).toEqual([path, expect.arrayContaining([response.status])])
      expect(response.body).not.toContain('echo')
    }
    expect(calls).toEqual([])
  })

  test(`${verb} of any path of a fetch handler without credentials does nothing either`, async () => {
    const { server, calls } = createEchoServer()
    const handle = createFetchHandler(server, { auth, sse: true })
    const { body, headers } = alone('tools/call', { name: 'echo', arguments: {} })
    for (const path of verb === 'TRACE' ? [] : paths) {
      const withBody = ['POST', 'PUT', 'PATCH'].includes(verb) ? { body } : {}
      const accept = 'application/json, text/event-stream'
      const sent = { 'content-type': 'application/json', accept, ...(headers as Record<string, string>) }
      const asked = new Request(`http://127.0.0.1${path}`, { method: verb, headers: sent, ...withBody })
      const response = await handle(asked)
      // The URL parser makes an ordinary path of some spellings; that path has its lock too.
      expect([path, response.ok]).toEqual([path, open.has(`${verb} ${path}`)])
      expect(await response.text()).not.toContain('echo')
    }
    expect(calls).toEqual([])
  })
}

interface Row {
  readonly host: string
  readonly auth: boolean
  readonly allowAnonymous: boolean
  readonly allowedHosts: readonly string[]
}

const rows = ['127.0.0.1', '::1', '0.0.0.0', '::'].flatMap((host) =>
  [true, false].flatMap((hasAuth) =>
    [true, false].flatMap((allowAnonymous) =>
      [[], ['localhost:80'], ['mcp.example']].map((allowedHosts): Row => {
        return { host, auth: hasAuth, allowAnonymous, allowedHosts }
      }),
    ),
  ),
)

/** How a server of one row treats a caller that says nothing: not at all, or with which rights. */
function expectedOf(row: Row): 'does not start' | 'refused' | 'no rights' | 'all rights' {
  const isBound = row.host === '127.0.0.1' || row.host === '::1'
  const isNamed = row.allowedHosts.includes('mcp.example')
  if (!isBound && row.allowedHosts.length === 0) return 'does not start'
  if (row.auth) return row.allowAnonymous ? 'no rights' : 'refused'
  if (isBound && !isNamed) return 'all rights'
  return row.allowAnonymous ? 'no rights' : 'does not start'
}

async function observe(row: Row): Promise<string> {
  const server = createServer({ name: 'doors', version: '1.0.0', log: () => undefined })
  const scopes = ['admin']
  server.tool({ name: 'admin', description: 'For few.', effect: 'read', scopes }, () => 'done')
  server.tool({ name: 'free', description: 'For all.', effect: 'read' }, () => 'done')
  const { host, allowAnonymous, allowedHosts } = row
  const verifiers = [customVerifier(() => undefined)]
  const options: HttpOptions = {
    host,
    allowAnonymous,
    allowedHosts,
    ...(row.auth ? { auth: { verifiers } } : {}),
  }
  const service = await listen(server, options).catch((error: unknown) => error)
  if (service instanceof Error) return service instanceof TypeError ? 'does not start' : String(service)
  const { port } = new URL((service as { url: string }).url)
  const ask = async (name: string) => {
    const { body, headers } = alone('tools/call', { name, arguments: {} })
    const address = host === '::1' || host === '::' ? '[::1]' : '127.0.0.1'
    const sent = { ...(headers as Record<string, string>), 'content-type': 'application/json' }
    const accept = 'application/json, text/event-stream'
    const url = `http://${address}:${port}/mcp`
    return (await fetch(url, { method: 'POST', headers: { ...sent, accept }, body })).status
  }
  const [free, admin] = [await ask('free'), await ask('admin')]
  if (free !== 200) return 'refused'
  return admin === 200 ? 'all rights' : 'no rights'
}

for (const row of rows) {
  const options = JSON.stringify({ ...row, auth: row.auth ? 'set' : undefined })
  test(`whoever says nothing gets "${expectedOf(row)}" from ${options}`, async () => {
    const seen = await observe(row)
    if (!seen.includes('EADDRNOTAVAIL') && !seen.includes('EAFNOSUPPORT')) expect(seen).toBe(expectedOf(row))
  })
}

test('an empty or missing setting that decides who gets in refuses to start', async () => {
  const { server } = createEchoServer()
  await expect(listen(server, { auth: { verifiers: [] } })).rejects.toThrow('"auth.verifiers" is empty')
  expect(() => apiKeys({ keys: [] })).toThrow('"keys" is empty')
  expect(() => apiKeys({})).toThrow('either "keys" or "file"')
  const misspelt = { id: 'x', sha256: toApiKeyHash(key), expires: '2026-01-01' }
  expect(() => apiKeys({ keys: [misspelt] })).toThrow('"keys[0].expires" means nothing')
})

test('an empty list of allowed origins allows none but this machine', async () => {
  const { server } = createEchoServer()
  const service = await listen(server, { allowedOrigins: [] })
  const response = await exchange(service, post(service, rpc('ping'), { Origin: 'https://app.example' }))
  expect(response.status).toBe(403)
})
