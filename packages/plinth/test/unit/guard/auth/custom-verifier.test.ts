import { type Credentials, customVerifier, type Verdict } from 'plinth/auth'
import { expect, test } from 'vitest'
import { callWith, createClock, listenWith, startedAt } from '../../../security/token-issuer.ts'

const someone = { subject: 'alice', tenant: 'acme', scopes: [] }
const token = { Authorization: 'Bearer abc' }

async function statusFor(...answers: ((credentials: Credentials) => unknown)[]): Promise<number> {
  const verifiers = answers.map((answer) => customVerifier((credentials) => answer(credentials) as Verdict))
  const { service, calls } = await listenWith({ verifiers })
  const { status } = await callWith(service, token)
  expect(calls).toHaveLength(status === 200 ? 1 : 0)
  return status
}

test('a principal lets the caller in, at once or later', async () => {
  expect(await statusFor(() => someone)).toBe(200)
  expect(await statusFor(async () => someone)).toBe(200)
})

test('verifiers are asked in order until one knows the credentials', async () => {
  const asked: string[] = []
  const note = (name: string, answer: unknown) => () => {
    asked.push(name)
    return answer
  }
  const status = await statusFor(
    note('first', undefined),
    note('second', Promise.resolve(undefined)),
    note('third', someone),
    note('fourth', someone),
  )
  expect([status, asked]).toEqual([200, ['first', 'second', 'third']])
})

test('a refusal ends the search', async () => {
  const refusal = { refused: 'invalid_token', reason: 'No.' }
  expect(
    await statusFor(
      () => refusal,
      () => someone,
    ),
  ).toBe(401)
  expect(
    await statusFor(
      async () => refusal,
      () => someone,
    ),
  ).toBe(401)
})

const wrong: Record<string, () => unknown> = {
  true: () => true,
  'a promise of true': async () => true,
  null: () => null,
  'a promise of null': async () => null,
  'an object that says no': () => ({ authenticated: false }),
  'a principal without a tenant': () => ({ subject: 'alice', scopes: [] }),
  'a principal with an empty subject': () => ({ ...someone, subject: '' }),
  'a principal with scopes as text': () => ({ ...someone, scopes: 'a b' }),
  'a principal with roles as text': () => ({ ...someone, roles: 'operators' }),
  'a principal whose expiry is text': () => ({ ...someone, expiresAt: '9999999999999' }),
  'a principal that claims to be trusted': () => ({ ...someone, isTrusted: true }),
  'an error': () => {
    throw new Error('db down')
  },
  'a rejection': async () => {
    throw new Error('db down')
  },
}

for (const [what, answer] of Object.entries(wrong)) {
  test(`a verifier that answers with ${what} lets nobody in`, async () => {
    expect(await statusFor(answer)).toBe(503)
  })
}

test('a principal that has expired is not let in', async () => {
  const clock = createClock()
  const verifier = customVerifier(() => ({ ...someone, expiresAt: startedAt + 1_000 }))
  const { service } = await listenWith({ verifiers: [verifier] }, clock.now)
  expect((await callWith(service, token)).status).toBe(200)
  clock.advance(1_000)
  expect((await callWith(service, token)).status).toBe(401)
})

test('what a refusal says cannot add to the header it stands in', async () => {
  const reason = 'a"b\\c\r\nSet-Cookie: x=y, Bearer realm="z" ünï'
  const { service } = await listenWith({
    verifiers: [customVerifier(() => ({ refused: 'invalid_token', reason }))],
  })
  const { status, headers } = await callWith(service, token)
  expect(status).toBe(401)
  expect(headers['www-authenticate']).toBe(
    `Bearer error="invalid_token", error_description="a'b?c??Set-Cookie: x=y, Bearer realm='z' ?n?"`,
  )
  expect(headers).not.toHaveProperty('set-cookie')
})

test('how long to wait comes from the refusal', async () => {
  const refusal = { refused: 'unavailable', reason: 'Later.', retryAfterMs: 90_000 } as const
  const { service } = await listenWith({ verifiers: [customVerifier(() => refusal)] })
  const { status, headers } = await callWith(service, token)
  expect([status, headers['retry-after']]).toEqual([503, '90'])
})

test('a verifier gets the token and the address, and other headers where it needs them', async () => {
  const seen: unknown[] = []
  const verifier = customVerifier(({ bearer, apiKey, remoteAddress }, head) => {
    seen.push([bearer, apiKey, remoteAddress, head.get('x-region'), head.get('cookie')])
    return someone
  })
  const { service } = await listenWith({ verifiers: [verifier] })
  await callWith(service, { ...token, 'X-Region': 'eu', Cookie: 'a=b' })
  expect(seen).toEqual([['abc', undefined, '127.0.0.1', 'eu', 'a=b']])
})
