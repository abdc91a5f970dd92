import { expect, test } from 'vitest'
import { createMarkdownWriter } from '../../src/web/markdown-writer.adapter.ts'
import { createWebService, type WebPart, type WebService } from '../../src/web/web.service.ts'
import { createWebSource } from '../../src/web/web-source.adapter.ts'
import { type Answer, type LocalHttp, startHttp } from '../_http.ts'

const { signal } = new AbortController()

/** A service that may fetch from a local web server, and nowhere else that is not public. */
async function start(answer: Answer, timeoutMs = 5_000): Promise<{ web: WebService; http: LocalHttp }> {
  const http = await startHttp(answer)
  const ports = [Number(new URL(http.url).port)]
  const source = createWebSource({ allowAddresses: ['127.0.0.1'], ports })
  return {
    web: createWebService({ source, writer: createMarkdownWriter({ timeoutMs }), partLength: 100 }),
    http,
  }
}

function send(type: string, body: string, status = 200): Answer {
  return (response) => response.writeHead(status, { 'content-type': type }).end(body)
}

async function readAll(web: WebService, url: string): Promise<string[]> {
  const parts: string[] = []
  let cursor: string | undefined
  do {
    const part = await web.read('acme', { url, cursor }, signal)
    if ('refused' in part) throw new Error(part.refused)
    parts.push(part.content)
    cursor = part.next_cursor ?? undefined
  } while (cursor !== undefined)
  return parts
}

test('HTML comes as Markdown with its title', async () => {
  const { web, http } = await start(
    send('text/html; charset=utf-8', '<title>T</title><h1>Hi</h1><a href=x>l</a>'),
  )
  expect(await web.read('acme', { url: `${http.url}/p` }, signal)).toEqual({
    url: `${http.url}/p`,
    title: 'T',
    media_type: 'text/html',
    format: 'markdown',
    content: `# Hi\n\n[l](${http.url}/x)`,
    total_characters: `# Hi\n\n[l](${http.url}/x)`.length,
    next_cursor: null,
  })
})

test.each([
  ['application/json', '{"a":[1]}', 'json', '{\n  "a": [\n    1\n  ]\n}'],
  ['application/problem+json', '{"a":', 'text', '{"a":'],
  ['text/markdown', '# a', 'markdown', '# a'],
  ['text/plain', '<b>a</b>', 'text', '<b>a</b>'],
] as const)('%s %s comes as %s', async (...row) => {
  const [type, body, format, content] = row
  const { web, http } = await start(send(type, body))
  expect(await web.read('acme', { url: http.url }, signal)).toMatchObject({ format, content, title: null })
})

test('a long text comes in parts that make the whole, cut between words', async () => {
  const text = Array.from({ length: 60 }, (_, index) => `word${index}`).join(' ')
  const { web, http } = await start(send('text/plain', text))
  const parts = await readAll(web, http.url)
  expect(parts.join('')).toBe(text)
  expect(parts.length).toBeGreaterThan(3)
  expect(parts.slice(0, -1).every((part) => part.endsWith(' ') && part.length <= 100)).toBe(true)
  expect(http.requests).toHaveLength(1)
})

test('a character of two halves is never cut in two', async () => {
  const { web, http } = await start(send('text/plain; charset=utf-8', `a${'😀'.repeat(120)}`))
  const parts = await readAll(web, http.url)
  expect(parts.every((part) => part.isWellFormed())).toBe(true)
  expect(parts.join('')).toBe(`a${'😀'.repeat(120)}`)
})

test('another tenant reads the page for itself, and is told when it has changed', async () => {
  const { web, http } = await start((response, asked) => {
    send('text/plain', `${asked.request} `.repeat(200))(response, asked)
  })
  const first = (await web.read('acme', { url: http.url }, signal)) as WebPart
  const cursor = first.next_cursor ?? undefined
  expect(await web.read('acme', { url: http.url, cursor }, signal)).toMatchObject({ format: 'text' })
  expect(http.requests).toHaveLength(1)
  expect(await web.read('globex', { url: http.url, cursor }, signal)).toMatchObject({
    refused: 'page_changed',
  })
})

test.each(['x', 'AAAAAAAAAAAAAAAAAAAAAA.0', '.5', 'AAAAAAAAAAAAAAAAAAAAAA.-1'])(
  'a cursor that is not ours is refused without a request: %s',
  async (cursor) => {
    const { web, http } = await start(send('text/plain', 'a'))
    expect(await web.read('acme', { url: http.url, cursor }, signal)).toMatchObject({
      refused: 'cursor_invalid',
    })
    expect(http.requests).toHaveLength(0)
  },
)

test.each([
  [404, 'page_missing'],
  [403, 'page_missing'],
  [304, 'page_missing'],
  [429, 'page_failing'],
  [503, 'page_failing'],
])('a status of %i is refused as %s', async (status, refused) => {
  const { web, http } = await start(send('text/plain', 'no', status))
  expect(await web.read('acme', { url: http.url }, signal)).toMatchObject({ refused, details: { status } })
})

test('a page nested without end is refused, and the server goes on', async () => {
  const { web, http } = await start(send('text/html', '<b>'.repeat(50_000)), 300)
  expect(await web.read('acme', { url: http.url }, signal)).toMatchObject({ refused: 'page_unreadable' })
})

test('a page that takes too long is given up', async () => {
  const writer = createMarkdownWriter({ timeoutMs: 1 })
  expect(await writer.write('<p>a</p>', 'https://example.com', signal)).toBeUndefined()
})

test('a caller who leaves stops the work on its page', async () => {
  const abort = new AbortController()
  const writing = createMarkdownWriter().write('<p>a</p>', 'https://example.com', abort.signal)
  abort.abort(new Error('left'))
  await expect(writing).rejects.toThrow('left')
})

test.each([
  'http://127.0.0.1/',
  'http://169.254.169.254/latest/meta-data/',
  'file:///etc/passwd',
  'http://[::1]/',
])('an address that is not public is not fetched: %s', async (url) => {
  const web = createWebService({ source: createWebSource(), writer: createMarkdownWriter() })
  await expect(web.read('acme', { url }, signal)).rejects.toMatchObject({
    body: { error: 'address_refused' },
  })
})

test('a redirect to an address that is not public is not followed', async () => {
  const { web, http } = await start((response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
  )
  await expect(web.read('acme', { url: http.url }, signal)).rejects.toMatchObject({
    body: { error: 'address_refused' },
  })
})
