import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { callTool, connect } from './_connect.ts'
import { type Program, startProgram } from './_program.ts'
import { createTemporaryDir } from './_temporary.ts'

const command = join(import.meta.dirname, '../../../packages/plinth/src/cli/main.ts')

interface Line {
  message: string
  [field: string]: unknown
}

async function start(dataDir: string, env: Record<string, string> = {}): Promise<Program> {
  const program = await startProgram(dataDir, env)
  onTestFinished(() => void program.child.kill('SIGKILL'))
  return program
}

/** The lines of the log so far that tell of calls of tools. */
function readCalls({ stderr }: Program): Line[] {
  const lines = stderr()
    .split('\n')
    .filter((line) => line.startsWith('{'))
  return lines.map((line) => JSON.parse(line) as Line).filter(({ kind }) => kind === 'tool')
}

/** What `plinth audit verify` says of a file: its exit code, and the text. */
async function verify(path: string): Promise<{ code: number; said: string }> {
  const args = ['--conditions=plinth-source', command, 'audit', 'verify', path]
  const done = await promisify(execFile)(process.execPath, args).catch((error: unknown) => error)
  const { code = 0, stdout, stderr } = done as { code?: number; stdout: string; stderr: string }
  return { code, said: stdout + stderr }
}

function readAudit(path: string): string {
  return readFileSync(path, 'utf8')
}

test('the log has one line for each call, whatever became of it, and no arguments', async () => {
  const program = await start(createTemporaryDir())
  const client = await connect(program.url)
  await callTool(client, 'hello', { name: 'canary-argument' })
  await callTool(client, 'get_note', { name: 'nowhere' })
  await client.callTool({ name: 'no_such_tool', arguments: {} }).catch(() => undefined)
  await expect.poll(() => readCalls(program)).toHaveLength(3)
  const [first, second, third] = readCalls(program)
  expect(first).toEqual({
    time: expect.stringMatching(/^\d{4}-.+Z$/),
    level: 'info',
    message: 'A call was answered.',
    kind: 'tool',
    method: 'tools/call',
    tool_name: 'hello',
    execution_time_ms: expect.any(Number),
    invocation_id: expect.stringMatching(/^[\w-]{22}-[0-9a-z]+$/),
    request_id: expect.any(Number),
    outcome: 'ok',
    principal: expect.stringMatching(/^[\w-]{16}$/),
    tenant: expect.any(String),
    client: expect.any(String),
    revision: expect.stringMatching(/^20\d\d-/),
    bytes_in: expect.any(Number),
    bytes_out: expect.any(Number),
  })
  expect(second).toMatchObject({ tool_name: 'get_note', outcome: 'tool_error', error: 'note_not_found' })
  expect(third).toMatchObject({ tool_name: 'no_such_tool', outcome: 'protocol_error' })
  expect(program.stderr()).not.toContain('canary-argument')
})

test('the audit log in the data directory is one unbroken chain, over a stop and a crash', async () => {
  const dataDir = createTemporaryDir()
  const path = join(dataDir, 'audit.log')
  const first = await start(dataDir)
  await callTool(await connect(first.url), 'hello', { name: 'first' })
  expect(await first.stop()).toBe(0)
  const stopped = await verify(path)
  expect(stopped).toMatchObject({ code: 0, said: expect.stringContaining('records, unbroken.') })
  const second = await start(dataDir)
  await callTool(await connect(second.url), 'add_note', { name: 'n', content: 'c' })
  await expect.poll(() => readAudit(path)).toContain('"add_note"')
  second.child.kill('SIGKILL')
  await once(second.child, 'exit')
  const crashed = await verify(path)
  expect(crashed).toMatchObject({ code: 0, said: expect.stringContaining('records, unbroken.') })
  expect(Number.parseInt(crashed.said, 10)).toBeGreaterThan(Number.parseInt(stopped.said, 10))
  const third = await start(dataDir)
  await callTool(await connect(third.url), 'hello', { name: 'third' })
  expect(await third.stop()).toBe(0)
  expect(await verify(path)).toMatchObject({
    code: 0,
    said: expect.stringMatching(/^\d+ records, unbroken\. Last/),
  })
  expect(readAudit(path)).toContain('"hello"')
  writeFileSync(path, readAudit(path).replace('"add_note"', '"get_note"'))
  expect(await verify(path)).toMatchObject({
    code: 1,
    said: expect.stringMatching(/:\d+: The record was changed\.\n$/),
  })
})

test('processes of one data directory have audit logs of their own, and settings name another one', async () => {
  const dataDir = createTemporaryDir()
  const elsewhere = join(createTemporaryDir(), 'decisions.log')
  const key = join(createTemporaryDir(), 'key')
  writeFileSync(key, 'a key of the audit log'.replaceAll(' ', '-'))
  const programs = [await start(dataDir), await start(dataDir)]
  programs.push(await start(dataDir, { PLINTH_AUDIT_FILE: elsewhere, PLINTH_AUDIT_KEY_FILE: key }))
  for (const { url } of programs) await callTool(await connect(url), 'hello', { name: 'Ada' })
  for (const program of programs) expect(await program.stop()).toBe(0)
  for (const path of [join(dataDir, 'audit.log'), join(dataDir, 'audit-2.log')]) {
    expect(readAudit(path)).toContain('"hello"')
    expect(await verify(path)).toMatchObject({ code: 0 })
  }
  expect(readAudit(elsewhere)).toContain('"hello"')
  expect(await verify(elsewhere)).toMatchObject({ code: 1 })
})
