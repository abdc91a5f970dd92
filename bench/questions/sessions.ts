import type { Question } from '../bench.ts'
import { formatCount, toLimitRow } from '../report.ts'
import { ServerProcess } from '../server-process.ts'
import { post } from '../verify.ts'

const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const opening = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1.0.0' },
  },
})
const opened = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' })

/** Opens a session and leaves it alone. */
async function openSession(port: number): Promise<void> {
  const first = await post(port, opening, headers)
  await first.text()
  const id = first.headers.get('mcp-session-id')
  if (id === null) throw new Error(`No session: status ${first.status}`)
  const second = await post(port, opened, {
    ...headers,
    'mcp-session-id': id,
    'mcp-protocol-version': '2025-11-25',
  })
  await second.text()
  if (second.status !== 202) throw new Error(`The session was not accepted: status ${second.status}`)
}

async function openSessions(port: number, count: number): Promise<void> {
  const open = async () => {
    while (count-- > 0) await openSession(port)
  }
  await Promise.all(Array.from({ length: 8 }, open))
}

/** What a session costs that nobody uses. */
export const sessions: Question = {
  name: 'sessions',
  title: 'heap of idle sessions of 2025-11-25',
  async ask(bench) {
    const count = bench.isShort ? 500 : 2_000
    const server = await ServerProcess.start({ kind: 'plinth' })
    try {
      await openSessions(server.port, 50)
      const before = await server.facts(true)
      const started = performance.now()
      await openSessions(server.port, count)
      const perSecond = (count * 1_000) / (performance.now() - started)
      const after = await server.facts(true)
      const each = (after.heapBytes - before.heapBytes) / count
      const detail = `${formatCount(count)} sessions, opened at ${formatCount(perSecond)}/s`
      return [toLimitRow('heap of one session', each, { max: 1_024, unit: 'bytes', detail })]
    } finally {
      await server.stop()
    }
  },
}
