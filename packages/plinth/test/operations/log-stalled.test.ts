import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createReadStream, openSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { bareEnv, toFixturePath } from '../fixtures/stdio-child.ts'

/** Starts a server whose log nobody reads, and waits until it serves. */
async function start(kind: string, stderr: 'pipe' | number = 'pipe') {
  const parameters = ['--conditions=plinth-source', toFixturePath('log-server.ts'), kind]
  const child = spawn(process.execPath, parameters, {
    env: bareEnv(),
    stdio: ['pipe', 'pipe', stderr],
  }) as ChildProcessWithoutNullStreams
  onTestFinished(() => void child.kill('SIGKILL'))
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const exited = once(child, 'exit')
  await expect.poll(() => printed).toContain('serves ')
  const [, url = '', adminUrl = ''] = /serves (\S+) (\S+)/.exec(printed) ?? []
  const readMetric = async (name: string) => {
    const text = await (await fetch(`${adminUrl}/metrics`)).text()
    return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1])
  }
  return { child, url, readMetric, exited }
}

const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' }
const filler = Object.fromEntries(Array.from({ length: 4 }, (_one, at) => [`n${at}`, 'x'.repeat(15_000)]))

/** Calls whose lines have 60,000 characters each. */
async function call(url: string, count: number): Promise<number> {
  const params = { name: 'note', arguments: filler }
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params })
  let answered = 0
  for (let at = 0; at < count; at++) {
    const response = await fetch(url, { method: 'POST', headers, body })
    if ((await response.text()).includes('noted')) answered++
  }
  return answered
}

for (const kind of ['standard', 'pino']) {
  test(`${kind}: a server whose log nobody reads serves on, drops what is too much, and says so once it is read`, async () => {
    const { child, url, readMetric, exited } = await start(kind)
    expect(await call(url, 100)).toBe(100)
    const dropped = await readMetric('plinth_log_lines_dropped_total')
    expect(dropped).toBeGreaterThan(10)
    expect(dropped).toBeLessThan(50)
    let text = ''
    child.stderr.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    await expect.poll(() => text).toContain('Log lines were lost')
    expect(await call(url, 1)).toBe(1)
    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
    const lines = text.trim().split('\n')
    const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(records.filter(({ lost }) => lost !== undefined)).toMatchObject([
      { level: 'error', lost: dropped },
    ])
    const calls = records.filter(({ tool_name }) => tool_name === 'note').length
    expect(calls + dropped).toBe(101)
  })

  test(`${kind}: a server whose log nobody reads stops in time`, async () => {
    const { child, url, exited } = await start(kind)
    await call(url, 10)
    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
  })
}

test('pino: lines for a file are written beside the calls, and none is lost at the end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-log-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'log')
  const { child, url, exited } = await start('pino', openSync(path, 'a'))
  await call(url, 20)
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
  const text = (await createReadStream(path, 'utf8').toArray()).join('')
  expect(text.match(/"tool_name":"note"/g)).toHaveLength(20)
})
