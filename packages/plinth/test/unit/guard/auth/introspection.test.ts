import type { IncomingMessage } from 'node:http'
import { type IntrospectionOptions, introspection } from 'plinth/auth'
import { expect, test } from 'vitest'
import {
  callWithToken,
  createClock,
  issuer,
  listenWith,
  resource,
  startedAtSeconds,
  toAuth,
  toClaims,
} from '../../../security/token-issuer.ts'
import { startWeb } from '../../../security/web.ts'

const clientId = 'mcp:1'
const clientSecret = 'sec ret'

/** An introspection endpoint that gives one answer to every question and keeps the questions. */
async function startEndpoint(answer: object) {
  const state = {
    url: '',
    answer: answer as unknown,
    status: 200,
    questions: [] as Record<string, unknown>[],
  }
  const { port } = await startWeb(async (request, response) => {
    const { authorization, 'content-type': type } = request.headers
    const body = new URLSearchParams(await readBody(request))
    state.questions.push({ authorization, type, ...Object.fromEntries(body) })
    response.writeHead(state.status, { 'content-type': 'application/json' }).end(JSON.stringify(state.answer))
  })
  state.url = `http://127.0.0.1:${port}/introspect`
  return state
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

async function listenFor(url: string, options: Partial<IntrospectionOptions> = {}) {
  const clock = createClock()
  const base = { url, clientId, clientSecret, issuer, audience: resource, now: clock.now }
  const { service } = await listenWith(toAuth(introspection({ ...base, ...options })), clock.now)
  const status = async (token = 'opaque') => (await callWithToken(service, token)).status
  return { clock, status }
}

const active = { active: true, ...toClaims() }

test('the server asks about a token as the client it is', async () => {
  const endpoint = await startEndpoint(active)
  const { status } = await listenFor(endpoint.url)
  expect(await status()).toBe(200)
  expect(endpoint.questions).toEqual([
    {
      authorization: `Basic ${Buffer.from('mcp%3A1:sec+ret').toString('base64')}`,
      type: 'application/x-www-form-urlencoded;charset=UTF-8',
      token: 'opaque',
      token_type_hint: 'access_token',
    },
  ])
})

const refused: Record<string, object> = {
  'not active': { active: false },
  'active in another way': { ...active, active: 'true' },
  'nothing of whether it is active': toClaims(),
  'another audience': { ...active, aud: 'https://other.example' },
  'no audience': { ...active, aud: undefined },
  'another issuer': { ...active, iss: 'https://evil.example' },
  'no expiry': { ...active, exp: undefined },
  'an expiry that has passed': { ...active, exp: startedAtSeconds - 60 },
  'another type of token': { ...active, token_type: 'DPoP' },
  'a key it is bound to': { ...active, cnf: { jkt: 'x' } },
  'neither subject nor client': { ...active, sub: undefined, client_id: undefined },
}

for (const [what, answer] of Object.entries(refused)) {
  test(`a token of which the answer says ${what} is refused`, async () => {
    const { status } = await listenFor((await startEndpoint(answer)).url)
    expect(await status()).toBe(401)
  })
}

test('a token of a client that acts for itself is taken', async () => {
  const { status } = await listenFor((await startEndpoint({ ...active, sub: undefined, iss: undefined })).url)
  expect(await status()).toBe(200)
})

test('answers are believed for a while, good ones longer than bad ones', async () => {
  const endpoint = await startEndpoint(active)
  const { status, clock } = await listenFor(endpoint.url)
  expect(await status()).toBe(200)
  endpoint.answer = { active: false }
  clock.advance(29_999)
  expect(await status()).toBe(200)
  clock.advance(1)
  expect(await status()).toBe(401)
  endpoint.answer = active
  clock.advance(4_999)
  expect(await status()).toBe(401)
  clock.advance(1)
  expect(await status()).toBe(200)
  expect(endpoint.questions).toHaveLength(3)
})

test('a good answer is not believed beyond the expiry of the token', async () => {
  const endpoint = await startEndpoint({ ...active, exp: startedAtSeconds + 10 })
  const { status, clock } = await listenFor(endpoint.url, { leewayMs: 0 })
  expect(await status()).toBe(200)
  clock.advance(10_000)
  expect(await status()).toBe(401)
})

test('many calls with one token are one question', async () => {
  const endpoint = await startEndpoint(active)
  const { status } = await listenFor(endpoint.url)
  expect(new Set(await Promise.all(Array.from({ length: 20 }, () => status())))).toEqual(new Set([200]))
  expect(endpoint.questions).toHaveLength(1)
})

test('too many questions at once are answered 503', async () => {
  const endpoint = await startEndpoint(active)
  const { status } = await listenFor(endpoint.url, { maxConcurrent: 1 })
  const statuses = await Promise.all(['a', 'b', 'c', 'd'].map((token) => status(token)))
  expect(statuses).toContain(200)
  expect(statuses.every((one) => one === 200 || one === 503)).toBe(true)
  expect(endpoint.questions.length).toBeLessThanOrEqual(statuses.filter((one) => one === 200).length)
})

test('an endpoint that fails leads to 503, and is asked again the next time', async () => {
  const endpoint = await startEndpoint(active)
  const { status } = await listenFor(endpoint.url)
  endpoint.status = 500
  expect(await status()).toBe(503)
  endpoint.status = 401
  expect(await status()).toBe(503)
  endpoint.status = 200
  endpoint.answer = []
  expect(await status()).toBe(503)
  endpoint.answer = active
  expect(await status()).toBe(200)
})

test('an endpoint that cannot be reached leads to 503', async () => {
  const { status } = await listenFor('http://127.0.0.1:1/introspect')
  expect(await status()).toBe(503)
})

const wrong: Record<string, [Partial<IntrospectionOptions>, RegExp]> = {
  'no https': [{ url: 'http://idp.example/introspect' }, /"url" must be an https URL/],
  'no secret': [{ clientSecret: '' }, /"clientSecret" must be set/],
  'no audience': [{ audience: [] }, /"audience" must name this server/],
  'a cache of an hour': [{ cacheMs: 3_600_000 }, /"cacheMs" must be a whole number from 0 to 60000/],
}

for (const [what, [options, message]] of Object.entries(wrong)) {
  test(`introspection with ${what} is refused at once`, () => {
    const base = { url: 'https://idp.example/introspect', clientId, clientSecret, issuer, audience: resource }
    expect(() => introspection({ ...base, ...options })).toThrow(message)
  })
}
