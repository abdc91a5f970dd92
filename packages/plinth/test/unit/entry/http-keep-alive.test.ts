import { createFetchHandler, createServer } from 'plinth'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const url = 'http://localhost/mcp'
const decoder = new TextDecoder()

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'Date'] })
})

afterEach(() => {
  vi.useRealTimers()
})

function createSlowServer() {
  const server = createServer({ name: 'test', version: '1.0.0', log: () => undefined })
  const job = Promise.withResolvers<string>()
  const started = Promise.withResolvers<void>()
  server.tool({ name: 'slow', description: 'Slow.', input: { type: 'object' }, effect: 'read' }, () => {
    started.resolve()
    return job.promise
  })
  const finish = () => job.resolve('done')
  return { handle: createFetchHandler(server, { sse: true }), started: started.promise, finish }
}

function toCall(accept: string): Request {
  const params = { name: 'slow', arguments: {} }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  return new Request(url, { method: 'POST', body, headers: { 'content-type': 'application/json', accept } })
}

/** The call has started; one turn later the entry waits for it. */
async function waitFor(started: Promise<void>): Promise<void> {
  await started
  await new Promise((resolve) => setImmediate(resolve))
}

test('a slow answer becomes a stream that keeps the client waiting', async () => {
  const { handle, started, finish } = createSlowServer()
  const answered = handle(toCall('application/json, text/event-stream'))
  await waitFor(started)
  vi.advanceTimersByTime(15_000)
  const response = await answered
  expect(response.headers.get('content-type')).toBe('text/event-stream')
  finish()
  const text = await response.text()
  expect(text).toMatch(/^(: keep-alive\n\n)+event: message\ndata: .*"result".*\n\n$/)
})

test('a slow answer stays JSON where the client takes nothing else', async () => {
  const { handle, started, finish } = createSlowServer()
  const answered = handle(toCall('application/json'))
  await waitFor(started)
  vi.advanceTimersByTime(60_000)
  finish()
  const response = await answered
  expect(response.headers.get('content-type')).toBe('application/json')
})

test('quiet streams get a comment now and then, and timers end with the last of them', async () => {
  const { handle } = createSlowServer()
  const response = await handle(
    new Request('http://localhost/sse', { headers: { accept: 'text/event-stream' } }),
  )
  const reader = response.body?.getReader()
  expect(decoder.decode((await reader?.read())?.value)).toContain('event: endpoint')
  vi.advanceTimersByTime(15_000)
  expect(decoder.decode((await reader?.read())?.value)).toBe(': keep-alive\n\n')
  vi.advanceTimersByTime(15_000)
  expect(decoder.decode((await reader?.read())?.value)).toBe(': keep-alive\n\n')
  expect(vi.getTimerCount()).toBe(1)
  await reader?.cancel()
  vi.advanceTimersByTime(5_000)
  expect(vi.getTimerCount()).toBe(0)
})
