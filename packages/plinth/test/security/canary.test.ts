import { createServer, type LogRecord, serveHttp } from 'plinth'
import { createAudit, createMetrics } from 'plinth/telemetry'
import { expect, test } from 'vitest'

/** One secret of each form, with a part that must never be seen again. */
const canaries = {
  bearer: ['Bearer canaryBEARERcanaryBEARER', 'canaryBEARER'],
  jwt: ['eyJhbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.Y2FuYXJ5SldU', 'Y2FuYXJ5SldU'],
  openai: ['sk-canaryOPENAIcanaryOPENAI00', 'canaryOPENAI'],
  github: ['ghp_canaryGITHUBcanaryGITHUB00', 'canaryGITHUB'],
  database: ['postgres://ada:canaryDATABASE@db:5432/app', 'canaryDATABASE'],
  named: ['password=canaryNAMED', 'canaryNAMED'],
} as const

const all = Object.values(canaries).map(([secret]) => secret)
const parts = Object.values(canaries).map(([, part]) => part)

function findLeaks(text: string): string[] {
  return parts.filter((part) => text.includes(part))
}

test('secrets planted everywhere reach no log, metric, audit record or answer', async () => {
  const log: LogRecord[] = []
  let audited = ''
  const sink = {
    async write(lines: string) {
      audited += lines
    },
  }
  const audit = createAudit({ sink, onUnwritable: 'refuse' })
  const metrics = createMetrics()
  const server = createServer({
    name: 'test',
    version: '1.0.0',
    logLevel: 'debug',
    logCalls: { logArguments: true },
    log: (record) => log.push(record),
    observers: [audit, metrics],
  })
  const input = { type: 'object', properties: {}, additionalProperties: true } as const
  server.tool(
    { name: 'throw', description: 'Throws.', effect: 'read', input, redact: ['note'] },
    (_input, call) => {
      call.log.debug(`Got ${all.join(' ')}`, { headers: { authorization: 'canaryHEADER' }, all })
      throw new Error(all.join(' '), { cause: new Error(all.join(' ')) })
    },
  )
  const service = await serveHttp(server, { port: 0 })
  const names = ['throw', ...all]
  const answers = await Promise.all(names.map((name) => send(service.url, name)))
  await service.close()
  const lines = JSON.stringify(log)
  expect(findLeaks(lines)).toEqual([])
  expect(lines).not.toMatch(/canaryHEADER|canaryNOTE/)
  expect(findLeaks(metrics.toText())).toEqual([])
  expect(findLeaks(audited)).toEqual([])
  expect(findLeaks(answers[0] ?? '')).toEqual([])
  expect(log.length).toBeGreaterThanOrEqual(names.length)
})

async function send(url: string, name: string): Promise<string> {
  const input = { fine: all, note: 'canaryNOTE', nested: { list: all }, password: 'canaryNOTE' }
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      authorization: canaries.bearer[0],
      cookie: `session=${canaries.openai[0]}`,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: name,
      method: 'tools/call',
      params: { name, arguments: input, _meta: { secret: canaries.github[0] } },
    }),
  })
  return response.text()
}
