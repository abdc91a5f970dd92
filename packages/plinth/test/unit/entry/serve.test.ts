import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { Readable } from 'node:stream'
import { verifyAudit } from 'plinth/telemetry'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { bareEnv, Child, toFixturePath } from '../../fixtures/stdio-child.ts'

const children: Child[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill()
})

function start(args: readonly string[], env: Record<string, string> = {}): Child {
  const child = new Child('stdio-server.ts', args, env)
  children.push(child)
  return child
}

/** Waits until the server listens, and tells where. */
async function listening(child: Child): Promise<{ url: string }> {
  return { url: String((await child.logged('The server listens.'))['url']) }
}

async function callTool(url: string, name: string): Promise<string> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } })
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const response = await fetch(url, { method: 'POST', headers, body })
  return response.text()
}

test('over HTTP its log says where it is, how it is and how to connect, and stdout stays free', async () => {
  const child = start(['--port', '0', '--path', '/here', '--admin-port', '0'])
  const line = await child.logged('The server listens.')
  const url = String(line['url'])
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/here$/)
  expect(line).toEqual({
    time: expect.any(String),
    level: 'info',
    message: 'The server listens.',
    name: 'fixture',
    version: '1.0.0',
    pid: child.process.pid,
    url,
    health_url: url.replace('/here', '/health'),
    admin_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
    connect: `claude mcp add --transport http fixture ${url}`,
  })
  expect((await fetch(`${line['admin_url']}/readyz`)).status).toBe(200)
  expect(await callTool(url, 'echo')).toContain('"result"')
  expect(child.messages).toEqual([])
})

test.skipIf(!existsSync('/usr/bin/script'))('on a terminal it also prints that for people', async () => {
  const command = [process.execPath, '--conditions=plinth-source', toFixturePath('stdio-server.ts')]
  const args = [
    '--quiet',
    '--return',
    '--command',
    ['exec', ...command, '--port', '0'].join(' '),
    '/dev/null',
  ]
  const terminal = spawn('/usr/bin/script', args, { env: bareEnv(), stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void terminal.kill('SIGKILL'))
  let text = ''
  terminal.stdout.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  await expect.poll(() => text).toContain('Cursor')
  const url = /fixture listens at (http:\S+)/.exec(text)?.[1] ?? ''
  expect(text).toContain(`Health: ${url.replace('/mcp', '/health')}`)
  expect(text).toContain(`Claude Code: claude mcp add --transport http fixture ${url}`)
  expect(text).toContain(`{"servers":{"fixture":{"type":"http","url":"${url}"}}}`)
  expect(text).toContain(`{"mcpServers":{"fixture":{"url":"${url}"}}}`)
  terminal.stdin.write('\u0003')
  expect((await once(terminal, 'exit'))[0]).toBe(0)
})

test('over HTTP with a key made up at start it warns, once', async () => {
  const child = start(['--port', '0'])
  await listening(child)
  expect(child.log.filter(({ level }) => level === 'warn')).toEqual([
    expect.objectContaining({ message: expect.stringContaining('"keys"') }),
  ])
})

test('the environment says where it listens', async () => {
  const { url } = await listening(start([], { PORT: '0', PLINTH_PATH: '/env' }))
  expect(url).toMatch(/\/env$/)
})

test('an audit log on stdout is all there is on it, so that it can be verified', async () => {
  const child = new Child('stdout-audit-server.ts', ['--port', '0'])
  children.push(child)
  const { url } = await listening(child)
  expect(await callTool(url, 'greet')).toContain('hello')
  child.process.kill('SIGTERM')
  expect(await child.exited).toBe(0)
  await child.closed
  const lines = child.messages.map((record) => JSON.stringify(record))
  const fault = undefined
  expect(await verifyAudit(Readable.from(lines))).toMatchObject({ fault, records: 1 })
})

test('a flag it does not know keeps it from starting', async () => {
  const child = start(['--prot', '1'])
  expect(await child.exited).toBe(1)
  expect(child.stderr).toContain('Unknown flag "--prot" on the command line. Did you mean "--port"?')
})

test.each(['late_throw', 'late_rejection'])(
  '%s is logged with its name and others are served',
  async (tool) => {
    const child = start(['--port', '0'])
    const { url } = await listening(child)
    expect(await callTool(url, tool)).toContain('answered')
    await child.until(() => child.stderr.includes(`"component":"${tool}"`))
    expect(await callTool(url, 'echo')).toContain('"result"')
  },
)

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s lets a call finish, calls onStop and exits with 0, and the log says so',
  async (signal) => {
    const child = start(['--port', '0'])
    const { url } = await listening(child)
    const pending = callTool(url, 'soon')
    await child.until(() => child.stderr.includes('soon started'))
    child.process.kill(signal)
    expect(await pending).toContain('soon ended')
    expect(await child.exited).toBe(0)
    expect(child.stderr).toContain('\nstopped\n')
    const since = { duration_ms: expect.any(Number) }
    expect(child.log.slice(-4)).toMatchObject([
      { message: 'The server stops.', reason: signal, in_flight: 1, drain_delay_ms: 0, grace_ms: 10_000 },
      { message: 'A call was answered.', tool_name: 'soon' },
      { message: 'The server is drained.', finished: 1, cut_off: 0, ...since },
      { message: 'The server has stopped.', ...since },
    ])
  },
)

test('a second signal ends it at once with 1', async () => {
  const child = start(['--port', '0'])
  const { url } = await listening(child)
  const pending = callTool(url, 'hang').catch(() => undefined)
  await child.until(() => child.stderr.includes('hang started'))
  child.process.kill('SIGTERM')
  await new Promise((resolve) => setTimeout(resolve, 50))
  child.process.kill('SIGTERM')
  expect(await child.exited).toBe(1)
  await pending
})

test('an error that belongs to no call is logged, stops it gracefully and exits with 1', async () => {
  const child = start(['--port', '0'])
  await listening(child)
  child.process.kill('SIGUSR2')
  expect(await child.exited).toBe(1)
  expect(child.stderr).toContain('thrown by nobody')
  expect(child.stderr).toContain('\nstopped\n')
  expect(await child.logged('The server stops.')).toMatchObject({
    reason: 'an error that belongs to no call',
  })
})
