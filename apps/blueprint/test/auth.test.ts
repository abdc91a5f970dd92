import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { toApiKeyHash } from 'plinth/auth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findJwksUrl } from '../src/auth/find-jwks-url.ts'
import { callTool, connect } from './_connect.ts'
import { type LocalHttp, openHttp, sendJson, startHttp } from './_http.ts'
import { makeDir, type Program, startProgram } from './_program.ts'

const AUDIENCE = 'http://127.0.0.1:3000/mcp'
const EVERYTHING = ['notes', 'billing', 'tickets'].flatMap((name) => [`${name}:read`, `${name}:write`])

const directory = makeDir()
let issuer: LocalHttp & { close(): void }
let program: Program
let sign: (claims: Record<string, unknown>) => Promise<string>

/** Stored keys as `plinth key create` writes them, of three workspaces. */
function createKeys(): object[] {
  const people = [
    { id: 'ada', tenant: 'acme', scopes: EVERYTHING },
    { id: 'bob', tenant: 'globex', scopes: EVERYTHING },
    { id: 'eve', tenant: 'initech', scopes: ['hello:read'] },
    { id: 'olga', tenant: 'acme', scopes: ['operator'] },
  ]
  return people.map((person) => ({ ...person, sha256: toApiKeyHash(`key-of-${person.id}`) }))
}

beforeAll(async () => {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256' }
  issuer = await openHttp((response, { url, message }) => {
    const base = `http://${message.headers.host}`
    if (url.pathname === '/jwks') return sendJson(response, { keys: [jwk] })
    sendJson(response, { issuer: base, jwks_uri: `${base}/jwks` })
  })
  sign = (claims) =>
    new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer(issuer.url)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime('5m')
      .sign(privateKey)
  const file = join(directory.path, 'keys.json')
  writeFileSync(file, JSON.stringify({ keys: createKeys() }))
  program = await startProgram(directory.path, {
    PLINTH_API_KEYS_FILE: file,
    OIDC_ISSUER: issuer.url,
    OIDC_AUDIENCE: AUDIENCE,
    OIDC_TENANT_CLAIM: 'workspace',
  })
})

afterAll(async () => {
  await program.stop()
  issuer.close()
  directory.remove()
})

function as(name: string): ReturnType<typeof connect> {
  return connect(program.url, { 'x-api-key': `key-of-${name}` })
}

test.each([{}, { authorization: 'Bearer nonsense' }, { 'x-api-key': 'key-of-nobody' }])(
  'nobody gets in with %j',
  async (headers) => {
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} })
    const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
    const response = await fetch(program.url, { method: 'POST', headers: { ...json, ...headers }, body })
    expect(response.status).toBe(401)
    expect(response.headers.get('www-authenticate')).toContain('Bearer')
    await response.body?.cancel()
  },
)

test('workspaces see nothing of each other: notes, credits, tickets', async () => {
  const [ada, bob] = [await as('ada'), await as('bob')]
  await callTool(ada, 'add_note', { name: 'plan', content: 'ours' })
  await callTool(ada, 'buy_credits', { amount: 7, idempotency_key: 'k1' })
  const { ticket } = (await callTool(ada, 'create_ticket', { title: 'Ours', body: '' })) as unknown as {
    ticket: { id: string; url: string }
  }
  expect(await callTool(bob, 'get_note', { name: 'plan' })).toMatchObject({ error: 'note_not_found' })
  expect(await callTool(bob, 'list_notes')).toMatchObject({ notes: [] })
  expect(await callTool(bob, 'get_balance')).toMatchObject({ balance: 0 })
  expect(await callTool(bob, 'get_ticket', { id: ticket.id })).toMatchObject({ error: 'ticket_not_found' })
  expect(await callTool(bob, 'list_tickets')).toMatchObject({ tickets: [] })
  for (const uri of ['notes://plan', ticket.url]) await expect(bob.readResource({ uri })).rejects.toThrow()
  expect((await bob.listResources()).resources.map(({ uri }) => uri)).not.toContain('notes://plan')
})

test('one key of a purchase means different purchases to different workspaces', async () => {
  const bob = await as('bob')
  await callTool(bob, 'buy_credits', { amount: 3, idempotency_key: 'k1' })
  expect(await callTool(bob, 'get_balance')).toMatchObject({ balance: 3, purchases: 1 })
})

test('a caller sees only what its scopes allow, and is told which it lacks', async () => {
  const eve = await as('eve')
  // Those that give what other tools came to are for everybody, and find what is one's own.
  const results = ['read_more', 'check_job_status', 'cancel_job']
  expect((await eve.listTools()).tools.map(({ name }) => name)).toEqual(['hello', ...results])
  expect((await eve.listResources()).resources.map(({ uri }) => uri)).toEqual(['server://info'])
  await expect(eve.callTool({ name: 'get_balance', arguments: {} })).rejects.toThrow('scope')
})

test('only an operator sees the configuration and the status', async () => {
  const olga = await as('olga')
  expect(await callTool(olga, 'debug_config')).toMatchObject({
    settings: expect.arrayContaining([{ key: 'authentication', value: 'api keys, oidc' }]),
  })
  expect((await olga.readResource({ uri: 'data://system-status' })).contents).toHaveLength(1)
  const ada = await as('ada')
  await expect(ada.callTool({ name: 'debug_config', arguments: {} })).rejects.toThrow('scope')
  await expect(ada.readResource({ uri: 'data://system-status' })).rejects.toThrow('scope')
})

test('a token of the issuer opens the workspace that it names', async () => {
  const token = await sign({ sub: 'carol', workspace: 'umbrella', scope: 'notes:read notes:write' })
  const carol = await connect(program.url, { authorization: `Bearer ${token}` })
  await callTool(carol, 'add_note', { name: 'plan', content: 'by token' })
  expect(await callTool(carol, 'list_notes')).toMatchObject({ notes: [{ name: 'plan', length: 8 }] })
})

test('clients are told where tokens come from', async () => {
  const { origin } = new URL(program.url)
  const response = await fetch(`${origin}/.well-known/oauth-protected-resource/mcp`)
  expect(await response.json()).toMatchObject({ resource: AUDIENCE, authorization_servers: [issuer.url] })
})

test('an issuer without a discovery document is named, with what to do', async () => {
  const { url } = await startHttp((response) => sendJson(response, { issuer: 'https://other.example' }))
  await expect(findJwksUrl(url)).rejects.toThrow('Start it first, or set "OIDC_JWKS_URL"')
  const { url: other } = await startHttp((response) =>
    sendJson(response, { issuer: 'https://other.example', jwks_uri: 'https://other.example/jwks' }),
  )
  await expect(findJwksUrl(other)).rejects.toThrow('is that of another one')
})
