import type { UpstreamOptions } from 'plinth/upstream'
import { expect, test } from 'vitest'
import { fetchJson, type JsonAnswer } from '../../src/upstream/fetch-json.ts'
import { UpstreamUnavailableError } from '../../src/upstream/unavailable-error.ts'
import { createUpstream, type ProtectedUpstream } from '../../src/upstream/upstream.adapter.ts'
import { type Answer, sendJson, startHttp } from '../_http.ts'

const { signal } = new AbortController()

function createExample(options: Partial<UpstreamOptions> = {}): ProtectedUpstream {
  return createUpstream({ name: 'Example', random: () => 0, ...options })
}

async function ask(
  answer: Answer,
): Promise<{ outcome: JsonAnswer | UpstreamUnavailableError; requests: number }> {
  const { url, requests } = await startHttp(answer)
  const outcome = await fetchJson(createExample(), { url: new URL(url), signal }).catch((error) => error)
  return { outcome, requests: requests.length }
}

test('an answer below 500 comes back with its status', async () => {
  const { outcome, requests } = await ask((response) => sendJson(response, { error: 'no' }, 404))
  expect(outcome).toEqual({ status: 404, body: { error: 'no' } })
  expect(requests).toBe(1)
})

test('a 500 is asked again, and the answer that follows counts', async () => {
  const { outcome, requests } = await ask((response, { request }) =>
    request < 3 ? sendJson(response, {}, 500) : sendJson(response, { ok: true }),
  )
  expect(outcome).toEqual({ status: 200, body: { ok: true } })
  expect(requests).toBe(3)
})

test('after three 503 it gives up, with the time that the service named', async () => {
  const { outcome, requests } = await ask((response) => response.writeHead(503, { 'retry-after': '7' }).end())
  expect(outcome).toMatchObject({
    name: 'UpstreamUnavailableError',
    message: 'Example answered 503.',
    retryAfterMs: 7_000,
  })
  expect(requests).toBe(3)
})

test('a 429 is not asked again', async () => {
  const { outcome, requests } = await ask((response) =>
    response.writeHead(429, { 'retry-after': '60' }).end(),
  )
  expect(outcome).toMatchObject({ retryAfterMs: 60_000 })
  expect(requests).toBe(1)
})

test('a connection that is reset is asked again', async () => {
  const { outcome, requests } = await ask((response, { request, message }) =>
    request === 1 ? message.socket.resetAndDestroy() : sendJson(response, { ok: true }),
  )
  expect(outcome).toEqual({ status: 200, body: { ok: true } })
  expect(requests).toBe(2)
})

test('a body that breaks off is asked again', async () => {
  const { outcome, requests } = await ask((response, { request, message }) => {
    if (request > 1) return sendJson(response, { ok: true })
    response
      .writeHead(200, { 'content-length': '100' })
      .write('{"a":', () => message.socket.resetAndDestroy())
  })
  expect(outcome).toEqual({ status: 200, body: { ok: true } })
  expect(requests).toBe(2)
})

test('a service that is not there is reported as such', async () => {
  const outcome = fetchJson(createExample(), { url: new URL('http://127.0.0.1:1'), signal })
  await expect(outcome).rejects.toThrow('Example could not be reached.')
})

test('what writes is sent once, whatever comes of it', async () => {
  const { url, requests } = await startHttp((response) => sendJson(response, {}, 500))
  const outcome = fetchJson(createExample(), { url: new URL(url), signal, body: { a: 1 } })
  await expect(outcome).rejects.toThrow('Example answered 500.')
  expect(requests).toHaveLength(1)
})

test('a service that hangs is given up after its time, without a second attempt', async () => {
  const { url, requests } = await startHttp(() => {})
  const outcome = fetchJson(createExample({ timeoutMs: 40 }), { url: new URL(url), signal })
  await expect(outcome).rejects.toMatchObject({ message: 'Example was given up (upstream_timeout).' })
  expect(requests).toHaveLength(1)
})

test('a service that keeps failing is left alone for a while', async () => {
  const { url, requests } = await startHttp((response) => sendJson(response, {}, 500))
  const breaker = { minimumCalls: 3, openMs: 20_000 }
  const example = createExample({ breaker, now: () => 0 })
  const first = fetchJson(example, { url: new URL(url), signal })
  await expect(first).rejects.toThrow('Example answered 500.')
  const second = fetchJson(example, { url: new URL(url), signal })
  await expect(second).rejects.toMatchObject({ retryAfterMs: 20_000 })
  expect(requests).toHaveLength(3)
})

test.each(['{"a":', 'not json', ''])('a body that is not JSON is refused at once: %j', async (body) => {
  const { outcome, requests } = await ask((response) => response.end(body))
  expect(outcome).toMatchObject({ message: 'Example did not answer JSON.' })
  expect(requests).toBe(1)
})

test('a body without end is refused', async () => {
  const { outcome } = await ask((response) => response.end(`"${'x'.repeat(600_000)}"`))
  expect(outcome).toMatchObject({ message: 'Example answered more than 524288 bytes.' })
})

test('a redirect is not followed', async () => {
  const { outcome, requests } = await ask((response) =>
    response.writeHead(302, { location: '/elsewhere' }).end(),
  )
  expect(outcome).toBeInstanceOf(UpstreamUnavailableError)
  expect(requests).toBe(1)
})

test('an aborted signal ends a request that hangs, with its own reason', async () => {
  const abort = new AbortController()
  const { url, requests } = await startHttp(() => abort.abort(new Error('enough')))
  await expect(fetchJson(createExample(), { url: new URL(url), signal: abort.signal })).rejects.toThrow(
    'enough',
  )
  expect(requests).toHaveLength(1)
})

test('an aborted signal ends a pause between two tries', async () => {
  const abort = new AbortController()
  const { url, requests } = await startHttp((response) => {
    sendJson(response, {}, 500)
    setImmediate(() => setTimeout(() => abort.abort(new Error('enough')), 20))
  })
  const patient = createExample({ random: () => 0.99, retry: { attempts: 3, baseDelayMs: 5_000 } })
  await expect(fetchJson(patient, { url: new URL(url), signal: abort.signal })).rejects.toThrow('enough')
  expect(requests).toHaveLength(1)
})

test('no message ever holds the URL, which may hold a key', async () => {
  const { url } = await startHttp((_response, { message }) => message.socket.destroy())
  const request = { url: new URL(`${url}/?key=secret`), signal }
  const outcome = await fetchJson(createExample(), request).catch((error) => error)
  expect(String(outcome)).not.toContain('secret')
})
