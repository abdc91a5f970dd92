import { type CallRecord, createFetchHandler, type Server } from 'plinth'
import { expect, test } from 'vitest'
import { createEchoServer, exchange, listen, open, post, rpc } from '../../security/raw-http.ts'
import { type Alone, alone, toEvents } from '../../security/sessions.ts'

/** A list that is kept as bytes, of which there are more than characters. */
function createLongServer(): Server {
  const { server } = createEchoServer()
  for (let at = 0; at < 100; at++)
    server.tool({ name: `tool_${at}`, description: `Zählt ${'…'.repeat(100)}`, effect: 'read' }, () => 'ok')
  return server
}

const id = 'ä "quoted" \u0000'
const revisions: readonly [string, Alone][] = [
  ['2025-03-26', { body: rpc('tools/list', {}, id), headers: { 'MCP-Protocol-Version': '2025-03-26' } }],
  ['2025-11-25', { body: rpc('tools/list', {}, id), headers: { 'MCP-Protocol-Version': '2025-11-25' } }],
  ['2026-07-28', alone('tools/list', {}, id)],
]

test.each(revisions)(
  'a long list of %s is the same as JSON, as an event and from the fetch handler',
  async (_date, asked) => {
    const server = createLongServer()
    const service = await listen(server)
    const plain = await exchange(service, post(service, asked.body, asked.headers))
    const { id: answered, result } = JSON.parse(plain.body)
    expect([plain.status, answered, result.tools.length]).toEqual([200, id, 101])
    expect(result.tools.map(({ name }: { name: string }) => name)).toContain('tool_99')
    expect(Number(plain.headers['content-length'])).toBe(Buffer.byteLength(plain.body))
    const stream = await open(service)
    stream.send(post(service, asked.body, { ...asked.headers, Accept: 'text/event-stream' }))
    const { body } = await stream.response()
    expect(toEvents(body).at(-1)?.data).toBe(plain.body)
    const headers = { 'Content-Type': 'application/json', Host: 'localhost', ...asked.headers } as Record<
      string,
      string
    >
    const request = new Request('http://localhost/mcp', { method: 'POST', body: asked.body, headers })
    const fetched = await createFetchHandler(server)(request)
    expect(fetched.headers.get('content-type')).toBe('application/json')
    expect(await fetched.text()).toBe(plain.body)
  },
)

test('long lists that were asked for at once come whole, one after the other, over one connection', async () => {
  const service = await listen(createLongServer())
  const connection = await open(service)
  const ids = [1, 2, 3]
  connection.send(ids.map((one) => post(service, rpc('tools/list', {}, one))).join(''))
  for (const one of ids) {
    const { id: answered, result } = JSON.parse((await connection.response()).body)
    expect([answered, result.tools.length]).toEqual([one, 101])
  }
  connection.send(post(service, rpc('ping', {}, 4)))
  expect(JSON.parse((await connection.response()).body)).toEqual({ jsonrpc: '2.0', id: 4, result: {} })
})

test('the record of a long list says how many bytes it has', async () => {
  const records: CallRecord[] = []
  const server = createLongServer().observe({ onCall: (record) => void records.push(record) })
  const service = await listen(server)
  const { headers } = await exchange(service, post(service, rpc('tools/list')))
  expect(records.map(({ bytesOut }) => bytesOut)).toEqual([Number(headers['content-length'])])
})
