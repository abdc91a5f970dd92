import { createHmac, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { exchange, post, rpc } from './raw-http.ts'
import { alone } from './sessions.ts'
import {
  callWith,
  callWithToken,
  createClock,
  issuer,
  keyPairs,
  listenWith,
  publishKeys,
  resource,
  startedAtSeconds,
  toAuth,
  toClaims,
  toJwk,
  toKeySet,
  toPart,
  toToken,
  verifyTokens,
} from './token-issuer.ts'

const publicPem = keyPairs.rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString()

/** A token signed with the public key of the issuer as if it were a shared secret. */
function toConfused(alg: string): string {
  const text = [{ alg, typ: 'at+jwt', kid: 'rsa' }, toClaims()]
    .map((part) => toPart(JSON.stringify(part)))
    .join('.')
  return `${text}.${toPart(
    createHmac(`sha${alg.slice(2)}`, publicPem)
      .update(text)
      .digest(),
  )}`
}

function toUnsigned(alg: string): string {
  return `${[{ alg, typ: 'at+jwt' }, toClaims()].map((part) => toPart(JSON.stringify(part))).join('.')}.`
}

function toClaimed(changes: Record<string, unknown>, header: Record<string, unknown> = {}): string {
  return toToken(toClaims(changes), header)
}

const good = toToken(toClaims())
const [goodHeader, goodClaims, goodSignature] = good.split('.') as [string, string, string]
const attackersJwk = { ...keyPairs.otherRsa.publicKey.export({ format: 'jwk' }), kid: 'rsa' }

const hostile: Record<string, string> = {
  'no algorithm': toUnsigned('none'),
  'no algorithm, spelled None': toUnsigned('None'),
  'no algorithm, spelled nOnE': toUnsigned('nOnE'),
  'no algorithm but a signature': `${toUnsigned('none')}${goodSignature}`,
  'an empty algorithm': toUnsigned(''),
  'a shared secret made of the public key, HS256': toConfused('HS256'),
  'a shared secret made of the public key, HS512': toConfused('HS512'),
  'a signature of another key': toToken(toClaims(), {}, keyPairs.otherRsa.privateKey),
  'a signature of another kind of key': toToken(toClaims(), { alg: 'ES256' }, keyPairs.ec.privateKey),
  'a signature of another token': `${goodHeader}.${toPart(JSON.stringify(toClaims({ sub: 'root' })))}.${goodSignature}`,
  'no signature': `${goodHeader}.${goodClaims}.`,
  'a signature that was cut': good.slice(0, -4),
  'the key of the attacker in the header': toToken(
    toClaims(),
    { jwk: attackersJwk },
    keyPairs.otherRsa.privateKey,
  ),
  'the address of a key set in the header': toToken(
    toClaims(),
    { jku: 'http://127.0.0.1:1/jwks', x5u: 'http://127.0.0.1:1/cert' },
    keyPairs.otherRsa.privateKey,
  ),
  'a critical extension': toClaimed({}, { crit: ['exp'] }),
  'a critical extension nobody knows': toClaimed(
    {},
    { crit: ['http://x.example/y'], 'http://x.example/y': true },
  ),
  'an unencoded payload': toClaimed({}, { b64: false, crit: ['b64'] }),
  'another token inside': toClaimed({}, { cty: 'JWT' }),
  'another audience': toClaimed({ aud: 'https://other.example/mcp' }),
  'no audience': toClaimed({ aud: undefined }),
  'an empty audience': toClaimed({ aud: '' }),
  'an empty list of audiences': toClaimed({ aud: [] }),
  'an audience with a trailing slash': toClaimed({ aud: `${resource}/` }),
  'an audience without its path': toClaimed({ aud: 'https://mcp.example' }),
  'an audience whose path is in upper case': toClaimed({ aud: 'https://mcp.example/MCP' }),
  'an audience with a user': toClaimed({ aud: 'https://x@mcp.example/mcp' }),
  'an audience with a port': toClaimed({ aud: 'https://mcp.example:443/mcp' }),
  'an audience with a query': toClaimed({ aud: `${resource}?x=1` }),
  'an audience that begins alike': toClaimed({ aud: `${resource}.evil.example` }),
  'an audience with a space': toClaimed({ aud: `${resource} https://other.example` }),
  'an audience that is an object': toClaimed({ aud: { [resource]: true } }),
  'an audience in a list in a list': toClaimed({ aud: [[resource]] }),
  'another issuer': toClaimed({ iss: 'https://evil.example' }),
  'an issuer with a trailing slash': toClaimed({ iss: `${issuer}/` }),
  'an issuer in upper case': toClaimed({ iss: issuer.toUpperCase() }),
  'no issuer': toClaimed({ iss: undefined }),
  'an issuer in a list': toClaimed({ iss: [issuer] }),
  'no expiry': toClaimed({ exp: undefined }),
  'an expiry that is null': toClaimed({ exp: null }),
  'an expiry as text': toClaimed({ exp: String(startedAtSeconds + 300) }),
  'an expiry beyond all bounds': toClaimed({ exp: Number.MAX_SAFE_INTEGER }),
  'a negative expiry': toClaimed({ exp: -1 }),
  'an expiry an hour ago': toClaimed({ exp: startedAtSeconds - 3_600 }),
  'an expiry just beyond the leeway': toClaimed({ exp: startedAtSeconds - 31 }),
  'a start in an hour': toClaimed({ nbf: startedAtSeconds + 3_600 }),
  'a start as text': toClaimed({ nbf: '0' }),
  'an issue date in an hour': toClaimed({ iat: startedAtSeconds + 3_600 }),
  'no subject': toClaimed({ sub: undefined }),
  'a subject that is no text': toClaimed({ sub: { id: 'alice' } }),
  'a key it is bound to': toClaimed({ cnf: { jkt: 'x' } }),
  'the type of a refresh token': toClaimed({}, { typ: 'refresh+jwt' }),
  'the type of a logout token': toClaimed({}, { typ: 'logout+jwt' }),
  'the type of a proof': toClaimed({}, { typ: 'dpop+jwt' }),
  'the nonce of an ID token': toClaimed({ nonce: 'n' }, { typ: 'JWT' }),
  'the token hash of an ID token': toClaimed({ at_hash: 'h' }, { typ: 'JWT' }),
  'the code hash of an ID token': toClaimed({ c_hash: 'h' }, { typ: undefined }),
  'the use of an ID token': toClaimed({ token_use: 'id' }),
  'the claim of a refresh token': toClaimed({ typ: 'Refresh' }, { typ: 'JWT' }),
  'the use of a refresh token': toClaimed({ token_type: 'refresh' }, { typ: 'JWT' }),
  'no JSON in its header': `${toPart('{')}.${goodClaims}.${goodSignature}`,
  'a list as claims': `${goodHeader}.${toPart('[]')}.${goodSignature}`,
  'two parts': `${goodHeader}.${goodClaims}`,
  'five parts': `${good}.a.b`,
  'no dots': randomBytes(32).toString('base64url'),
}

for (const [what, token] of Object.entries(hostile)) {
  test(`a token with ${what} is refused`, async () => {
    const { service, calls } = await listenWith(toAuth(verifyTokens()))
    const { status, headers, body } = await callWithToken(service, token)
    expect(status).toBe(401)
    expect(headers['www-authenticate']).toContain('error="invalid_token"')
    expect(headers['www-authenticate']).toContain(
      'resource_metadata="https://mcp.example/.well-known/oauth-protected-resource/mcp"',
    )
    expect(body).not.toContain(token)
    expect(calls).toEqual([])
  })
}

test('an expiry that JSON reads as infinite is refused', async () => {
  const { service } = await listenWith(toAuth(verifyTokens()))
  const { sign } = await import('node:crypto')
  const claims = JSON.stringify(toClaims()).replace(/"exp":\d+/, '"exp":1e400')
  const text = `${goodHeader}.${toPart(claims)}`
  const signature = toPart(sign('sha256', Buffer.from(text), keyPairs.rsa.privateKey))
  expect((await callWithToken(service, `${text}.${signature}`)).status).toBe(401)
})

const accepted: Record<string, string> = {
  'the type at+jwt': good,
  'the type application/at+jwt in any case': toClaimed({}, { typ: 'Application/AT+JWT' }),
  'the type JWT': toClaimed({}, { typ: 'JWT' }),
  'no type': toClaimed({}, { typ: undefined }),
  'an audience whose scheme and host are in upper case': toClaimed({ aud: 'HTTPS://MCP.Example/mcp' }),
  'several audiences': toClaimed({ aud: ['https://other.example', resource] }),
  'the claim of a Bearer token and a nonce': toClaimed({ typ: 'Bearer', nonce: 'n' }, { typ: 'JWT' }),
  'an expiry within the leeway': toClaimed({ exp: startedAtSeconds - 29 }),
  'a start within the leeway': toClaimed({ nbf: startedAtSeconds + 29 }),
  'an expiry with a fraction': toClaimed({ exp: startedAtSeconds + 0.5 }),
}

for (const [what, token] of Object.entries(accepted)) {
  test(`a token with ${what} is taken`, async () => {
    const { service } = await listenWith(toAuth(verifyTokens()))
    expect((await callWithToken(service, token)).status).toBe(200)
  })
}

test('tokens signed with elliptic curves are taken', async () => {
  const keys = await publishKeys(toJwk('ec'), toJwk('ed'))
  const { service } = await listenWith(toAuth(verifyTokens({ jwksUrl: keys.url })))
  const ec = toToken(toClaims(), { alg: 'ES256', kid: 'ec' }, keyPairs.ec.privateKey)
  const ed = toToken(toClaims(), { alg: 'EdDSA', kid: 'ed' }, keyPairs.ed.privateKey)
  expect((await callWithToken(service, ec)).status).toBe(200)
  expect((await callWithToken(service, ed)).status).toBe(200)
})

test('the strict mode takes only tokens that say they are access tokens', async () => {
  const { service } = await listenWith(toAuth(verifyTokens({ requireAccessTokenType: true })))
  expect((await callWithToken(service, good)).status).toBe(200)
  expect((await callWithToken(service, toClaimed({}, { typ: 'JWT' }))).status).toBe(401)
})

test('a shared secret works where it was given, and then public keys do not', async () => {
  const secret = randomBytes(32)
  const { service } = await listenWith(toAuth(verifyTokens({ secret })))
  const text = [{ alg: 'HS256', typ: 'at+jwt' }, toClaims()]
    .map((part) => toPart(JSON.stringify(part)))
    .join('.')
  const token = `${text}.${toPart(createHmac('sha256', secret).update(text).digest())}`
  expect((await callWithToken(service, token)).status).toBe(200)
  expect((await callWithToken(service, good)).status).toBe(401)
})

test('a token of 16 KiB is read, and a longer one is not', async () => {
  const { service } = await listenWith(toAuth(verifyTokens()))
  const long = toClaimed({ padding: 'x'.repeat(8_000) })
  expect((await callWithToken(service, long)).status).toBe(200)
  const { status } = await callWithToken(service, toClaimed({ padding: 'x'.repeat(16_384) }))
  expect([400, 431]).toContain(status)
})

const headers: Record<string, { value: string; status: number; error?: string }> = {
  'the scheme in lower case': { value: `bearer ${good}`, status: 200 },
  'the scheme in upper case': { value: `BEARER ${good}`, status: 200 },
  'several spaces': { value: `Bearer   ${good}`, status: 200 },
  'another scheme': { value: `Basic ${toPart('alice:secret')}`, status: 401 },
  'a scheme that begins alike': { value: `BearerX ${good}`, status: 401 },
  'no scheme': { value: good, status: 401 },
  'no token': { value: 'Bearer', status: 400, error: 'invalid_request' },
  'two tokens': { value: `Bearer ${good} ${good}`, status: 400, error: 'invalid_request' },
  'a list of tokens': { value: `Bearer ${good}, Bearer ${good}`, status: 400, error: 'invalid_request' },
  quotes: { value: `Bearer "${good}"`, status: 400, error: 'invalid_request' },
}

for (const [what, { value, status, error }] of Object.entries(headers)) {
  test(`an Authorization header with ${what} is answered ${status}`, async () => {
    const { service } = await listenWith(toAuth(verifyTokens()))
    const response = await callWith(service, { Authorization: value })
    expect(response.status).toBe(status)
    expect(/error="([^"]*)"/.exec(response.headers['www-authenticate'] ?? '')?.[1]).toBe(error)
  })
}

test('two Authorization headers are refused, whichever is good', async () => {
  const { service, calls } = await listenWith(toAuth(verifyTokens()))
  const { body, headers: own } = alone('tools/call', { name: 'echo', arguments: {} })
  for (const pair of [
    `Bearer ${good}\r\nAuthorization: Bearer x`,
    `Bearer x\r\nauthorization: Bearer ${good}`,
  ]) {
    expect((await exchange(service, post(service, body, { ...own, Authorization: pair }))).status).toBe(400)
  }
  expect(calls).toEqual([])
})

test('a token anywhere but in the header is as good as none', async () => {
  const { service } = await listenWith(toAuth(verifyTokens()))
  const text = post(service, rpc('ping', { access_token: good })).replace('/mcp', `/mcp?access_token=${good}`)
  const response = await exchange(service, text.replace('Host:', `Cookie: access_token=${good}\r\nHost:`))
  expect(response.status).toBe(401)
  expect(response.headers['www-authenticate']).not.toContain('error')
})

test('made-up key ids lead to one fetch of keys in a cooldown', async () => {
  const clock = createClock()
  const keys = await publishKeys(toJwk('rsa'))
  const { service } = await listenWith(toAuth(verifyTokens({ jwksUrl: keys.url, now: clock.now })), clock.now)
  expect((await callWithToken(service, good)).status).toBe(200)
  clock.advance(30_000)
  const flood = Array.from({ length: 50 }, (_, at) =>
    callWithToken(service, toClaimed({}, { kid: `made-up-${at}` })),
  )
  expect(new Set((await Promise.all(flood)).map(({ status }) => status))).toEqual(new Set([401]))
  expect(keys.fetches).toBe(2)
})

test('a key that was added is found after the cooldown, and one that was taken away is no longer', async () => {
  const clock = createClock()
  const keys = await publishKeys(toJwk('rsa'))
  const { service } = await listenWith(toAuth(verifyTokens({ jwksUrl: keys.url, now: clock.now })), clock.now)
  const added = toToken(toClaims(), { kid: 'next' }, keyPairs.otherRsa.privateKey)
  const withdrawn = () => toToken(toClaims({ jti: clock.now(), exp: startedAtSeconds + 3_600 }))
  expect((await callWithToken(service, withdrawn())).status).toBe(200)
  keys.answer = toKeySet(toJwk('otherRsa', 'next'))
  clock.advance(1_000)
  expect((await callWithToken(service, added)).status).toBe(401)
  clock.advance(30_000)
  expect((await callWithToken(service, added)).status).toBe(200)
  expect((await callWithToken(service, withdrawn())).status).toBe(401)
})

test('a key that was taken away stops working when the fetched keys are too old', async () => {
  const clock = createClock()
  const keys = await publishKeys(toJwk('rsa'))
  const { service } = await listenWith(toAuth(verifyTokens({ jwksUrl: keys.url, now: clock.now })), clock.now)
  const withdrawn = () => toToken(toClaims({ jti: clock.now(), exp: startedAtSeconds + 3_600 }))
  expect((await callWithToken(service, withdrawn())).status).toBe(200)
  keys.answer = toKeySet(toJwk('ec'))
  clock.advance(599_000)
  expect((await callWithToken(service, withdrawn())).status).toBe(200)
  clock.advance(1_000)
  expect((await callWithToken(service, withdrawn())).status).toBe(401)
})

test('while the issuer is down known keys work on within bounds, and unknown ones are answered 503', async () => {
  const clock = createClock()
  const keys = await publishKeys(toJwk('rsa'))
  const { service } = await listenWith(toAuth(verifyTokens({ jwksUrl: keys.url, now: clock.now })), clock.now)
  const known = () => toToken(toClaims({ jti: clock.now(), exp: startedAtSeconds + 36_000 }))
  expect((await callWithToken(service, known())).status).toBe(200)
  keys.answer = { status: 500, body: 'no' }
  clock.advance(700_000)
  expect((await callWithToken(service, known())).status).toBe(200)
  const unknown = await callWithToken(
    service,
    toClaimed({ exp: startedAtSeconds + 36_000 }, { kid: 'other' }),
  )
  expect(unknown.status).toBe(503)
  expect(unknown.headers).toMatchObject({ 'retry-after': '5' })
  expect(unknown.headers).not.toHaveProperty('www-authenticate')
  clock.advance(3_000_000)
  expect((await callWithToken(service, known())).status).toBe(503)
})

const broken: Record<string, { status: number; body: string }> = {
  'an error': { status: 500, body: '{}' },
  'no JSON': { status: 200, body: '<html>' },
  'no keys': { status: 200, body: '{}' },
  'more than it may': { status: 200, body: JSON.stringify({ keys: [], padding: 'x'.repeat(600_000) }) },
}

for (const [what, answer] of Object.entries(broken)) {
  test(`an issuer that answers with ${what} at first leads to 503 and not to 401`, async () => {
    const keys = await publishKeys()
    keys.answer = answer
    const { service } = await listenWith(toAuth(verifyTokens({ jwksUrl: keys.url })))
    expect((await callWithToken(service, good)).status).toBe(503)
  })
}

test('a redirect to other keys is not followed', async () => {
  const elsewhere = await publishKeys(toJwk('rsa'))
  const keys = await publishKeys()
  keys.answer = { status: 302, body: '', location: elsewhere.url }
  const { service } = await listenWith(toAuth(verifyTokens({ jwksUrl: keys.url })))
  expect((await callWithToken(service, good)).status).toBe(503)
  expect(elsewhere.fetches).toBe(0)
})

test('a flood during an outage leads to one fetch of keys every five seconds', async () => {
  const clock = createClock()
  const keys = await publishKeys()
  keys.answer = { status: 500, body: '' }
  const { service } = await listenWith(toAuth(verifyTokens({ jwksUrl: keys.url, now: clock.now })), clock.now)
  const flood = () => Promise.all(Array.from({ length: 30 }, () => callWithToken(service, good)))
  await flood()
  expect(keys.fetches).toBe(1)
  clock.advance(5_000)
  await flood()
  expect(keys.fetches).toBe(2)
})

test('a token that was checked stops working when it expires', async () => {
  const clock = createClock()
  const { service } = await listenWith(toAuth(verifyTokens({ now: clock.now })), clock.now)
  const token = toClaimed({ exp: startedAtSeconds + 10 })
  expect((await callWithToken(service, token)).status).toBe(200)
  clock.advance(39_000)
  expect((await callWithToken(service, token)).status).toBe(200)
  clock.advance(1_000)
  expect((await callWithToken(service, token)).status).toBe(401)
})

test('tokens of several issuers are each checked with the keys of their own', async () => {
  const other = 'https://other-idp.example'
  const keys = { ours: keyPairs.rsa.publicKey, theirs: keyPairs.otherRsa.publicKey }
  const auth = toAuth(verifyTokens({ key: keys.ours }), verifyTokens({ key: keys.theirs, issuer: other }))
  const { service } = await listenWith(auth)
  const theirs = toToken(toClaims({ iss: other }), {}, keyPairs.otherRsa.privateKey)
  const forged = toToken(toClaims({ iss: other }), {}, keyPairs.rsa.privateKey)
  expect((await callWithToken(service, good)).status).toBe(200)
  expect((await callWithToken(service, theirs)).status).toBe(200)
  expect((await callWithToken(service, forged)).status).toBe(401)
})
