import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { keyPairs } from './token-issuer.ts'

/** A certified OpenID provider that runs in this process until the test is over. */
export interface IdentityProvider {
  readonly issuer: string
  readonly jwksUrl: string
  readonly introspectionUrl: string
  /** A token for the service `robot`, which acts for itself. Opaque ones only the provider can read. */
  issueToken(resource: string, options?: { scope?: string }): Promise<string>
  stop(): Promise<void>
}

/** Where the browser of these tests ends up. Nothing listens there. */
export const redirectUri = 'http://127.0.0.1:9/callback'

const robot = { id: 'robot', secret: 'robots-have-secrets-too' }
const resourceServer = { id: 'mcp', secret: 'so-do-resource-servers' }

/** What the MCP server is known as at the provider. */
export const introspectionClient = { clientId: resourceServer.id, clientSecret: resourceServer.secret }

/**
 * Starts a provider whose tokens are for the resource they were asked for, signed with the key of this id or opaque.
 */
export async function startIdentityProvider(
  format: 'jwt' | 'opaque',
  { port = 0, kid = 'rsa' }: { port?: number; kid?: 'rsa' | 'otherRsa' } = {},
): Promise<IdentityProvider> {
  // Loaded here: the package is large, and warns about its quick-start parts.
  const { Provider } = await quietly(() => import('oidc-provider'))
  const server = createHttpServer()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = await quietly(() => Promise.resolve(new Provider(issuer, toConfiguration(format, kid))))
  server.on('request', provider.callback())
  const stop = async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => server.close(() => resolve()))
  }
  onTestFinished(stop)
  return {
    issuer,
    jwksUrl: `${issuer}/jwks`,
    introspectionUrl: `${issuer}/token/introspection`,
    issueToken: (resource, options) => requestToken(issuer, resource, options),
    stop,
  }
}

function toConfiguration(format: 'jwt' | 'opaque', kid: 'rsa' | 'otherRsa'): object {
  const getResourceServerInfo = (_context: unknown, resource: string) => ({
    scope: 'notes:read notes:write',
    audience: resource,
    accessTokenFormat: format,
    ...(format === 'jwt' ? { jwt: { sign: { alg: 'RS256' } } } : {}),
  })
  return {
    clients: [
      {
        client_id: 'desktop',
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        redirect_uris: [redirectUri],
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
      },
      toService(robot, ['client_credentials']),
      toService(resourceServer, []),
    ],
    cookies: { keys: ['a key for the cookies of a test'] },
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      resourceIndicators: { enabled: true, getResourceServerInfo, useGrantedResource: () => true },
    },
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    jwks: { keys: [{ ...keyPairs[kid].privateKey.export({ format: 'jwk' }), kid, use: 'sig' }] },
    scopes: ['openid', 'offline_access', 'notes:read', 'notes:write'],
    ttl: {
      AccessToken: 600,
      ClientCredentials: 600,
      AuthorizationCode: 60,
      Session: 600,
      Grant: 600,
      Interaction: 600,
    },
  }
}

function toService({ id, secret }: { id: string; secret: string }, grantTypes: string[]): object {
  return {
    client_id: id,
    client_secret: secret,
    redirect_uris: [],
    response_types: [],
    grant_types: grantTypes,
  }
}

async function requestToken(
  issuer: string,
  resource: string,
  { scope = 'notes:read' } = {},
): Promise<string> {
  const response = await fetch(`${issuer}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${robot.id}:${robot.secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource, scope }),
  })
  const { access_token: token } = (await response.json()) as { access_token: string }
  return token
}

/**
 * A browser in whose person `login` signs in and agrees: follows redirects and posts the provider's forms until the
 * provider sends it back to the client.
 */
export async function browse(start: URL, login: string): Promise<URL> {
  const cookies = new Map<string, string>()
  let target = start
  let form: URLSearchParams | undefined
  for (let step = 0; step < 20; step++) {
    const response = await visit(target, form, cookies)
    const location = response.headers.get('location')
    if (location !== null) {
      target = new URL(location, target)
      form = undefined
      if (target.href.startsWith(redirectUri)) return target
      continue
    }
    const page = await response.text()
    const action = /<form[^>]*action="([^"]*)"/.exec(page)?.[1]
    const prompt = /name="prompt" value="([^"]*)"/.exec(page)?.[1]
    if (action === undefined || prompt === undefined)
      throw new Error(`${response.status} ${page.slice(0, 2_000)}`)
    target = new URL(action, target)
    form = new URLSearchParams({ prompt, login, password: 'x' })
  }
  throw new Error('The provider never sent the browser back.')
}

async function visit(
  url: URL,
  form: URLSearchParams | undefined,
  cookies: Map<string, string>,
): Promise<Response> {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const posted = form === undefined ? {} : { method: 'POST', body: form }
  const response = await fetch(url, { redirect: 'manual', headers: { cookie }, ...posted })
  for (const line of response.headers.getSetCookie()) {
    const [pair = ''] = line.split(';')
    const cut = pair.indexOf('=')
    cookies.set(pair.slice(0, cut), pair.slice(cut + 1))
  }
  return response
}

/** The provider tells its users on the console which parts are for a quick start only. These tests know. */
async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const { info, warn } = console
  console.info = () => undefined
  console.warn = () => undefined
  try {
    return await run()
  } finally {
    Object.assign(console, { info, warn })
  }
}
