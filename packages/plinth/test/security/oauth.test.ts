import { type AddressInfo, createServer as createNetServer } from 'node:net'
import {
  Client,
  ClientCredentialsProvider,
  type OAuthClientProvider,
  type OAuthDiscoveryState,
  StreamableHTTPClientTransport,
} from '@modelcontextprotocol/client'
import { createServer, type HttpService } from 'plinth'
import { type AuthOptions, introspection, jwt } from 'plinth/auth'
import { expect, test } from 'vitest'
import {
  browse,
  type IdentityProvider,
  introspectionClient,
  redirectUri,
  startIdentityProvider,
} from './identity-provider.ts'
import { listen } from './raw-http.ts'
import { callWithToken } from './token-issuer.ts'

/** A server that trusts the provider, with a tool that tells who calls and one that needs `notes:write`. */
async function startServer(
  provider: IdentityProvider,
  toVerifier: (resource: string) => AuthOptions['verifiers'][number],
): Promise<{ service: HttpService; resource: string }> {
  const port = await findFreePort()
  const resource = `http://127.0.0.1:${port}/mcp`
  const server = createServer({ name: 'notes', version: '1.0.0', log: () => undefined })
  const input = { type: 'object' } as const
  server.tool(
    { name: 'who_am_i', description: 'Tells who calls.', input, effect: 'read' },
    (_input, call) => {
      const { subject, scopes, client = 'nobody' } = call.principal
      return JSON.stringify({ subject, scopes, client })
    },
  )
  server.tool(
    { name: 'write_note', description: 'Writes a note.', input, effect: 'write', scopes: ['notes:write'] },
    () => 'written',
  )
  const auth = {
    verifiers: [toVerifier(resource)],
    resource,
    authorizationServers: [provider.issuer],
    scopesSupported: ['notes:read'],
  }
  return { service: await listen(server, { port, auth }), resource }
}

async function findFreePort(): Promise<number> {
  const probe = createNetServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise<void>((resolve) => probe.close(() => resolve()))
  return port
}

function verifyJwts({ issuer, jwksUrl }: IdentityProvider) {
  return (resource: string) => jwt({ issuer, audience: resource, jwksUrl })
}

/** A public client in whose browser `login` signs in and agrees to whatever is asked. */
class Desktop implements OAuthClientProvider {
  readonly redirectUrl = redirectUri
  readonly asked: string[] = []
  callback: URL | undefined
  private readonly login: string
  private kept: Awaited<ReturnType<OAuthClientProvider['tokens']>>
  private discovered: OAuthDiscoveryState | undefined
  private verifier = ''

  constructor(login: string) {
    this.login = login
  }

  get clientMetadata() {
    return { client_name: 'Desktop', redirect_uris: [redirectUri] }
  }

  clientInformation() {
    return { client_id: 'desktop' }
  }

  tokens() {
    return this.kept
  }

  saveTokens(tokens: NonNullable<typeof this.kept>) {
    this.kept = tokens
  }

  discoveryState() {
    return this.discovered
  }

  saveDiscoveryState(state: NonNullable<typeof this.discovered>) {
    this.discovered = state
  }

  saveCodeVerifier(verifier: string) {
    this.verifier = verifier
  }

  codeVerifier() {
    return this.verifier
  }

  async redirectToAuthorization(url: URL) {
    this.asked.push(url.searchParams.get('scope') ?? '')
    this.callback = await browse(url, this.login)
  }
}

async function connectAs(desktop: Desktop, service: HttpService, mode: 'auto' | 'legacy'): Promise<Client> {
  const toClient = () => new Client({ name: 'desktop', version: '1.0.0' }, { versionNegotiation: { mode } })
  const toTransport = () => new StreamableHTTPClientTransport(new URL(service.url), { authProvider: desktop })
  const transport = toTransport()
  await expect(toClient().connect(transport)).rejects.toThrow(/unauthorized/i)
  await transport.finishAuth(desktop.callback?.searchParams ?? new URLSearchParams())
  const client = toClient()
  await client.connect(toTransport())
  return client
}

async function callText(client: Client, name: string): Promise<string> {
  const { content } = await client.callTool({ name, arguments: {} })
  return (content as { text: string }[])[0]?.text ?? ''
}

for (const mode of ['auto', 'legacy'] as const) {
  test(`the official client finds its way from a 401 to a call, with a browser (${mode})`, async () => {
    const provider = await startIdentityProvider('jwt')
    const { service } = await startServer(provider, verifyJwts(provider))
    const desktop = new Desktop('alice')
    const client = await connectAs(desktop, service, mode)
    expect(JSON.parse(await callText(client, 'who_am_i'))).toEqual({
      subject: 'alice',
      scopes: ['notes:read'],
      client: 'desktop',
    })
    expect(desktop.asked).toEqual(['notes:read'])
    await client.close()
  })
}

test('the official client asks for more scopes when a call needs them', async () => {
  const provider = await startIdentityProvider('jwt')
  const { service } = await startServer(provider, verifyJwts(provider))
  const desktop = new Desktop('alice')
  const client = await connectAs(desktop, service, 'auto')
  await expect(callText(client, 'write_note')).rejects.toThrow()
  expect(new Set(desktop.asked.at(-1)?.split(' '))).toEqual(new Set(['notes:read', 'notes:write']))
  await client.close()
})

test('the official client gets in with client credentials', async () => {
  const provider = await startIdentityProvider('jwt')
  const { service } = await startServer(provider, verifyJwts(provider))
  const authProvider = new ClientCredentialsProvider({
    clientId: 'robot',
    clientSecret: 'robots-have-secrets-too',
    expectedIssuer: provider.issuer,
  })
  const client = new Client({ name: 'robot', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } })
  await client.connect(new StreamableHTTPClientTransport(new URL(service.url), { authProvider }))
  expect(JSON.parse(await callText(client, 'who_am_i'))).toMatchObject({ subject: 'robot', client: 'robot' })
  await client.close()
})

test('a token of the same provider for another resource is refused', async () => {
  const provider = await startIdentityProvider('jwt')
  const { service, resource } = await startServer(provider, verifyJwts(provider))
  const other = await provider.issueToken('https://other.example/mcp')
  const ours = await provider.issueToken(resource)
  expect((await callWithToken(service, other)).status).toBe(401)
  expect((await callWithToken(service, ours)).status).toBe(200)
})

test('tokens of a provider that changed its key are taken after the cooldown, and those of the old key no longer', async () => {
  const provider = await startIdentityProvider('jwt')
  let offset = 0
  const now = () => Date.now() + offset
  const { issuer, jwksUrl } = provider
  const { service, resource } = await startServer(provider, (audience) =>
    jwt({ issuer, audience, jwksUrl, now, cacheMs: 0 }),
  )
  const old = await provider.issueToken(resource)
  expect((await callWithToken(service, old)).status).toBe(200)
  await provider.stop()
  // Connections that were kept are found closed only with the next turn.
  await new Promise((resolve) => setTimeout(resolve, 30))
  const port = Number(new URL(issuer).port)
  const rotated = await startIdentityProvider('jwt', { port, kid: 'otherRsa' })
  const token = await rotated.issueToken(resource)
  expect((await callWithToken(service, token)).status).toBe(401)
  offset += 30_000
  expect((await callWithToken(service, token)).status).toBe(200)
  expect((await callWithToken(service, old)).status).toBe(401)
})

test('opaque tokens are checked with the provider, and an outage is answered 503', async () => {
  const provider = await startIdentityProvider('opaque')
  const { issuer, introspectionUrl: url } = provider
  const { service, resource } = await startServer(provider, (audience) =>
    introspection({ url, issuer, audience, ...introspectionClient, cacheMs: 0, refusedCacheMs: 0 }),
  )
  const ours = await provider.issueToken(resource)
  const other = await provider.issueToken('https://other.example/mcp')
  expect((await callWithToken(service, ours)).status).toBe(200)
  expect((await callWithToken(service, other)).status).toBe(401)
  expect((await callWithToken(service, 'made-up')).status).toBe(401)
  await provider.stop()
  const { status, headers } = await callWithToken(service, ours)
  expect(status).toBe(503)
  expect(headers).toHaveProperty('retry-after')
})
