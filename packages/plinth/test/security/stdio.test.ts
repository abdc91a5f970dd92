import { afterEach, expect, test } from 'vitest'
import { Child } from '../fixtures/stdio-child.ts'

const children: Child[] = []

afterEach(() => {
  for (const child of children.splice(0)) child.kill()
})

function start(fixture = 'stdio-server.ts', args: readonly string[] = ['--stdio']): Child {
  const child = new Child(fixture, args)
  children.push(child)
  return child
}

/** Milliseconds from now until the process is gone. */
async function measureExit(child: Child): Promise<number> {
  const start = performance.now()
  await child.exited
  return performance.now() - start
}

test('what a tool prints goes to stderr, and stdout carries nothing but messages', async () => {
  const child = start()
  child.callTool(1, 'print')
  expect(await child.text(1)).toBe('printed')
  await child.until(() => child.stderr.includes('printed by end'))
  for (const way of ['console.log', 'console.info', 'console.table', 'stdout.write', 'pipe']) {
    expect(child.stderr).toMatch(new RegExp(`by ${way}`))
  }
  expect(child.stderr).toContain('printed as bytes')
  child.process.stdin.end()
  await child.closed
  expect(child.messages).toMatchObject([{ jsonrpc: '2.0', id: 1 }])
})

test('children that inherit stdout print to stderr and do not steal stdin', async () => {
  const child = start()
  child.callTool(1, 'children')
  child.callTool(2, 'echo', { still: 'mine' })
  expect(await child.text(1)).toBe('children ended')
  expect(await child.text(2)).toContain('mine')
  await child.until(() => child.stderr.includes('by spawn to 1') && child.stderr.includes('by execSync'))
  expect(child.messages).toMatchObject([{ id: 2 }, { id: 1 }])
})

test('a line over the limit is skipped, answered with an error without id, and the next one is served', async () => {
  const child = start()
  child.write(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"a":"`)
  for (let i = 0; i < 80; i++) child.write('x'.repeat(65_536))
  child.write('"}}\n')
  child.callTool(2, 'echo', { next: true })
  expect(await child.text(2)).toContain('next')
  expect(child.messages[0]).toMatchObject({
    error: { code: -32_600, message: expect.stringContaining('4194304') },
  })
  expect(child.messages[0]).not.toHaveProperty('id')
  expect(child.messages).toHaveLength(2)
})

test('a line just under the limit is served', async () => {
  const child = start()
  const head = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"a":"'
  child.write(`${head}${'x'.repeat(4_194_304 - head.length - 4)}"}}}\n`)
  const { result } = await child.answer(1)
  expect(result).toBeDefined()
})

test('a malformed line is answered with -32700 and the next one is served', async () => {
  const child = start()
  child.write('this is not JSON\n{"jsonrpc":"2.0",\n[]\n"text"\n')
  child.callTool(1, 'echo')
  await child.answer(1)
  const codes = child.messages.map(({ error }) => error?.code)
  expect(codes).toEqual([-32_700, -32_700, -32_600, -32_600, undefined])
})

test('a line that is not UTF-8 is answered with -32700 and runs nothing', async () => {
  const child = start()
  const message = Buffer.from('{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"sized?"}}\n')
  message[message.indexOf('?')] = 0xff
  child.write(message)
  child.callTool(2, 'echo')
  await child.answer(2)
  expect(child.messages[0]?.error?.code).toBe(-32_700)
  expect(child.stderr).not.toContain('sized')
})

test('messages are told apart by line feeds alone, wherever the chunks end', async () => {
  const child = start()
  const text = 'é€😀\u2028\u2029\u0085 end'
  const lines = [1, 2, 3].map((id) =>
    JSON.stringify({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'echo', arguments: { text } },
    }),
  )
  const bytes = Buffer.from(`\r\n\n${lines[0]}\r\n   \n${lines[1]}\n${lines[2]}`)
  for (const byte of bytes) child.process.stdin.write(Uint8Array.of(byte))
  child.process.stdin.end()
  for (const id of [1, 2, 3]) expect(JSON.parse(await child.text(id))).toEqual({ text })
  await child.closed
  expect(child.messages).toHaveLength(3)
})

test('many messages in one chunk are answered once each, out of order where one is slow', async () => {
  const child = start()
  const ids = Array.from({ length: 500 }, (_, index) => index)
  const toLine = (id: number) => {
    const params = { name: id === 0 ? 'wait' : 'echo', arguments: { ms: 200 } }
    return JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params })
  }
  child.write(`${ids.map(toLine).join('\n')}\n`)
  await child.answer(0)
  const answered = child.messages.map(({ id }) => id)
  expect(answered).toHaveLength(500)
  expect(answered.toSorted((a, b) => Number(a) - Number(b))).toEqual(ids)
  expect(answered.at(-1)).toBe(0)
})

test('an id that is in flight already is refused, and the first call is answered', async () => {
  const child = start()
  child.callTool('same', 'wait', { ms: 100 })
  child.callTool('same', 'wait', { ms: 100 })
  child.callTool('other', 'wait', { ms: 300 })
  await child.answer('other')
  const same = child.messages.filter(({ id }) => id === 'same')
  expect(same).toHaveLength(2)
  expect(same[0]).toMatchObject({ error: { code: -32_600 } })
  expect(same[1]).toMatchObject({ result: { content: [{ text: 'waited 100' }] } })
})

test('a cancelled call is aborted and never answered', async () => {
  const child = start()
  child.callTool(1, 'hang')
  await child.until(() => child.stderr.includes('hang started'))
  child.write('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}\n')
  await child.until(() => child.stderr.includes('hang aborted'))
  child.callTool(2, 'echo')
  await child.answer(2)
  expect(child.messages.map(({ id }) => id)).toEqual([2])
})

test('a client that does not read is not worked for, and gets everything once it reads', async () => {
  const child = start()
  child.process.stdout.pause()
  for (let id = 0; id < 60; id++) child.callTool(id, 'sized', { chars: 1_000_000 })
  await child.until(() => child.stderr.includes('sized'))
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(child.stderr.split('sized').length).toBeLessThan(10)
  child.process.stdout.resume()
  await child.answer(59)
  expect(child.messages).toHaveLength(60)
})

test('a flood on stderr that nobody reads neither blocks the protocol nor fills the memory', async () => {
  const child = start()
  child.process.stderr.pause()
  child.callTool(1, 'flood', { kib: 65_536 })
  expect(Number((await child.text(1)).replace('queued ', ''))).toBeLessThan(8_388_608)
  child.callTool(2, 'echo')
  await child.answer(2)
})

test.each([
  ['nothing runs', undefined],
  ['a tool hangs', 'hang'],
  ['a timer is alive', 'timer'],
  ['a tool waits for a minute', 'wait'],
])('the process ends with 0 soon after stdin, also when %s', async (_state, tool) => {
  const child = start()
  child.callTool(1, 'echo')
  if (tool !== undefined) child.callTool(2, tool, tool === 'wait' ? { ms: 60_000 } : {})
  if (tool === 'hang') await child.until(() => child.stderr.includes('hang started'))
  await child.answer(1)
  child.process.stdin.end()
  expect(await measureExit(child)).toBeLessThan(5_000)
  expect(await child.exited).toBe(0)
  expect(child.stderr).toContain('stopped')
})

test('a call in flight when stdin ends is still answered if it is quick', async () => {
  const child = start()
  child.callTool(1, 'wait', { ms: 100 })
  child.process.stdin.end()
  expect(await child.text(1)).toBe('waited 100')
  expect(await child.exited).toBe(0)
})

test('the process ends with 0 when stdin ends and nobody reads stdout', async () => {
  const child = start()
  child.process.stdout.pause()
  for (let id = 0; id < 10; id++) child.callTool(id, 'sized', { chars: 1_000_000 })
  await child.until(() => child.stderr.includes('sized'))
  child.process.stdin.end()
  expect(await measureExit(child)).toBeLessThan(5_000)
  expect(await child.exited).toBe(0)
})

test('the process ends with 0 when stdout breaks, also while a tool hangs', async () => {
  const child = start()
  child.callTool(1, 'hang')
  await child.until(() => child.stderr.includes('hang started'))
  child.process.stdout.destroy()
  child.callTool(2, 'echo')
  expect(await measureExit(child)).toBeLessThan(5_000)
  expect(await child.exited).toBe(0)
  expect(child.stderr).not.toContain('EPIPE')
})

test('the process ends when the one that started it is killed', async () => {
  const child = start('stdio-parent.ts', ['--piped'])
  child.callTool(1, 'hang')
  await child.until(() => child.stderr.includes('hang started'))
  child.kill()
  await child.closed
})

test('the process ends when the one that started it is killed, though another holds stdin open', async () => {
  const child = start('stdio-parent.ts', [])
  child.callTool(1, 'hang')
  await child.until(() => child.stderr.includes('hang started'))
  child.kill()
  await child.closed
})

test.each(['SIGTERM', 'SIGINT'] as const)('%s stops it gracefully with exit code 0', async (signal) => {
  const child = start()
  child.callTool(1, 'echo')
  await child.answer(1)
  child.process.kill(signal)
  expect(await child.exited).toBe(0)
  expect(child.stderr).toContain('stopped')
})

test.each([
  ['late_throw', 'thrown late'],
  ['late_rejection', 'rejected late'],
  ['late_event', 'emitted late'],
  ['late_stream', 'broken late'],
])('%s: one answer, a log line that names the tool, and others are served', async (tool, message) => {
  const child = start()
  child.callTool(1, tool)
  expect(await child.text(1)).toBe('answered')
  await child.until(() => child.stderr.includes(message) && child.stderr.endsWith('\n'))
  child.callTool(2, 'echo')
  await child.answer(2)
  expect(child.messages.map(({ id }) => id)).toEqual([1, 2])
  const [record] = child.stderr
    .split('\n')
    .filter((line) => line.includes(message))
    .map((line) => JSON.parse(line))
  expect(record).toMatchObject({ level: 'error', component: tool, error: { message } })
})

test('an error that belongs to no call is logged, stops the process gracefully and exits with 1', async () => {
  const child = start()
  child.callTool(1, 'echo')
  await child.answer(1)
  child.process.kill('SIGUSR2')
  expect(await child.exited).toBe(1)
  expect(child.stderr).toContain('thrown by nobody')
  expect(child.stderr).toContain('stopped')
})

test('stdio says nothing of its own on stdout, and nothing but log lines on stderr', async () => {
  const child = start()
  child.callTool(1, 'echo')
  await child.answer(1)
  expect(child.messages).toHaveLength(1)
  await child.logged('A call was answered.')
  expect(child.stderr).toBe(child.log.map((line) => `${JSON.stringify(line)}\n`).join(''))
})
