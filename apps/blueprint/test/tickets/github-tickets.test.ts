import { expect, test } from 'vitest'
import { createGithubTickets } from '../../src/tickets/github-tickets.adapter.ts'
import { createTicketsService, type TicketsService } from '../../src/tickets/tickets.service.ts'
import { createUpstream } from '../../src/upstream/upstream.adapter.ts'
import { type Answer, type LocalHttp, sendJson, startHttp } from '../_http.ts'

const { signal } = new AbortController()
const acme = 'workspace:822b33ad87c148a0a20a5ba7cd5ebcaa'

/** An issue as the API answers it, with the members that tickets are made of and some that they are not. */
const issue = {
  id: 1,
  node_id: 'MDU6SXNzdWUx',
  url: 'https://api.github.com/repos/acme/desk/issues/1347',
  html_url: 'https://github.com/acme/desk/issues/1347',
  number: 1_347,
  state: 'open',
  title: 'Printer',
  body: 'It is on fire.',
  user: { login: 'desk-bot', id: 1 },
  labels: [
    { id: 208_045_946, name: acme, color: 'f29513', default: false },
    { id: 208_045_947, name: 'priority:urgent', color: 'f29513', default: false },
  ],
  comments: 0,
  created_at: '2026-05-01T10:00:00Z',
  updated_at: '2026-05-01T10:00:00Z',
}

const ticket = {
  id: '1347',
  title: 'Printer',
  body: 'It is on fire.',
  priority: 'urgent',
  status: 'open',
  created_at: '2026-05-01T10:00:00Z',
  url: 'https://github.com/acme/desk/issues/1347',
}

async function start(answer: Answer): Promise<{ tickets: TicketsService; http: LocalHttp }> {
  const http = await startHttp(answer)
  const upstream = createUpstream({ name: 'github.com', random: () => 0 })
  const repository = 'acme/desk'
  const desk = createGithubTickets({ url: http.url, repository, token: 't-secret', upstream, pageSize: 2 })
  return { tickets: createTicketsService(desk), http }
}

const draft = { title: 'Printer', body: 'It is on fire.', priority: 'urgent' } as const

test('a ticket is opened as an issue that carries the label of its workspace', async () => {
  const sent = Promise.withResolvers<{ headers: unknown; body: unknown; method: string | undefined }>()
  const { tickets, http } = await start(async (response, { message }) => {
    const chunks = await message.setEncoding('utf8').toArray()
    sent.resolve({ headers: message.headers, body: JSON.parse(chunks.join('')), method: message.method })
    sendJson(response, issue, 201)
  })
  expect(await tickets.create('acme', draft, { isDryRun: false, signal })).toEqual({
    dry_run: false,
    ticket,
    would_send: null,
  })
  expect(http.requests[0]?.pathname).toBe('/repos/acme/desk/issues')
  expect(await sent.promise).toMatchObject({
    method: 'POST',
    headers: { authorization: 'Bearer t-secret', 'x-github-api-version': '2022-11-28' },
    body: { title: 'Printer', body: 'It is on fire.', labels: [acme, 'priority:urgent'] },
  })
})

test('a dry run shows the issue and sends nothing', async () => {
  const { tickets, http } = await start((response) => sendJson(response, issue, 201))
  expect(await tickets.create('acme', draft, { isDryRun: true, signal })).toMatchObject({
    would_send: { to: 'github.com/acme/desk', content: { labels: [acme, 'priority:urgent'] } },
  })
  expect(http.requests).toEqual([])
})

test('an issue without the label of the workspace does not exist for it', async () => {
  const { tickets } = await start((response) => sendJson(response, issue))
  expect(await tickets.get('acme', '1347', signal)).toEqual(ticket)
  expect(await tickets.get('globex', '1347', signal)).toMatchObject({ refused: 'ticket_not_found' })
})

test('a page is full until one is not', async () => {
  const { tickets, http } = await start((response, { request }) =>
    sendJson(response, request === 1 ? [issue, { ...issue, pull_request: {} }] : [issue]),
  )
  const { body: _body, ...summary } = ticket
  expect(await tickets.list('acme', undefined, signal)).toEqual({ tickets: [summary], next_cursor: 'page-2' })
  expect(await tickets.list('acme', 'page-2', signal)).toEqual({ tickets: [summary], next_cursor: null })
  const asked = http.requests.map(({ searchParams }) => Object.fromEntries(searchParams))
  expect(asked).toMatchObject([{ page: '1', labels: acme, state: 'all' }, { page: '2' }])
  expect(await tickets.list('acme', 'page-0', signal)).toMatchObject({ refused: 'cursor_invalid' })
})

test.each([404, 410])('an issue that is gone is no ticket: %i', async (status) => {
  const { tickets } = await start((response) => sendJson(response, { message: 'Not Found' }, status))
  expect(await tickets.get('acme', '7', signal)).toMatchObject({ refused: 'ticket_not_found' })
})

test('what is no number is no issue and is not asked for', async () => {
  const { tickets, http } = await start((response) => sendJson(response, issue))
  expect(await tickets.get('acme', '../../user', signal)).toMatchObject({ refused: 'ticket_not_found' })
  expect(http.requests).toEqual([])
})

test.each([401, 403, 422, 500])('a refusal or failure is reported as unavailable: %i', async (status) => {
  const { tickets, http } = await start((response) => sendJson(response, { message: 'no' }, status))
  expect(await tickets.create('acme', draft, { isDryRun: false, signal })).toMatchObject({
    refused: 'tickets_unavailable',
  })
  expect(http.requests).toHaveLength(1)
})
