import { type AuthOptions, apiKeys, jwt, toApiKeyHash } from 'plinth/auth'
import { expect, test } from 'vitest'
import { createEchoServer, exchange, listen, request } from '../../../security/raw-http.ts'
import { issuer, resource, toAuth, verifyTokens } from '../../../security/token-issuer.ts'

const wellKnown = '/.well-known/oauth-protected-resource'
const keys = apiKeys({ keys: [{ id: 'ci', sha256: toApiKeyHash('x'.repeat(43)) }] })

async function listenFor(auth: AuthOptions, options: { allowedOrigins?: string[] } = {}) {
  return listen(createEchoServer().server, { auth, ...options })
}

test('the metadata tells which resource this is and who issues tokens for it', async () => {
  const scopesSupported = ['notes:read']
  const service = await listenFor({ ...toAuth(verifyTokens()), scopesSupported, resourceName: 'Notes' })
  for (const path of [wellKnown, `${wellKnown}/mcp`]) {
    const { status, headers, body } = await exchange(service, request(`GET ${path}`))
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'access-control-allow-origin': '*' })
    expect(JSON.parse(body)).toEqual({
      resource,
      authorization_servers: [issuer],
      scopes_supported: ['notes:read'],
      bearer_methods_supported: ['header'],
      resource_name: 'Notes',
    })
  }
})

test('the metadata is the same for every Host, Origin and forwarded header', async () => {
  const service = await listenFor(toAuth(verifyTokens()))
  const headers = { Host: 'evil.example', Origin: 'https://evil.example', 'X-Forwarded-Host': 'evil.example' }
  const { status, body } = await exchange(service, request(`GET ${wellKnown}/mcp`, headers))
  expect(status).toBe(200)
  expect(body).toContain(resource)
  expect(body).not.toContain('evil')
})

test('pages of any origin may ask for the metadata, and an allowed one gets its own header only', async () => {
  const allowedOrigins = ['https://app.example']
  const service = await listenFor(toAuth(verifyTokens()), { allowedOrigins })
  const ask = (origin: string) => exchange(service, request(`GET ${wellKnown}`, { Origin: origin }))
  expect((await ask('https://any.example')).headers['access-control-allow-origin']).toBe('*')
  expect((await ask('https://app.example')).headers['access-control-allow-origin']).toBe(
    'https://app.example',
  )
  const preflight = await exchange(
    service,
    request(`OPTIONS ${wellKnown}`, {
      Origin: 'https://any.example',
      'Access-Control-Request-Method': 'GET',
      'Access-Control-Request-Headers': 'mcp-protocol-version',
    }),
  )
  expect(preflight.status).toBe(204)
  expect(preflight.headers).toMatchObject({
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET',
    'access-control-allow-headers': 'mcp-protocol-version',
  })
})

const served: [string, string[], string][] = [
  ['https://mcp.example', [wellKnown], `https://mcp.example${wellKnown}`],
  ['https://mcp.example/mcp', [wellKnown, `${wellKnown}/mcp`], `https://mcp.example${wellKnown}/mcp`],
  ['https://mcp.example:8443/a/b', [`${wellKnown}/a/b`], `https://mcp.example:8443${wellKnown}/a/b`],
  ['http://localhost:3000/mcp', [`${wellKnown}/mcp`], `http://localhost:3000${wellKnown}/mcp`],
]

for (const [url, paths, metadataUrl] of served) {
  test(`the metadata of ${url} is where clients look`, async () => {
    const service = await listenFor({ ...toAuth(verifyTokens()), resource: url })
    for (const path of paths) expect((await exchange(service, request(`GET ${path}`))).status).toBe(200)
    const refused = await exchange(service, request('GET /mcp'))
    expect(refused.headers['www-authenticate']).toBe(`Bearer resource_metadata="${metadataUrl}"`)
  })
}

test('a challenge names the scopes a client should ask for at first', async () => {
  const service = await listenFor({ ...toAuth(verifyTokens()), scopesSupported: ['a', 'b'] })
  const { headers } = await exchange(service, request('GET /mcp'))
  expect(headers['www-authenticate']).toContain('scope="a b"')
})

test('where there are only keys there is no metadata, and the challenge names none', async () => {
  const service = await listenFor({ verifiers: [keys] })
  expect((await exchange(service, request(`GET ${wellKnown}`))).status).toBe(404)
  expect((await exchange(service, request('GET /mcp'))).headers['www-authenticate']).toBe('Bearer')
})

const wrong: Record<string, [Partial<AuthOptions>, RegExp]> = {
  'no verifiers': [{ verifiers: [] }, /"auth\.verifiers" is empty/],
  'no resource': [{ resource: undefined as unknown as string }, /"auth\.resource" must be/],
  'a resource without https': [{ resource: 'http://mcp.example/mcp' }, /"auth\.resource" must be/],
  'a resource that is no URL': [{ resource: 'mcp.example' }, /"auth\.resource" must be/],
  'a resource with a fragment': [{ resource: 'https://mcp.example/mcp#x' }, /"auth\.resource" must be/],
  'a resource in upper case': [
    { resource: 'https://MCP.example/mcp' },
    /spelled https:\/\/mcp\.example\/mcp/,
  ],
  'no authorization server': [{ authorizationServers: [] }, /"auth\.authorizationServers" must name/],
  'an authorization server without https': [
    { authorizationServers: ['http://idp.example'] },
    /"auth\.authorizationServers" must be/,
  ],
  'a scope with a space': [{ scopesSupported: ['a b'] }, /"auth\.scopesSupported" must hold scopes/],
  'the scope offline_access': [{ scopesSupported: ['offline_access'] }, /must not hold "offline_access"/],
}

for (const [what, [options, message]] of Object.entries(wrong)) {
  test(`a server with ${what} does not start`, async () => {
    await expect(listenFor({ ...toAuth(verifyTokens()), ...options })).rejects.toThrow(message)
  })
}

test('a verifier of tokens does not start without a resource', async () => {
  const verifiers = [jwt({ issuer, audience: resource, jwksUrl: 'https://idp.example/jwks' })]
  await expect(listenFor({ verifiers })).rejects.toThrow(/"auth\.resource"/)
})
