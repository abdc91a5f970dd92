import { generateKeyPairSync } from 'node:crypto'
import { type JwtOptions, jwt } from 'plinth/auth'
import { expect, test } from 'vitest'
import { createEchoServer, exchange, listen, post } from '../../../security/raw-http.ts'
import { alone } from '../../../security/sessions.ts'
import {
  callWithToken,
  issuer,
  keyPairs,
  listenWith,
  resource,
  toAuth,
  toClaims,
  toToken,
  verifyTokens,
} from '../../../security/token-issuer.ts'

const jwksUrl = 'https://idp.example/jwks'
const { publicKey, privateKey } = keyPairs.rsa
const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()

const wrong: Record<string, [Partial<Record<keyof JwtOptions, unknown>>, RegExp]> = {
  'no keys': [{ jwksUrl: undefined }, /exactly one of "jwksUrl", "key" and "secret"/],
  'two kinds of keys': [{ key: publicKey }, /exactly one of "jwksUrl", "key" and "secret"/],
  'no audience': [{ audience: undefined }, /"audience" must name this server/],
  'an empty audience': [{ audience: '' }, /"audience" must name this server/],
  'no audiences': [{ audience: [] }, /"audience" must name this server/],
  'no issuer': [{ issuer: undefined }, /"issuer" must be/],
  'keys without https': [{ jwksUrl: 'http://idp.example/jwks' }, /"jwksUrl" must be an https URL/],
  'keys in a file': [{ jwksUrl: 'file:///etc/jwks' }, /"jwksUrl" must be an https URL/],
  'keys behind a password': [{ jwksUrl: 'https://a:b@idp.example/jwks' }, /"jwksUrl" must be an https URL/],
  'a leeway of an hour': [{ leewayMs: 3_600_000 }, /"leewayMs" must be a whole number from 0 to 60000/],
  'no algorithm': [{ algorithms: [] }, /"algorithms" must hold some of RS256/],
  'the algorithm none': [{ algorithms: ['none'] }, /"algorithms" must hold some of RS256/],
  'a shared secret beside public keys': [
    { algorithms: ['RS256', 'HS256'] },
    /"algorithms" must hold some of RS256/,
  ],
  'a short secret': [{ jwksUrl: undefined, secret: 'hunter2' }, /"secret" must have at least 32 bytes/],
  'a public algorithm for a secret': [
    { jwksUrl: undefined, secret: 'x'.repeat(32), algorithms: ['RS256'] },
    /"algorithms" must hold some of HS256/,
  ],
  'a private key': [{ jwksUrl: undefined, key: privateKey }, /private or secret/],
  'a private key as PEM': [{ jwksUrl: undefined, key: privatePem }, /private or secret/],
  'a private key as JWK': [
    { jwksUrl: undefined, key: privateKey.export({ format: 'jwk' }) },
    /private or secret/,
  ],
  'a key that is none': [{ jwksUrl: undefined, key: 'hunter2' }, /"key" must be a public key/],
  'two tenants': [{ tenant: 'a', tenantClaim: 'b' }, /"tenant" or "tenantClaim"/],
}

for (const [what, [options, message]] of Object.entries(wrong)) {
  test(`tokens with ${what} are refused at once`, () => {
    expect(() => jwt({ issuer, audience: resource, jwksUrl, ...options } as JwtOptions)).toThrow(message)
  })
}

test('an error about a key or secret does not repeat it', () => {
  const secret = 'hunter2-hunter2'
  const base = { issuer, audience: resource }
  const thrown = [() => jwt({ ...base, secret }), () => jwt({ ...base, key: secret })].map((run) => {
    try {
      return String(run())
    } catch (error) {
      return String(error)
    }
  })
  expect(thrown.join()).not.toContain('hunter2')
})

test('a key is taken as PEM, as JWK and as KeyObject', async () => {
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
  const jwk = publicKey.export({ format: 'jwk' }) as { kty: string }
  for (const key of [pem, jwk, publicKey]) {
    const { service } = await listenWith(toAuth(verifyTokens({ key })))
    expect((await callWithToken(service, toToken(toClaims()))).status).toBe(200)
  }
})

test('a key of another kind than the algorithm is refused, not an error', async () => {
  const { publicKey: key } = generateKeyPairSync('ed25519')
  const { service } = await listenWith(toAuth(verifyTokens({ key })))
  expect((await callWithToken(service, toToken(toClaims()))).status).toBe(401)
})

async function askAs(claims: Record<string, unknown>, options: Partial<JwtOptions> = {}) {
  const { server } = createEchoServer()
  const input = { type: 'object' } as const
  server.tool({ name: 'who', description: 'Tells who calls.', input, effect: 'read' }, (_input, call) =>
    JSON.stringify(call.principal),
  )
  const service = await listen(server, { auth: toAuth(verifyTokens({ now: Date.now, ...options })) })
  const seconds = Math.floor(Date.now() / 1_000)
  const token = toToken(toClaims({ iat: seconds, exp: seconds + 60, ...claims }))
  const { body, headers } = alone('tools/call', { name: 'who', arguments: {} })
  const sent = { ...headers, Authorization: `Bearer ${token}` }
  const response = await exchange(service, post(service, body, sent))
  return response.status === 200
    ? JSON.parse(JSON.parse(response.body).result.content[0].text)
    : response.status
}

test('claims say who calls', async () => {
  expect(await askAs({})).toEqual({
    subject: 'alice',
    tenant: `${issuer}|alice`,
    scopes: ['notes:read', 'notes:write'],
    issuer,
    client: 'inspector',
    expiresAt: expect.any(Number),
  })
  expect(await askAs({ client_id: undefined, azp: 'portal' })).toMatchObject({ client: 'portal' })
  expect(await askAs({ scope: undefined, scp: ['a', 'b'] })).toMatchObject({ scopes: ['a', 'b'] })
  expect(await askAs({ scope: undefined, scp: 'a b a' })).toMatchObject({ scopes: ['a', 'b'] })
  expect(await askAs({ scope: 7 })).toMatchObject({ scopes: [] })
})

test('the tenant and the roles come from the claims that are named', async () => {
  const options = { tenantClaim: 'org', rolesClaim: 'groups' }
  expect(await askAs({ org: 'acme', groups: ['ops'] }, options)).toMatchObject({
    tenant: 'acme',
    roles: ['ops'],
  })
  expect(await askAs({}, options)).toBe(401)
  expect(await askAs({ org: { id: 'acme' } }, options)).toBe(401)
  expect(await askAs({}, { tenant: 'everyone' })).toMatchObject({ tenant: 'everyone' })
})

test('a token cannot make its bearer trusted', async () => {
  expect(await askAs({ isTrusted: true, isAnonymous: true })).not.toHaveProperty('isTrusted')
})
