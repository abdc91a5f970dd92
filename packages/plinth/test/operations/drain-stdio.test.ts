import { expect, test } from 'vitest'
import type { Child } from '../fixtures/stdio-child.ts'
import { spawnProgram } from './drain-program.ts'

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'a', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** Opens a stream that listens on 2026-07-28, and waits until the server agreed. */
async function listen(child: Child, id: number): Promise<void> {
  child.request(id, 'subscriptions/listen', { notifications: { toolsListChanged: true }, _meta: envelope })
  await child.until(() => child.messages.some(({ method }) => method?.endsWith('/acknowledged') === true))
}

test('over stdio SIGTERM lets a call end and ends what listens with a result, without any delay', async () => {
  const child = spawnProgram({ stdio: true, drainDelayMs: 600_000 })
  await listen(child, 1)
  child.callTool(2, 'slow', { ms: 100, text: 'done', untilTold: true })
  await child.until(() => child.stderr.includes('slow started'))
  child.process.kill('SIGTERM')
  expect(await child.text(2)).toBe('done')
  expect((await child.answer(1)).result).toMatchObject({ resultType: 'complete' })
  expect(await child.exited).toBe(0)
  expect(child.messages).toContainEqual({
    jsonrpc: '2.0',
    method: 'notifications/cancelled',
    params: { requestId: 1, reason: 'The server stops.' },
  })
  expect(child.stderr).toContain('stopped')
})

test('over stdio a call that ignores its signal is answered "stopped" after the grace period', async () => {
  const child = spawnProgram({ stdio: true, graceMs: 100 })
  child.callTool(1, 'deaf')
  await child.until(() => child.stderr.includes('deaf started'))
  child.process.kill('SIGTERM')
  expect((await child.answer(1)).error).toMatchObject({ data: { error: 'stopped' } })
  expect(await child.exited).toBe(0)
})

test('over stdio a call that heeds its signal can undo its work after stdin has ended', async () => {
  const child = spawnProgram({ stdio: true })
  child.callTool(1, 'tidy')
  await child.until(() => child.stderr.includes('tidy started'))
  child.process.stdin.end()
  expect((await child.answer(1)).error).toMatchObject({ data: { error: 'stopped' } })
  expect(await child.exited).toBe(0)
  const messages = ['The server reads stdin.', 'The server is drained.', 'The server has stopped.']
  expect(child.log.filter(({ message }) => messages.includes(message))).toMatchObject([
    { name: 'drain', version: '1.0.0', pid: child.process.pid },
    { cut_off: 1 },
    { duration_ms: expect.any(Number) },
  ])
  expect(child.stderr).toMatch(/tidied: The server stops\.[\s\S]*stopped/)
})

test('over stdio a second signal ends the process at once with 1', async () => {
  const child = spawnProgram({ stdio: true, graceMs: 60_000 })
  child.callTool(1, 'slow', { ms: 60_000, text: 'never', untilTold: true })
  await child.until(() => child.stderr.includes('slow started'))
  child.process.kill('SIGTERM')
  await child.until(() => child.stderr.includes('told'))
  child.process.kill('SIGTERM')
  expect(await child.exited).toBe(1)
})
