import { afterEach, expect, test } from 'vitest'
import { Child } from '../../fixtures/stdio-child.ts'

const children: Child[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill()
})

function start(args: readonly string[], env: Record<string, string> = {}): Child {
  const child = new Child('stdio-server.ts', args, env)
  children.push(child)
  return child
}

/** Waits until the server listens and returns what it printed. */
async function listening(child: Child): Promise<{ url: string; printed: string }> {
  const read = () => child.messages.map(({ jsonrpc }) => jsonrpc.replace('none, but: ', '')).join('\n')
  await child.until(() => read().includes('Cursor'))
  return { url: / (http:\S+)/.exec(read())?.[1] ?? '', printed: read() }
}

async function callTool(url: string, name: string): Promise<string> {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } })
  const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
  const response = await fetch(url, { method: 'POST', headers, body })
  return response.text()
}

test('over HTTP it prints where it is, how it is and how to connect', async () => {
  const child = start(['--port', '0', '--path', '/here'])
  const { url, printed } = await listening(child)
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/here$/)
  expect(printed).toContain(`Health: ${url.replace('/here', '/health')}`)
  expect(printed).toContain(`claude mcp add --transport http fixture ${url}`)
  expect(printed).toContain(`{"servers":{"fixture":{"type":"http","url":"${url}"}}}`)
  expect(printed).toContain(`{"mcpServers":{"fixture":{"url":"${url}"}}}`)
  expect(await callTool(url, 'echo')).toContain('"result"')
})

test('over HTTP with a key made up at start it warns, once', async () => {
  const child = start(['--port', '0'])
  await listening(child)
  expect(child.stderr.trim().split('\n')).toHaveLength(1)
  expect(JSON.parse(child.stderr)).toMatchObject({
    level: 'warn',
    message: expect.stringContaining('"keys"'),
  })
})

test('the environment says where it listens', async () => {
  const { url } = await listening(start([], { PORT: '0', PLINTH_PATH: '/env' }))
  expect(url).toMatch(/\/env$/)
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
  '%s lets a call finish, calls onStop and exits with 0',
  async (signal) => {
    const child = start(['--port', '0'])
    const { url } = await listening(child)
    const pending = callTool(url, 'soon')
    await child.until(() => child.stderr.includes('soon started'))
    child.process.kill(signal)
    expect(await pending).toContain('soon ended')
    expect(await child.exited).toBe(0)
    expect(child.stderr).toContain('stopped')
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
  expect(child.stderr).toContain('stopped')
})
