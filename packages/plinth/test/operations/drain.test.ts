import { expect, test } from 'vitest'
import {
  askReadiness,
  callTool,
  type DrainProgram,
  openSession,
  send,
  spawnProgram,
  startProgram,
  untilInFlight,
} from './drain-program.ts'

/** The records of one level in the log of a process. */
function readLog({ child }: Pick<DrainProgram, 'child'>, level: string): Record<string, unknown>[] {
  const lines = child.stderr.split('\n').filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line)).filter((record) => record.level === level)
}

const revisions = ['2025-11-25', '2026-07-28'] as const

function openWay(url: string, revision: (typeof revisions)[number]): Promise<string | undefined> {
  return revision === '2025-11-25' ? openSession(url) : Promise.resolve(undefined)
}

test('50 calls as JSON and 50 as streams on each revision are answered after SIGTERM, while readiness says no', async () => {
  const program = await startProgram({ drainDelayMs: 200 })
  const { url, adminUrl, child } = program
  const sessions = await Promise.all(revisions.map((revision) => openWay(url, revision)))
  const untilTold = true
  const ids = Array.from({ length: 50 }, (_, at) => at + 1)
  const calls = sessions.flatMap((session) =>
    ids.flatMap((id) => [
      callTool({ url, session, id, name: 'slow', args: { ms: 300, untilTold, text: `slow ${id}` } }),
      callTool({
        url,
        session,
        id: 100 + id,
        name: 'steps',
        args: { steps: 3, ms: 100, untilTold, text: `steps ${id}` },
      }),
    ]),
  )
  await untilInFlight(adminUrl, 200)
  expect(await askReadiness(adminUrl)).toBe('200 {"status":"ok"}')
  child.process.kill('SIGTERM')
  let said: string | undefined
  while (!said?.startsWith('503')) said = await askReadiness(adminUrl)
  expect(said).toBe('503 {"status":"draining"}')
  const answers = await Promise.all(calls)
  const expected = sessions.flatMap(() =>
    ids.flatMap((id) => [
      { status: 200, type: 'application/json', steps: [], text: `slow ${id}` },
      { status: 200, type: 'text/event-stream', steps: [1, 2, 3], text: `steps ${id}` },
    ]),
  )
  expect(answers).toEqual(expected.map((one) => ({ ...one, error: undefined })))
  expect(await child.exited).toBe(0)
  expect(child.stderr).toContain('\nstopped\n')
  expect(readLog(program, 'error')).toEqual([])
  expect(child.log.find(({ message }) => message === 'The server stops.')).toMatchObject({
    reason: 'SIGTERM',
    in_flight: 200,
    drain_delay_ms: 200,
  })
  expect(child.log.find(({ message }) => message === 'The server is drained.')).toMatchObject({
    finished: 200,
    cut_off: 0,
  })
})

test('while the delay lasts, calls are taken; then the port is closed', async () => {
  const { url, adminUrl, child } = await startProgram({ drainDelayMs: 1_500 })
  child.process.kill('SIGTERM')
  let said: string | undefined
  while (!said?.startsWith('503')) said = await askReadiness(adminUrl)
  expect(await callTool({ url, name: 'add', args: { a: 1, b: 2 } })).toMatchObject({ status: 200, text: '3' })
  expect((await fetch(new URL('/health', url))).status).toBe(503)
  expect(await child.exited).toBe(0)
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})

test('a stream that listens on 2026-07-28 ends with a result, and one of a session without an error', async () => {
  const { url, child } = await startProgram({ sse: true })
  const session = await openSession(url)
  const params = { notifications: { toolsListChanged: true } }
  const listening = await send({ url }, { id: 7, method: 'subscriptions/listen', params })
  const headers = {
    accept: 'text/event-stream',
    'mcp-session-id': session,
    'mcp-protocol-version': '2025-11-25',
  }
  const stream = await fetch(url, { headers })
  const legacy = await fetch(new URL('/sse', url), { headers: { accept: 'text/event-stream' } })
  child.process.kill('SIGTERM')
  const [listened, streamed, linked] = await Promise.all([listening.text(), stream.text(), legacy.text()])
  expect(listened).toMatch(/data: \{"jsonrpc":"2\.0","id":7,"result":\{.*"resultType":"complete".*\}\}\n\n$/)
  expect([stream.status, legacy.status]).toEqual([200, 200])
  expect(streamed).not.toContain('error')
  expect(linked).not.toContain('error')
  expect(await child.exited).toBe(0)
})

test.each(revisions)(
  'on %s a call that ignores its signal is answered "stopped" after the grace period',
  async (revision) => {
    const program = await startProgram({ graceMs: 200 })
    const { url, child } = program
    const session = await openWay(url, revision)
    const pending = callTool({ url, session, name: 'deaf' })
    await child.until(() => child.stderr.includes('deaf started'))
    child.process.kill('SIGTERM')
    expect(await pending).toMatchObject({ status: 503, error: 'stopped' })
    expect(await child.exited).toBe(0)
    expect(readLog(program, 'warn').at(-1)).toMatchObject({
      message: 'The server stopped before these calls ended.',
      calls: 1,
      running: ['deaf'],
    })
    expect(await child.logged('The server is drained.')).toMatchObject({ finished: 0, cut_off: 1 })
  },
)

test.each(revisions)(
  'on %s a call that heeds its signal can undo its work before the stores are closed',
  async (revision) => {
    const { url, child } = await startProgram({ graceMs: 200 })
    const session = await openWay(url, revision)
    const pending = callTool({ url, session, name: 'tidy' })
    await child.until(() => child.stderr.includes('tidy started'))
    child.process.kill('SIGTERM')
    expect(await pending).toMatchObject({ error: 'stopped' })
    expect(await child.exited).toBe(0)
    expect(child.stderr).toMatch(/tidied: The server stops\.[\s\S]*stopped/)
  },
)

test('a call whose client has left is finished too where it goes on without one', async () => {
  const { url, child } = await startProgram()
  const session = await openSession(url)
  const controller = new AbortController()
  const args = { ms: 500, text: 'kept' }
  const pending = callTool({ url, session, name: 'slow', args, signal: controller.signal })
  await child.until(() => child.stderr.includes('slow started'))
  controller.abort()
  await expect(pending).rejects.toThrow('aborted')
  child.process.kill('SIGTERM')
  expect(await child.exited).toBe(0)
  expect(child.stderr).toMatch(/slow ended[\s\S]*stopped/)
})

test('a second signal ends the process at once with 1, and says so', async () => {
  const program = await startProgram({ graceMs: 60_000 })
  const { url, child } = program
  const pending = callTool({ url, name: 'deaf' }).catch(() => undefined)
  await child.until(() => child.stderr.includes('deaf started'))
  child.process.kill('SIGTERM')
  while ((await askReadiness(program.adminUrl)) !== '503 {"status":"draining"}');
  child.process.kill('SIGINT')
  expect(await child.exited).toBe(1)
  await child.closed
  expect(readLog(program, 'error')).toMatchObject([
    { message: 'The server did not stop in time.', reason: expect.stringContaining('SIGINT') },
  ])
  await pending
})

test('what is called at the end and never returns does not hold the process: it ends with 1', async () => {
  const program = await startProgram({ graceMs: 0, hangsAtStop: true })
  program.child.process.kill('SIGTERM')
  expect(await program.child.exited).toBe(1)
  await program.child.closed
  expect(readLog(program, 'error')).toMatchObject([{ reason: expect.stringContaining('5000 ms') }])
})

test('SIGTERM before it serves ends it with 0, and what is called at the end is called', async () => {
  const child = spawnProgram({ port: 0, admin: { port: 0 }, hangsAtStart: true })
  await child.until(() => child.stderr.includes('starting'))
  child.process.kill('SIGTERM')
  expect(await child.exited).toBe(0)
  expect(child.stderr).toContain('stopped')
})

test('an error that belongs to no call lets calls end, and ends the process with 1 and one line', async () => {
  const program = await startProgram()
  const { url, child } = program
  const pending = callTool({ url, name: 'slow', args: { ms: 500, text: 'done' } })
  await child.until(() => child.stderr.includes('slow started'))
  child.process.kill('SIGUSR2')
  expect(await pending).toMatchObject({ status: 200, text: 'done' })
  expect(await child.exited).toBe(1)
  expect(readLog(program, 'error')).toMatchObject([
    { message: 'An error was thrown and nobody caught it.', error: { message: 'thrown by nobody' } },
  ])
  expect(child.stderr).toContain('stopped')
})
