import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { type CreatedKey, createKey } from '../../../src/cli/key-create.ts'
import { Child, type LogLine } from '../../fixtures/stdio-child.ts'
import { startWeb } from '../../security/web.ts'

const main = join(import.meta.dirname, '../../../src/cli/main.ts')
const canary = 'canary-that-stays-inside'

function write(text: string): string {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-configured-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  const path = join(directory, 'file')
  writeFileSync(path, text)
  return path
}

function start(args: readonly string[], env: Record<string, string>): Child {
  const child = new Child('configured-server.ts', args, env)
  onTestFinished(() => child.kill())
  return child
}

async function listen(args: readonly string[], env: Record<string, string> = {}) {
  const child = start(['--port', '0', ...args], env)
  const line = await child.logged('The server listens.')
  return { child, url: String(line['url']), admin: String(line['admin_url']) }
}

async function post(url: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
  const accept = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const sent = JSON.stringify({ jsonrpc: '2.0', id: 1, ...body })
  return fetch(url, { method: 'POST', headers: { ...accept, ...headers }, body: sent })
}

const clientInfo = { name: 'test', version: '1' }
const initialize = {
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo },
}
const callNote = { method: 'tools/call', params: { name: 'note' } }

test('keys from a file seal the sessions: processes that read it serve those of each other', async () => {
  const key = Buffer.alloc(32, 7).toString('base64')
  const env = { PLINTH_KEYS_FILE: write(`${key}\n`) }
  const [one, other, stranger] = [await listen([], env), await listen([], env), await listen([])]
  const opened = await post(one.url, initialize)
  const session = { 'mcp-session-id': opened.headers.get('mcp-session-id') ?? '' }
  expect((await post(other.url, { method: 'ping' }, session)).status).toBe(200)
  expect((await post(stranger.url, { method: 'ping' }, session)).status).toBe(404)
  expect(other.child.stderr).not.toContain('Set PLINTH_KEYS')
  expect(stranger.child.stderr).toContain('Set PLINTH_KEYS')
})

test('keys from files let callers in, and whatever collects metrics', async () => {
  const [caller, collector] = [createKey({ id: 'ci' }), createKey({ id: 'prometheus' })]
  const { url, admin } = await listen(['--admin-port', '0', '--admin-host', '0.0.0.0'], {
    PLINTH_API_KEYS_FILE: write(JSON.stringify([caller.entry])),
    PLINTH_ADMIN_KEYS_FILE: write(JSON.stringify([collector.entry])),
  })
  const asks = ({ key }: CreatedKey) => ({ 'x-api-key': key })
  expect((await post(url, initialize)).status).toBe(401)
  expect((await post(url, initialize, asks(collector))).status).toBe(401)
  expect((await post(url, initialize, asks(caller))).status).toBe(200)
  expect((await fetch(`${admin}/metrics`)).status).toBe(401)
  expect((await fetch(`${admin}/metrics`, { headers: asks(caller) })).status).toBe(401)
  expect((await fetch(`${admin}/metrics`, { headers: asks(collector) })).status).toBe(200)
  expect((await fetch(`${admin}/readyz`)).status).toBe(200)
})

test('at the most talkative level the log has what handlers say, and no secret of the configuration', async () => {
  const { child, url } = await listen(['--log-level', 'debug'], { ACME_API_TOKEN: canary })
  expect(await (await post(url, callNote)).text()).toContain('"3"')
  await child.until(() => child.stderr.includes('token '))
  expect(child.stderr).toContain('token [redacted]')
  expect(child.stderr).not.toContain(canary)
})

/** The lines of the log that tell of calls of tools. */
function readCalls({ log }: Child): LogLine[] {
  return log.filter(({ kind }) => kind === 'tool')
}

test('there is a line for each call; settings switch it off, or add the arguments without their secrets', async () => {
  const [standard, silent, talkative] = await Promise.all([
    listen([]),
    listen(['--log-calls=false']),
    listen([], { PLINTH_LOG_ARGUMENTS: '1' }),
  ])
  const args = { some: 'text', password: canary }
  for (const { url } of [standard, silent]) await post(url, callNote)
  await post(talkative.url, { ...callNote, params: { ...callNote.params, arguments: args } })
  for (const { child } of [standard, talkative]) await child.until(() => readCalls(child).length === 1)
  expect(readCalls(standard.child)).toMatchObject([{ tool_name: 'note', outcome: 'ok' }])
  expect(readCalls(standard.child)[0]).not.toHaveProperty('arguments')
  expect(readCalls(talkative.child)).toMatchObject([
    { tool_name: 'note', arguments: { some: 'text', password: '[redacted]' } },
  ])
  silent.child.process.kill('SIGTERM')
  expect(await silent.child.exited).toBe(0)
  expect(readCalls(silent.child)).toEqual([])
})

test('a setting has every decision recorded in a file, which a key protects', async () => {
  const key = write('a-key-of-the-audit-log')
  const path = `${key}-audit.log`
  const { child, url } = await listen(['--audit-file', path], { PLINTH_AUDIT_KEY_FILE: key })
  await post(url, callNote)
  await post(url, { method: 'tools/call', params: { name: 'unknown' } })
  child.process.kill('SIGTERM')
  expect(await child.exited).toBe(0)
  const records = readFileSync(path, 'utf8').trim().split('\n')
  expect(records.map((line) => JSON.parse(line) as object)).toMatchObject([
    { component: 'note', outcome: 'ok', version: '1.0.0' },
    { component: 'unknown', outcome: 'protocol_error' },
  ])
  const verify = (...args: string[]) =>
    promisify(execFile)(process.execPath, ['--conditions=plinth-source', main, 'audit', 'verify', ...args])
  expect((await verify(path, '--key-file', key)).stdout).toMatch(/^2 records, unbroken\./)
  await expect(verify(path)).rejects.toMatchObject({ code: 1 })
})

test('headers for the collector come from a file too', async () => {
  const asked: unknown[] = []
  const { port } = await startWeb((request, response) => {
    asked.push(request.headers['x-collector-key'])
    request.resume().on('end', () => response.end())
  })
  const { child, url } = await listen([], {
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/v1/traces`,
    OTEL_EXPORTER_OTLP_HEADERS_FILE: write(`x-collector-key=${canary}\n`),
  })
  await post(url, callNote)
  child.process.kill('SIGTERM')
  expect(await child.exited).toBe(0)
  expect(asked).toEqual([canary])
  expect(child.stderr).not.toContain(canary)
})

test('a flag says that nothing may change, and one that it may', async () => {
  const dry = await listen(['--dry-run'])
  expect(await (await post(dry.url, callNote)).text()).toContain('plinth/dryRun')
  const real = await listen(['--dry-run=false'], { PLINTH_DRY_RUN: '1' })
  expect(await (await post(real.url, callNote)).text()).not.toContain('plinth/dryRun')
})

test('a program whose configuration is wrong says everything that is, and does not start', async () => {
  const env = {
    PORT: 'http',
    PLINTH_ALOWED_HOSTS: 'a.example',
    ACME_RETRIES: '10',
    ACME_API_TOKEN: `${canary} `,
    ACME_API_TOKEN_FILE: write(canary),
    PLINTH_KEYS: canary,
    PLINTH_ENV_FILE: write(`ACME_TOKEN=${canary}\n`),
  }
  const child = start(['--api-token', canary], env)
  expect(await child.exited).toBe(1)
  for (const sentence of [
    'Unknown flag "--api-token" on the command line.',
    '"PORT" must be a whole number from 0 to 65535, got "http" in the environment.',
    '"PLINTH_ALOWED_HOSTS" in the environment is no setting of this program. Did you mean "PLINTH_ALLOWED_HOSTS"?',
    '"ACME_RETRIES" must be a whole number from 0 to 9, got "10" in the environment.',
    '"ACME_API_TOKEN" and "ACME_API_TOKEN_FILE" are both set in the environment. Keep one of them.',
    `"ACME_TOKEN" in ${JSON.stringify(env.PLINTH_ENV_FILE)} is no setting of this program.`,
  ]) {
    expect(child.stderr).toContain(sentence)
  }
  expect(child.messages).toEqual([])
  expect(child.stderr).not.toContain(canary)
})
