import { once } from 'node:events'
import { PassThrough, Writable } from 'node:stream'
import { createServer, type Server } from 'plinth'
import { expect, test } from 'vitest'
import { serveStdio } from '../../../src/entry/stdio.ts'

function createFixture(): Server {
  const server = createServer({ name: 'fixture', version: '1.0.0', log: () => undefined })
  server.tool({ name: 'big', description: 'Answers 2,000 characters.', effect: 'read' }, () =>
    'x'.repeat(2_000),
  )
  server.tool(
    { name: 'hang', description: 'Ends when it is aborted.', effect: 'read' },
    (_input, call) =>
      new Promise((_resolve, reject) => {
        call.signal.addEventListener('abort', () => reject(call.signal.reason))
      }),
  )
  return server
}

function toCall(id: number, name: string): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } })}\n`
}

/** An output that keeps what it gets, and calls back only when told to. */
class SlowOutput extends Writable {
  readonly writes: string[] = []
  private done: (() => void) | undefined

  constructor() {
    super({ decodeStrings: false, highWaterMark: 1 })
  }

  override _write(text: string, _encoding: string, done: () => void): void {
    this.writes.push(text)
    this.done = done
    this.emit('written')
  }

  continue(): void {
    this.done?.()
  }
}

test('answers of one turn go out in one write, and what comes meanwhile in the next', async () => {
  const stdin = new PassThrough()
  const stdout = new SlowOutput()
  const service = await serveStdio(createFixture(), { stdin, stdout })
  const written = once(stdout, 'written')
  stdin.write(toCall(1, 'big') + toCall(2, 'big'))
  await written
  stdin.write(toCall(3, 'big'))
  stdin.write(toCall(4, 'big'))
  await new Promise((resolve) => setTimeout(resolve, 10))
  stdout.continue()
  expect(stdout.writes.map((text) => text.split('\n').length - 1)).toEqual([2, 2])
  stdout.continue()
  await service.close()
})

test('a client that never reads ends the link instead of filling the memory', async () => {
  const stdin = new PassThrough()
  const stdout = new SlowOutput()
  const service = await serveStdio(createFixture(), { stdin, stdout, maxQueuedChars: 10_000 })
  for (let id = 0; id < 20; id++) stdin.write(toCall(id, 'big'))
  await service.ended
  expect(stdout.writes.length).toBeLessThanOrEqual(1)
})

test('the end of stdin ends the link and the call that hangs, which is answered, but not a process whose stdin it is not', async () => {
  const stdin = new PassThrough()
  const stdout = new PassThrough()
  const service = await serveStdio(createFixture(), { stdin, stdout, graceMs: 10 })
  stdin.end(toCall(1, 'hang'))
  await service.ended
  const answered = JSON.parse(String(stdout.read())) as { id: number; error: { data: object } }
  expect(answered).toMatchObject({ id: 1, error: { data: { error: 'stopped' } } })
})

test('close waits for what is in flight', async () => {
  const server = createFixture()
  server.tool({ name: 'soon', description: 'Answers soon.', effect: 'read' }, async () => {
    await new Promise((resolve) => setTimeout(resolve, 20))
    return 'done'
  })
  const stdin = new PassThrough()
  const stdout = new PassThrough()
  const service = await serveStdio(server, { stdin, stdout })
  stdin.write(toCall(1, 'soon'))
  await new Promise((resolve) => setImmediate(resolve))
  await service.close()
  expect(String(stdout.read())).toContain('done')
})

test('changes are told once to a client that initialized twice', async () => {
  const server = createFixture()
  const stdin = new PassThrough()
  const stdout = new PassThrough()
  const service = await serveStdio(server, { stdin, stdout })
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'a', version: '1' } }
  for (const id of [1, 2])
    stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method: 'initialize', params })}\n`)
  await once(stdout, 'readable')
  server.remove('tool', 'big')
  await service.close()
  stdout.end()
  const said = (await stdout.toArray()).map(String).join('')
  expect(said.split('list_changed')).toHaveLength(2)
})

test('an option that makes no sense is refused by name', async () => {
  const options = { stdin: new PassThrough(), stdout: new PassThrough(), maxLineBytes: 1 }
  await expect(serveStdio(createFixture(), options)).rejects.toThrow('"maxLineBytes"')
})
