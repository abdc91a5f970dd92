import { createServer, serveHttp } from 'plinth'
import type { CallRecord } from 'plinth/telemetry'
import { createTestClient } from 'plinth/testing'
import { expect, test } from 'vitest'
import { startWeb } from '../../security/web.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const parent = `00-${traceId}-00f067aa0ba902b7-01`

async function createRelay() {
  const { port } = await startWeb(({ headers }, response) => response.end(JSON.stringify(headers)))
  const records: CallRecord[] = []
  const server = createServer({
    name: 'test',
    version: '1.0.0',
    observers: [{ onCall: (record) => void records.push(record) }],
  })
  const input = { type: 'object', properties: { traceparent: { type: 'string' } } } as const
  server.tool(
    { name: 'relay', description: 'Relays.', effect: 'read', input },
    async ({ traceparent }, call) => {
      const headers = typeof traceparent === 'string' ? { traceparent } : {}
      const response = await call.fetch(`http://127.0.0.1:${port}/`, { headers })
      return (await response.json()) as Record<string, string>
    },
  )
  return { server, records }
}

async function relay(
  server: Awaited<ReturnType<typeof createRelay>>['server'],
  params: Record<string, unknown>,
) {
  const { structuredContent, content } = (await createTestClient(server).call('tools/call', {
    name: 'relay',
    ...params,
  })) as {
    structuredContent?: Record<string, string>
    content: { text: string }[]
  }
  return structuredContent ?? (JSON.parse(content[0]?.text ?? '{}') as Record<string, string>)
}

test('the trace of the client goes on to what the handler fetches, with a span of its own', async () => {
  const { server, records } = await createRelay()
  const sent = await relay(server, { _meta: { traceparent: parent, tracestate: 'a=b' } })
  const [, id, span] = /^00-([0-9a-f]{32})-([0-9a-f]{16})-01$/.exec(sent['traceparent'] ?? '') ?? []
  expect(id).toBe(traceId)
  expect(span).not.toBe('00f067aa0ba902b7')
  expect(sent['tracestate']).toBe('a=b')
  expect(records[0]).toMatchObject({ traceId, spanId: span })
})

test('over HTTP the trace comes from the header', async () => {
  const { server, records } = await createRelay()
  const service = await serveHttp(server, { port: 0 })
  await fetch(service.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      traceparent: parent,
    },
    body: '{"jsonrpc":"2.0","id":1,"method":"ping"}',
  })
  await service.close()
  expect(records[0]).toMatchObject({ method: 'ping', traceId })
})

test.each([
  ['empty', ''],
  ['nonsense', 'nonsense'],
  ['of zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
  ['of a version that cannot be', `ff${parent.slice(2)}`],
  ['too long for its version', `${parent}-more`],
  ['endless', 'x'.repeat(10_000)],
])('a traceparent that is %s starts nothing', async (_what, traceparent) => {
  const { server, records } = await createRelay()
  expect(await relay(server, { _meta: { traceparent } })).not.toHaveProperty('traceparent')
  expect(records[0]?.traceId).toBeUndefined()
})

test('a handler that sends a trace of its own keeps it', async () => {
  const { server } = await createRelay()
  const own = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-00`
  const sent = await relay(server, { arguments: { traceparent: own }, _meta: { traceparent: parent } })
  expect(sent['traceparent']).toBe(own)
})
