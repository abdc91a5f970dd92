import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import { createAudit } from 'plinth/telemetry'
import { expect, onTestFinished, test } from 'vitest'
import { createObserved } from './_observed.ts'

const run = promisify(execFile)
const command = join(import.meta.dirname, '../../../src/cli/main.ts')

function verify(...args: string[]): Promise<{ stdout: string }> {
  return run(process.execPath, ['--conditions=plinth-source', command, 'audit', 'verify', ...args])
}

async function writeAudit(change: (text: string) => string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-verify-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  let text = ''
  const sink = {
    async write(lines: string) {
      text += lines
    },
  }
  const audit = createAudit({ sink, onUnwritable: 'refuse', log: () => undefined })
  const { client } = createObserved({ observers: [audit] })
  for (let at = 0; at < 3; at++) await client.callTool('greet')
  await audit.close()
  const path = join(folder, 'audit.log')
  await writeFile(path, change(text))
  return path
}

test('plinth audit verify says that a chain is unbroken, and where it ends', async () => {
  const { stdout } = await verify(await writeAudit((text) => text))
  expect(stdout).toMatch(/^3 records, unbroken\. Last: 3 [0-9a-f]{64}\n$/)
})

test('plinth audit verify names the line where a chain is broken', async () => {
  const path = await writeAudit((text) => text.replace('"seq":2', '"seq":7'))
  await expect(verify(path)).rejects.toMatchObject({
    code: 1,
    stderr: `${path}:2: The record was changed.\n`,
  })
})

test('plinth audit verify finds out that the end is missing when it is told the last hash', async () => {
  const { stdout } = await verify(await writeAudit((text) => text))
  const head = stdout.trim().split(' ').at(-1) ?? ''
  const path = await writeAudit((text) => text.split('\n').slice(0, 2).join('\n'))
  await expect(verify(path, '--head', head)).rejects.toMatchObject({
    stderr: expect.stringContaining('missing'),
  })
})

test('plinth audit verify finds out that the end is missing when it is told how many records there were', async () => {
  const path = await writeAudit((text) => text.split('\n').slice(0, 2).join('\n'))
  await expect(verify(path, '--seq', '3')).rejects.toMatchObject({
    stderr: 'The last record is number 2: those up to 3 are missing.\n',
  })
  await expect(verify(path, '--seq', 'three')).rejects.toMatchObject({
    stderr: '"--seq" must be the number of a record, got "three".\n',
  })
})

test('plinth audit verify says that the beginning is elsewhere', async () => {
  const { stdout } = await verify(await writeAudit((text) => text.split('\n').slice(1).join('\n')))
  expect(stdout).toMatch(/^2 records, unbroken\. Those before 2 are in none of these files\. Last: 3 /)
})

test('plinth audit verify of a file that is not there says so', async () => {
  await expect(verify('/no/such/file')).rejects.toMatchObject({
    code: 2,
    stderr: 'There is no file /no/such/file (ENOENT).\n',
  })
})

test('plinth audit verify says of a file without records that there are none, and of a packed one how to unpack it', async () => {
  const empty = await writeAudit(() => '')
  expect((await verify(empty)).stdout).toBe(`No records.\nThere is no record in "${empty}".\n`)
  await writeFile(empty, gzipSync('{}'))
  const stderr = `"${empty}" is packed with gzip. Unpack it first: gunzip --keep "${empty}"\n`
  await expect(verify(empty)).rejects.toMatchObject({ stderr })
  await writeFile(empty, 'Nov 29 08:00:00 host kernel: up\n')
  await expect(verify(empty)).rejects.toMatchObject({
    stderr: `${empty}:1: The line is no record of an audit log.\n`,
  })
})
