import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import parseText from 'parse-prometheus-text-format'
import { expect, onTestFinished, test } from 'vitest'
import { Child } from '../fixtures/stdio-child.ts'
import { startCollector } from '../unit/telemetry/_collector.ts'
import { canaries, findLeaks, formed, formless } from './canary-secrets.ts'

/** Known to the process by their form or by their value, wherever they stand. */
const known = [...formed, formless.environment, formless.configured]

async function startProgram(collectorUrl: string, flags: readonly string[]) {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-canary-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const audit = join(folder, 'audit.log')
  const ports = ['--port', '0', '--admin-port', '0', '--log-level', 'debug', ...flags]
  const child = new Child('canary-server.ts', [audit, ...ports], {
    SECRET_LEAKY_KEY: formless.environment,
    SECRET_API_KEY: canaries.openai[0],
    ACME_API_TOKEN: formless.configured,
    OTEL_EXPORTER_OTLP_ENDPOINT: collectorUrl,
  })
  onTestFinished(() => child.kill())
  const line = await child.logged('The server listens.')
  return { child, audit, url: String(line['url']), adminUrl: String(line['admin_url']) }
}

const standard = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
  'x-api-key': canaries.openai[0],
}

/** What an answer says, without the id that a client chose itself. */
async function post(url: string, body: Body, headers: Record<string, string> = {}): Promise<string> {
  const name = body.params?.['name'] ?? body.params?.['uri']
  const mirrored = {
    'mcp-protocol-version': '2026-07-28',
    ...(body.method === undefined ? {} : { 'mcp-method': body.method }),
    ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
  }
  const all = { ...standard, ...mirrored, ...headers }
  const request = { method: 'POST', headers: all, body: JSON.stringify(body) }
  const response = await fetch(url, request)
  const { id: _id, ...rest } = JSON.parse((await response.text()) || '{}') as Record<string, unknown>
  return JSON.stringify([...response.headers]) + JSON.stringify(rest)
}

interface Body {
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
}

function toRequest(method: string, params: Record<string, unknown>, secret: string) {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': {},
    'io.modelcontextprotocol/clientInfo': { name: secret, version: secret },
    traceparent: secret,
    tracestate: `a=${secret}`,
    [secret]: secret,
    progressToken: secret,
  }
  return { jsonrpc: '2.0', id: secret, method, params: { ...params, _meta } }
}

/** Every slot of a message, with the same secret in it. */
function listRequests(secret: string): Body[] {
  const given = {
    note: secret,
    nested: { list: [secret], [secret]: 1 },
    long: `${'x'.repeat(16_380)} ${secret}`,
  }
  const uri = `leak:///${secret}`
  const argument = { name: secret, value: secret }
  const long = `${'x'.repeat(245)} ${secret}`
  return [
    toRequest('tools/call', { name: 'use', arguments: given }, secret),
    toRequest('tools/call', { name: 'crash', arguments: given }, secret),
    toRequest('tools/call', { name: secret, arguments: given }, secret),
    toRequest('tools/call', { name: long, arguments: given }, long),
    toRequest('prompts/get', { name: secret, arguments: { secret } }, secret),
    toRequest('prompts/get', { name: 'prompt', arguments: { secret } }, secret),
    toRequest('completion/complete', { ref: { type: 'ref/prompt', name: secret }, argument }, secret),
    toRequest('completion/complete', { ref: { type: 'ref/resource', uri }, argument }, secret),
    toRequest('resources/read', { uri }, secret),
    toRequest('resources/read', { uri: secret }, secret),
    toRequest(secret, { name: secret, uri }, secret),
    toRequest('tools/list', { cursor: secret }, secret),
    { jsonrpc: '2.0', method: secret, params: { name: secret } } as Body,
    { jsonrpc: secret, id: secret, [secret]: secret } as Body,
  ]
}

const parent = `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}-01`

test.each([
  ['with the arguments in its log', ['--log-arguments']],
  ['as it is', []],
])(
  'no secret that is known by form or value, in whatever slot, reaches anything a real process tells, %s',
  async (_how, flags) => {
    const collector = await startCollector()
    const { child, audit, url, adminUrl } = await startProgram(collector.url, flags)
    // From here on the process knows what it gave out.
    await post(url, toRequest('tools/call', { name: 'use' }, 'none'))
    const answers: string[] = []
    for (const secret of known) {
      for (const request of listRequests(secret)) answers.push(await post(url, request))
      const state = { traceparent: parent, tracestate: `a=${encodeURIComponent(secret)}` }
      answers.push(
        await post(url, toRequest('tools/call', { name: 'use' }, 'none'), state),
        await post(url, toRequest('tools/list', {}, secret), {
          'mcp-session-id': secret,
          'last-event-id': secret,
        }),
        await post(url, toRequest('tools/list', {}, secret), {
          'mcp-protocol-version': secret,
          origin: secret,
        }),
        await post(url, toRequest('tools/list', {}, secret), { 'x-api-key': secret, 'user-agent': secret }),
        await post(url, toRequest('tools/list', {}, secret), {
          authorization: secret,
          cookie: `a=${secret}`,
        }),
        await post(new URL(`/${encodeURIComponent(secret)}?a=${secret}`, url).href, {}),
        await (await fetch(new URL(`/${encodeURIComponent(secret)}?a=${secret}`, adminUrl))).text(),
      )
    }
    const metrics = await (await fetch(`${adminUrl}/metrics`)).text()
    child.process.kill('SIGTERM')
    expect(await child.exited).toBe(0)
    const audited = await readFile(audit, 'utf8')
    const told = {
      answers: answers.join('\n'),
      metrics,
      stderr: child.stderr,
      audited,
      traces: collector.text(),
    }
    for (const [where, text] of Object.entries(told)) expect([where, findLeaks(text)]).toEqual([where, []])
    const families = parseText(metrics)
    expect(families.find(({ name }) => name === 'plinth_refusals_total')?.metrics.length).toBeGreaterThan(3)
    expect(families.filter(({ type }) => type === 'UNTYPED')).toEqual([])
    // All of it was there to be told of.
    const calls = child.stderr.split('\n').filter((line) => line.includes('"invocation_id"')).length
    expect(calls).toBeGreaterThan(known.length * 15)
    expect(audited.split('\n').length).toBeGreaterThan(known.length * 15)
    expect(collector.spans.length).toBeGreaterThan(known.length * 10)
    expect(child.stderr).toContain('Was given this.')
  },
)
