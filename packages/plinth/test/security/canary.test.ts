import { createHash } from 'node:crypto'
import { context, trace } from '@opentelemetry/api'
import { createServer, envSecrets, type LogRecord, serveHttp, traceStatement } from 'plinth'
import { apiKeys, jwt } from 'plinth/auth'
import { createOtlpTracer } from 'plinth/otel'
import { createOtlpMetrics } from 'plinth/otel-metrics'
import { createAudit, createMetrics } from 'plinth/telemetry'
import { createTestClient } from 'plinth/testing'
import { defineUpstream } from 'plinth/upstream'
import { expect, onTestFinished, test } from 'vitest'
import { tasks } from '../unit/jobs/_tasks.ts'
import { startCollector } from '../unit/telemetry/_collector.ts'
import { formed as all, canaries, findLeaks, formless } from './canary-secrets.ts'
import { startWeb } from './web.ts'

const input = {
  type: 'object',
  properties: { field: { type: 'string', redact: true } },
  additionalProperties: true,
} as const
const planted = {
  fine: all,
  nested: { list: all, [all[2] ?? '']: 1 },
  field: formless.field,
  note: formless.path,
  password: formless.name,
}
const read = { description: 'Leaks.', effect: 'read', input, redact: ['note'] } as const

/** A server that says all it can, in every way it has, whose tools say everything they should not. */
async function startTarget() {
  const log: LogRecord[] = []
  const collector = await startCollector()
  let audited = ''
  const sink = {
    async write(lines: string) {
      audited += lines
    },
  }
  const audit = createAudit({ sink, onUnwritable: 'refuse', log: (record) => log.push(record) })
  const metrics = createMetrics()
  const options = { serviceName: 'test', env: {} }
  const web = await startWeb((_request, response) => {
    response.writeHead(500, { 'x-secret': all.join(' ') }).end(all.join(' '))
  })
  const upstream = defineUpstream({ name: 'leaky', retry: { attempts: 2, baseDelayMs: 0 } })
  const server = createServer({
    name: 'test',
    version: '1.0.0',
    logLevel: 'debug',
    logCalls: { logArguments: true },
    log: (record) => log.push(record),
    observers: [audit],
    upstreams: [upstream],
    secrets: [envSecrets({ env: { SECRET_LEAKY_KEY: formless.environment } })],
    tracer: createOtlpTracer({ ...options, url: `${collector.url}/v1/traces` }),
    jobs: { pollMs: 5 },
  })
  onTestFinished(() => {
    trace.disable()
    context.disable()
    server.close()
  })
  server.measure(metrics)
  server.measure(createOtlpMetrics({ ...options, url: `${collector.url}/v1/metrics` }))
  const fail = () => new Error(all.join(' '), { cause: new Error(all.join(' ')) })
  server.tool({ ...read, name: 'throw' }, (_input, call) => {
    for (const level of ['debug', 'info', 'notice', 'warning', 'error'] as const) {
      call.log[level](`Got ${all.join(' ')}`, { headers: { authorization: formless.name }, all })
    }
    throw fail()
  })
  server.tool({ ...read, name: 'upstream' }, async (_input, call) => {
    const response = await call.fetch(`http://127.0.0.1:${web.port}/`)
    throw new TypeError(`${response.headers.get('x-secret')} ${await response.text()}`)
  })
  server.tool({ ...read, name: 'failing-upstream' }, async (_input, call) => {
    await upstream.fetch(call, `http://127.0.0.1:${web.port}/?token=${all[2]}`)
    return 'never'
  })
  server.tool({ ...read, name: 'statement' }, async () => {
    const text = `INSERT INTO keys VALUES ('${all.join("', '")}', "${all[3]}", $tag$${formless.path}$tag$) -- ${all[4]}`
    await traceStatement({ system: 'postgresql', text }, async () => {
      throw Object.assign(fail(), { code: '23505' })
    })
    return 'never'
  })
  server.tool({ ...read, name: 'secret' }, async (_input, call) => {
    const key = await call.secret('LEAKY_KEY')
    call.log.info(`The key is ${key}.`, { key })
    throw new Error(`The key ${key} was refused.`)
  })
  server.tool({ ...read, name: 'job', task: 'allowed' }, () => {
    throw fail()
  })
  server.tool({ ...read, name: 'dangling' }, () => {
    throw { toString: () => all.join(' '), all }
  })
  server.resource({ uri: 'leak:///{+rest}', name: 'leak' }, () => {
    throw fail()
  })
  server.prompt({ name: 'prompt', description: 'Leaks.' }, () => {
    throw fail()
  })
  const told = () => ({
    log: JSON.stringify(log),
    metrics: metrics.toText() + metrics.toText('openmetrics'),
    traces: collector.text(),
    audit: audited,
  })
  return { server, log, collector, told }
}

const tools = ['throw', 'upstream', 'failing-upstream', 'statement', 'secret', 'dangling', 'job']

test.each(['2025-11-25', '2026-07-28'])(
  'secrets planted everywhere reach no log, span, metric, audit record or answer of %s',
  async (revision) => {
    const { server, collector, told } = await startTarget()
    const hasTasks = revision === '2026-07-28'
    const capabilities = hasTasks ? { extensions: { [tasks]: {} } } : {}
    const client = createTestClient(server, { revision, capabilities })
    const _meta = { secret: all[3], traceparent: all[0], progressToken: all[2] }
    const answers = []
    for (const name of tools) {
      answers.push(await client.call('tools/call', { name, arguments: planted, _meta }).catch(toAnswer))
    }
    for (const secret of [...all, formless.environment]) {
      answers.push(
        await client.call('tools/call', { name: secret, arguments: planted, _meta }).catch(toAnswer),
        await client.call('prompts/get', { name: secret, arguments: { secret } }).catch(toAnswer),
        await client.call(secret, { secret }).catch(toAnswer),
      )
      answers.push(await client.call('resources/read', { uri: `leak:///${secret}` }).catch(toMessage))
    }
    answers.push(
      await client.call('prompts/get', { name: 'prompt', arguments: { all: all[0] } }).catch(toAnswer),
    )
    if (hasTasks) await expect.poll(() => told().log.includes('"kind":"job"')).toBe(true)
    await server.telemetry.close()
    expect(findLeaks(JSON.stringify(answers))).toEqual([])
    for (const [where, text] of Object.entries(told())) expect([where, findLeaks(text)]).toEqual([where, []])
    // Every one of them was there to be told of.
    const spans = collector.spans.map(({ name }) => name)
    expect(spans).toEqual(expect.arrayContaining(tools.map((name) => `tools/call ${name}`)))
    expect(spans).toContain('INSERT keys')
    expect(told().audit.split('\n').length).toBeGreaterThan(tools.length + all.length * 4)
    expect(told().log).toContain('The key is [redacted].')
  },
)

test('secrets of callers who are let in, and of those who are not, go nowhere', async () => {
  const { server, told, log } = await startTarget()
  const sha256 = createHash('sha256').update(canaries.openai[0]).digest('hex')
  const keys = apiKeys({ keys: [{ id: 'one', sha256 }] })
  const tokens = jwt({ issuer: 'https://issuer.example', audience: 'test', secret: 'canaryNAMED'.repeat(4) })
  const auth = {
    verifiers: [keys, tokens],
    resource: 'https://a.example',
    authorizationServers: ['https://b.example'],
  }
  const service = await serveHttp(server, { port: 0, admin: { port: 0 }, auth })
  const standard = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const body = JSON.stringify({
    jsonrpc: '2.0',
    id: all[2],
    method: 'tools/call',
    params: { name: 'throw', arguments: planted },
  })
  const heads: Record<string, string>[] = [
    { 'x-api-key': canaries.openai[0], cookie: `session=${canaries.github[0]}` },
    { 'x-api-key': canaries.github[0] },
    { authorization: canaries.bearer[0] },
    { authorization: `Bearer ${canaries.jwt[0]}` },
    { authorization: `Basic ${Buffer.from(`ada:${formless.name}`).toString('base64')}` },
    {
      'x-api-key': canaries.openai[0],
      'mcp-session-id': canaries.github[0],
      'last-event-id': canaries.openai[0],
    },
    { 'x-api-key': canaries.openai[0], origin: `https://ada:${formless.name}@evil.example` },
  ]
  const answers = []
  for (const headers of heads) {
    const response = await fetch(service.url, { method: 'POST', headers: { ...standard, ...headers }, body })
    answers.push(
      JSON.stringify([...response.headers]),
      (await response.text()).replaceAll(`"id":"${all[2]}"`, ''),
    )
  }
  for (const secret of [canaries.openai[0], canaries.github[0]]) {
    const url = new URL(`/${secret}?token=${formless.name}`, service.url)
    answers.push(await (await fetch(url, { method: 'POST', headers: standard, body })).text())
  }
  for (const path of ['/livez', '/readyz', '/startupz', '/metrics']) {
    answers.push(await (await fetch(`${service.adminUrl}${path}`)).text())
  }
  await service.close()
  expect(findLeaks(answers.join('\n'))).toEqual([])
  for (const [where, text] of Object.entries(told())) expect([where, findLeaks(text)]).toEqual([where, []])
  expect(log.filter(({ message }) => message === 'A caller was not let in.').length).toBeGreaterThan(1)
})

function toAnswer(error: unknown): unknown {
  return error instanceof Error ? { ...error, text: error.message } : error
}

/** A client may hear of the address that it asked for itself. */
function toMessage(error: unknown): unknown {
  return error instanceof Error ? error.message : error
}
