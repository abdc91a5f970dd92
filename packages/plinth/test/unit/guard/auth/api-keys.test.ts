import { once } from 'node:events'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { Agent, type IncomingMessage, request } from 'node:http'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type ApiKey, apiKeys, toApiKeyHash } from 'plinth/auth'
import { expect, onTestFinished, test } from 'vitest'
import { createEchoServer, exchange, listen, post } from '../../../security/raw-http.ts'
import { alone } from '../../../security/sessions.ts'
import { callWith, createClock, listenWith, startedAt } from '../../../security/token-issuer.ts'

const key = `plinth_${'k'.repeat(43)}`
const nextKey = `plinth_${'n'.repeat(43)}`
const entry: ApiKey = { id: 'ci', sha256: toApiKeyHash(key) }

async function writeKeys(content: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-keys-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const file = join(folder, 'keys.json')
  await replace(file, content)
  return file
}

async function replace(file: string, content: unknown): Promise<void> {
  await writeFile(`${file}.new`, typeof content === 'string' ? content : JSON.stringify(content))
  await rename(`${file}.new`, file)
}

test('a key opens the server in either header, and another does not', async () => {
  const { service } = await listenWith({ verifiers: [apiKeys({ keys: [entry] })] })
  expect((await callWith(service, { 'X-API-Key': key })).status).toBe(200)
  expect((await callWith(service, { Authorization: `Bearer ${key}` })).status).toBe(200)
  expect((await callWith(service, { 'X-API-Key': nextKey })).status).toBe(401)
  expect((await callWith(service, { 'X-API-Key': key.slice(0, -1) })).status).toBe(401)
  expect((await callWith(service, { 'X-API-Key': `${key}, x` })).status).toBe(400)
  expect((await callWith(service, { 'X-API-Key': toApiKeyHash(key) })).status).toBe(401)
  expect((await callWith(service, {})).status).toBe(401)
})

test('credentials in two headers are refused', async () => {
  const { service } = await listenWith({ verifiers: [apiKeys({ keys: [entry] })] })
  const both = { 'X-API-Key': key, Authorization: `Bearer ${key}` }
  expect((await callWith(service, both)).status).toBe(400)
})

test('a key stands for the caller its entry names', async () => {
  const { server } = createEchoServer()
  const input = { type: 'object' } as const
  server.tool({ name: 'who', description: 'Tells who calls.', input, effect: 'read' }, (_input, call) =>
    JSON.stringify(call.principal),
  )
  const named = { ...entry, subject: 'robot', tenant: 'acme', scopes: ['a', 'b'], roles: ['ops'] }
  const plain = { id: 'plain', sha256: toApiKeyHash(nextKey) }
  const service = await listen(server, { auth: { verifiers: [apiKeys({ keys: [named, plain] })] } })
  const ask = async (apiKey: string) => {
    const { body, headers } = alone('tools/call', { name: 'who', arguments: {} })
    const response = await exchange(service, post(service, body, { ...headers, 'X-API-Key': apiKey }))
    return JSON.parse(JSON.parse(response.body).result.content[0].text)
  }
  expect(await ask(key)).toEqual({
    subject: 'robot',
    tenant: 'acme',
    scopes: ['a', 'b'],
    roles: ['ops'],
    client: 'ci',
  })
  expect(await ask(nextKey)).toMatchObject({ subject: 'key:plain', tenant: 'key:plain', scopes: [] })
})

test('while one key replaces another both are good, and an expired one is not', async () => {
  const clock = createClock()
  const expiresAt = new Date(startedAt + 1_000).toISOString()
  const keys = [
    { ...entry, expiresAt },
    { id: 'ci', sha256: toApiKeyHash(nextKey) },
  ]
  const { service } = await listenWith({ verifiers: [apiKeys({ keys, now: clock.now })] }, clock.now)
  expect((await callWith(service, { 'X-API-Key': key })).status).toBe(200)
  expect((await callWith(service, { 'X-API-Key': nextKey })).status).toBe(200)
  clock.advance(1_000)
  expect((await callWith(service, { 'X-API-Key': key })).status).toBe(401)
  expect((await callWith(service, { 'X-API-Key': nextKey })).status).toBe(200)
})

test('a file of keys is read again when it changes', async () => {
  const clock = createClock()
  const file = await writeKeys({ keys: [entry] })
  const { service } = await listenWith({ verifiers: [apiKeys({ file, now: clock.now })] }, clock.now)
  const status = async (apiKey: string) => (await callWith(service, { 'X-API-Key': apiKey })).status
  expect([await status(key), await status(nextKey)]).toEqual([200, 401])
  await replace(file, [{ id: 'ci', sha256: toApiKeyHash(nextKey) }])
  clock.advance(1_000)
  expect([await status(key), await status(nextKey)]).toEqual([401, 200])
  await replace(file, [])
  // As when the clock of the machine is set right.
  clock.advance(-3_600_000)
  expect([await status(key), await status(nextKey)]).toEqual([401, 401])
})

test('a file that cannot be read again leaves the keys as they were, and warns', async () => {
  const clock = createClock()
  const file = await writeKeys({ keys: [entry] })
  const { service } = await listenWith({ verifiers: [apiKeys({ file, now: clock.now })] }, clock.now)
  const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
  await replace(file, '{ "keys": [')
  clock.advance(1_000)
  expect((await callWith(service, { 'X-API-Key': key })).status).toBe(200)
  expect((await warned).message).toContain('is not JSON')
})

const wrong: Record<string, [Parameters<typeof apiKeys>[0], RegExp]> = {
  nothing: [{}, /either "keys" or "file"/],
  'an empty list': [{ keys: [] }, /"keys" is empty/],
  'no id': [{ keys: [{ ...entry, id: '' }] }, /"keys\[0\]\.id"/],
  'the key itself': [{ keys: [{ ...entry, sha256: key }] }, /"keys\[0\]\.sha256" must be 64/],
  'one key twice': [{ keys: [entry, { ...entry, id: 'other' }] }, /"keys\[1\]\.sha256" stands there twice/],
  'scopes with spaces': [{ keys: [{ ...entry, scopes: ['a b'] }] }, /"keys\[0\]\.scopes"/],
  'a misspelt expiry': [
    { keys: [{ ...entry, expires: '2026-01-01' } as typeof entry] },
    /"keys\[0\]\.expires" means nothing/,
  ],
  'no time': [{ keys: [{ ...entry, expiresAt: 'soon' }] }, /"keys\[0\]\.expiresAt"/],
  'a file that is not there': [
    { file: '/nowhere/keys.json' },
    /"file" is \/nowhere\/keys\.json, which does not exist\./,
  ],
}

for (const [what, [options, message]] of Object.entries(wrong)) {
  test(`keys with ${what} are refused at once`, () => {
    expect(() => apiKeys(options)).toThrow(message)
  })
}

test('a file without keys is refused at once', async () => {
  const file = await writeKeys({ keys: [] })
  expect(() => apiKeys({ file })).toThrow(/holds no keys/)
})

test('callers that share one connection are told apart with each request', async () => {
  const keys = [
    { ...entry, subject: 'first' },
    { id: 'next', sha256: toApiKeyHash(nextKey), subject: 'second' },
  ]
  const { server } = createEchoServer()
  server.tool({ name: 'who', description: 'Tells who calls.', effect: 'read' }, (_input, call) => {
    return call.principal.subject
  })
  const service = await listen(server, { auth: { verifiers: [apiKeys({ keys })] } })
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  const { body, headers } = alone('tools/call', { name: 'who', arguments: {} })
  const sockets = new Set<Socket>()
  const ask = async (apiKey: string) => {
    const own = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    const sent = request(service.url, {
      method: 'POST',
      agent,
      headers: { ...own, ...headers, 'x-api-key': apiKey },
    })
    sent.end(body)
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    sockets.add(response.socket)
    const answer = await text(response)
    return response.statusCode === 200 ? JSON.parse(answer).result.content[0].text : response.statusCode
  }
  const unknown = `plinth_${'k'.repeat(42)}x`
  const asked = [key, key, nextKey, key, unknown, unknown, key, nextKey.slice(0, -1), nextKey, nextKey]
  const answers = []
  for (const apiKey of asked) answers.push(await ask(apiKey))
  expect(answers).toEqual(['first', 'first', 'second', 'first', 401, 401, 'first', 401, 'second', 'second'])
  expect(sockets.size).toBe(1)
})
