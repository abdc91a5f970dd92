import { createServer, type HttpService, type Principal, type Server } from 'plinth'
import { expect, test } from 'vitest'
import { serveFor } from './callers.ts'
import { exchange, open, post, type RawConnection, request, rpc } from './raw-http.ts'
import { alone, inSession } from './sessions.ts'

function createPrincipals(): Record<string, Principal> {
  return {
    ann: { subject: 'ann', tenant: 'acme', scopes: ['read'] },
    bob: { subject: 'bob', tenant: 'other', scopes: ['read'] },
    ada: { subject: 'ada', tenant: 'acme', scopes: ['read'] },
  }
}

function as(name: string): Record<string, string> {
  return { Authorization: `Bearer ${name}` }
}

async function openSession(service: HttpService, name: string): Promise<Record<string, string>> {
  const capabilities = { elicitation: {} }
  const params = { protocolVersion: '2025-11-25', capabilities, clientInfo: { name: 'x', version: '1' } }
  const { headers } = await exchange(service, post(service, rpc('initialize', params), as(name)))
  return { ...inSession(headers['mcp-session-id'] ?? ''), ...as(name) }
}

async function openStream(service: HttpService, session: Record<string, string>): Promise<RawConnection> {
  const stream = await open(service)
  stream.send(request('GET /mcp', { Accept: 'text/event-stream', ...session }))
  await stream.until('id: ')
  return stream
}

/** A stream of 2026-07-28 that listens to the document. */
async function listenTo(service: HttpService, name: string): Promise<RawConnection> {
  const stream = await open(service)
  const notifications = { resourceSubscriptions: ['doc://one'], resourcesListChanged: true }
  const { body, headers } = alone('subscriptions/listen', { notifications })
  stream.send(post(service, body, { ...headers, ...as(name) }))
  await stream.until('acknowledged')
  return stream
}

function createDocuments(): Server {
  const server = createServer({ name: 'documents', version: '1.0.0', log: () => undefined })
  server.resource({ uri: 'doc://one', name: 'one', scopes: ['read'] }, () => 'one')
  server.tool({ name: 'touch', description: 'Touches.', effect: 'write' }, (_input, call) => {
    call.log.error(`touched by ${call.principal.subject}`)
    call.notify.resourceUpdated('doc://one')
    call.notify.resourcesChanged()
    return 'touched'
  })
  return server
}

test('changes and log messages of one tenant do not reach another', async () => {
  const service = await serveFor(createDocuments(), createPrincipals())
  const [ann, bob] = [await openSession(service, 'ann'), await openSession(service, 'bob')]
  for (const session of [ann, bob]) {
    await exchange(service, post(service, rpc('resources/subscribe', { uri: 'doc://one' }), session))
    await exchange(service, post(service, rpc('logging/setLevel', { level: 'debug' }), session))
  }
  const mine = [
    await openStream(service, ann),
    await listenTo(service, 'ann'),
    await listenTo(service, 'ada'),
  ]
  const foreign = [await openStream(service, bob), await listenTo(service, 'bob')]
  const before = foreign.map(({ unread }) => unread)
  const answer = await exchange(service, post(service, rpc('tools/call', { name: 'touch' }), ann))
  expect(answer.body).toContain('touched by ann')
  for (const stream of mine) {
    await stream.until('notifications/resources/updated')
    await stream.until('notifications/resources/list_changed')
    expect(stream.unread).not.toContain('touched by')
  }
  expect(foreign.map(({ unread }) => unread)).toEqual(before)
})

test('a stream tells of a resource no more once its caller may not read it', async () => {
  const principals = createPrincipals()
  const server = createDocuments()
  const service = await serveFor(server, principals)
  const ann = await openSession(service, 'ann')
  await exchange(service, post(service, rpc('resources/subscribe', { uri: 'doc://one' }), ann))
  const full = await openStream(service, ann)
  server.resourceUpdated('doc://one')
  await full.until('notifications/resources/updated')
  principals['ann'] = { subject: 'ann', tenant: 'acme', scopes: [] }
  const less = await openStream(service, ann)
  server.resourceUpdated('doc://one')
  server.tool({ name: 'later', description: 'Later.', effect: 'read' }, () => 'later')
  await less.until('tools/list_changed')
  expect(less.unread).not.toContain('resources/updated')
  const again = await exchange(service, post(service, rpc('resources/subscribe', { uri: 'doc://one' }), ann))
  expect(again.status).toBe(403)
})

test('a listening stream tells of a resource no more once it is hidden from its caller', async () => {
  let isShown = true
  const server = createServer({ name: 'documents', version: '1.0.0', log: () => undefined })
  server.resource({ uri: 'doc://one', name: 'one', visible: () => isShown }, () => 'one')
  const service = await serveFor(server, createPrincipals())
  const stream = await listenTo(service, 'ann')
  isShown = false
  server.resourceUpdated('doc://one')
  isShown = true
  server.resource({ uri: 'doc://two', name: 'two' }, () => 'two')
  await stream.until('resources/list_changed')
  expect(stream.unread).not.toContain('resources/updated')
})

test('the session of another caller is not known, whatever is asked of it', async () => {
  const service = await serveFor(createDocuments(), createPrincipals())
  const ann = await openSession(service, 'ann')
  const stream = await openStream(service, ann)
  const [, event = ''] = /id: (\S+)/.exec(stream.unread) ?? []
  expect(event).not.toBe('')
  const made = { ...ann, ...inSession('made-up'), ...as('bob') }
  const stolen = { ...ann, ...as('bob') }
  const events = { Accept: 'text/event-stream', 'Last-Event-ID': event }
  const asked = [
    (session: Record<string, string>) => post(service, rpc('ping'), session),
    (session: Record<string, string>) => post(service, rpc('tools/call', { name: 'touch' }), session),
    (session: Record<string, string>) =>
      post(service, rpc('resources/subscribe', { uri: 'doc://one' }), session),
    (session: Record<string, string>) =>
      post(service, JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }), session),
    (session: Record<string, string>) =>
      post(service, JSON.stringify({ jsonrpc: '2.0', id: 'x', result: {} }), session),
    (session: Record<string, string>) => request('GET /mcp', { ...events, ...session }),
    (session: Record<string, string>) => request('GET /mcp', { Accept: 'text/event-stream', ...session }),
    (session: Record<string, string>) => request('DELETE /mcp', session),
  ]
  for (const toText of asked) {
    const answers = [await exchange(service, toText(stolen)), await exchange(service, toText(made))]
    expect(answers[0]?.status).toBe(404)
    const known = answers.map(({ headers: { date, ...headers }, ...answer }) => ({ ...answer, headers }))
    expect(known[0]).toEqual(known[1])
  }
  expect((await exchange(service, post(service, rpc('ping'), ann))).status).toBe(200)
})

test('only the caller that was asked can answer', async () => {
  const server = createServer({ name: 'asking', version: '1.0.0', log: () => undefined })
  server.tool({ name: 'ask', description: 'Asks.', effect: 'read' }, async (_input, call) => {
    const schema = { type: 'object', properties: { name: { type: 'string' } } } as const
    const { content } = await call.ask('name', { message: 'Who?', schema })
    return `hello ${JSON.stringify(content)}`
  })
  const service = await serveFor(server, createPrincipals())
  const [ann, bob] = [await openSession(service, 'ann'), await openSession(service, 'bob')]
  const stream = await open(service)
  stream.send(post(service, rpc('tools/call', { name: 'ask' }), ann))
  await stream.until('elicitation/create')
  const [, id = ''] = /"id":"(name-[^"]+)"/.exec(stream.unread) ?? []
  const toAnswer = (name: string) => {
    return JSON.stringify({ jsonrpc: '2.0', id, result: { action: 'accept', content: { name } } })
  }
  for (const headers of [bob, as('bob')]) {
    await exchange(service, post(service, toAnswer('mallory'), headers))
  }
  await exchange(service, post(service, toAnswer('ann'), ann))
  await stream.until('hello')
  expect(stream.unread).toContain('ann')
  expect(stream.unread).not.toContain('mallory')
})

test('an HTTP+SSE link takes messages of whoever opened it only', async () => {
  const service = await serveFor(createDocuments(), createPrincipals(), { sse: true })
  const link = await open(service)
  link.send(request('GET /sse', { Accept: 'text/event-stream', ...as('ann') }))
  await link.until('event: endpoint')
  const [, endpoint = ''] = /data: (\S+)/.exec(link.unread) ?? []
  const send = (name: string, to = endpoint) =>
    exchange(service, post(service, rpc('ping'), as(name)).replace('/mcp', to))
  const [foreign, missing] = [await send('bob'), await send('bob', '/messages?session=made-up')]
  expect([foreign.status, foreign.body]).toEqual([404, missing.body])
  expect((await send('ann')).status).toBe(202)
})
