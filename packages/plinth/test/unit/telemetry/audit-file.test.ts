import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFile,
  copyFile,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LogRecord, serveHttp } from 'plinth'
import {
  type AuditSink,
  createAudit,
  createMetrics,
  type FileAuditSinkOptions,
  fileAuditSink,
  verifyAudit,
} from 'plinth/telemetry'
import { expect, onTestFinished, test } from 'vitest'
import { bareEnv, toFixturePath } from '../../fixtures/stdio-child.ts'
import { createObserved } from './_observed.ts'
import { parsePrometheus } from './_prometheus.ts'

async function makePath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-audit-file-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return join(folder, 'audit.log')
}

/** A server that must record, and everything there is to see of its audit log. */
function openAudit(sink: AuditSink, onUnwritable: 'refuse' | 'drop_and_count' = 'refuse') {
  const told: LogRecord[] = []
  const audit = createAudit({ sink, onUnwritable, log: (record) => void told.push(record) })
  const metrics = createMetrics()
  const { server, client } = createObserved({ observers: [audit] })
  server.measure(metrics)
  onTestFinished(() => audit.close().catch(() => undefined))
  const call = async (count = 1) => {
    for (let at = 0; at < count; at++) await client.callTool('greet')
    await audit.flush()
  }
  const read = (name: string) =>
    parsePrometheus(metrics.toText()).find((sample) => sample.name === `plinth_audit_${name}`)?.value
  return { server, audit, client, call, read, told }
}

function openFile(options: FileAuditSinkOptions) {
  return openAudit(fileAuditSink(options))
}

async function readLines(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '')
}

async function readRecords(path: string): Promise<Record<string, unknown>[]> {
  return (await readLines(path)).map((line) => JSON.parse(line) as Record<string, unknown>)
}

const changed = 'The file of the audit log was changed by somebody else.'

test('a file that is removed is begun anew, and the log, a record, the metrics and a check say so', async () => {
  const path = await makePath()
  const { audit, call, read, told } = openFile({ path })
  await call(3)
  await rm(path)
  await call(2)
  expect(audit.isReady()).toBe(true)
  expect(await readRecords(path)).toMatchObject([
    { seq: 4, kind: 'audit', decision: 'replaced', reason: 'removed' },
    { seq: 5, component: 'greet' },
    { seq: 6, component: 'greet' },
  ])
  expect(told).toContainEqual(
    expect.objectContaining({ level: 'error', message: changed, path, reason: 'removed' }),
  )
  expect(read('files_replaced_total')).toBe(1)
  expect(await verifyAudit(await readLines(path))).toMatchObject({
    fault: undefined,
    firstSeq: 4,
    replaced: [{ seq: 4, reason: 'removed' }],
  })
})

test('a file that is renamed while it is written to is whole, and the chain goes on in a new one', async () => {
  const path = await makePath()
  const { call } = openFile({ path })
  await call(3)
  await rename(path, `${path}-20261129`)
  await call(2)
  await rename(path, `${path}-20261130`)
  await writeFile(path, '')
  await call(1)
  const lines = await Promise.all(['-20261129', '-20261130', ''].map((end) => readLines(`${path}${end}`)))
  expect(lines.map(({ length }) => length)).toEqual([3, 3, 2])
  expect(await verifyAudit(lines.flat())).toMatchObject({
    fault: undefined,
    records: 8,
    replaced: [{ reason: 'renamed' }, { reason: 'renamed' }],
  })
})

test('a file that is copied and truncated goes on from its beginning', async () => {
  const path = await makePath()
  const { audit, call } = openFile({ path })
  await call(2)
  await copyFile(path, `${path}-copy`)
  await truncate(path, 0)
  await call(1)
  expect(audit.isReady()).toBe(true)
  const lines = [...(await readLines(`${path}-copy`)), ...(await readLines(path))]
  expect(await verifyAudit(lines)).toMatchObject({ fault: undefined, replaced: [{ reason: 'truncated' }] })
})

test('a file that was cut is set aside, and a check says which records are missing', async () => {
  const path = await makePath()
  const { call } = openFile({ path })
  await call(3)
  const [first = ''] = await readLines(path)
  await truncate(path, first.length + 1)
  await call(1)
  const lines = [...(await readLines(`${path}.1`)), ...(await readLines(path))]
  expect((await verifyAudit(lines)).fault).toEqual({
    line: 2,
    reason: 'Records 2 to 3 are missing. Record 4 says of the file: truncated.',
  })
})

test('a file that others write to is set aside with what they wrote, and one that they never leave alone is given up', async () => {
  const path = await makePath()
  const { audit, call, told } = openFile({ path })
  await call(1)
  await appendFile(path, 'a line of another process\n')
  await call(1)
  expect(await readLines(`${path}.1`)).toHaveLength(2)
  expect(await verifyAudit(await readLines(path))).toMatchObject({
    fault: undefined,
    replaced: [{ reason: 'appended' }],
  })
  await appendFile(path, 'another one\n')
  await call(1)
  expect(audit.isReady()).toBe(false)
  expect(JSON.stringify(told)).toContain('Leave it to this process alone.')
})

test('a file of somebody else in the place of ours is set aside', async () => {
  const path = await makePath()
  const { call } = openFile({ path })
  await call(1)
  await rename(path, `${path}-moved`)
  await writeFile(path, 'of somebody else\n')
  await call(1)
  expect(await readFile(`${path}.1`, 'utf8')).toBe('of somebody else\n')
  expect((await verifyAudit(await readLines(path))).fault).toBeUndefined()
})

test('lines at the end that are no records keep a server neither from starting nor from its chain', async () => {
  const path = await makePath()
  const first = openFile({ path })
  await first.call(2)
  await first.audit.close()
  await appendFile(path, 'logger restarted\n')
  const second = openFile({ path })
  await second.call(1)
  expect(await readRecords(path)).toMatchObject([
    { seq: 3, decision: 'replaced', reason: 'unreadable' },
    { seq: 4, component: 'greet' },
  ])
  expect(await readLines(`${path}.1`)).toHaveLength(3)
})

test('each old file that is deleted to make room is logged and counted', async () => {
  const path = await makePath()
  const { call, read, told } = openFile({ path, maxBytes: 600, maxFiles: 2 })
  for (let at = 0; at < 5; at++) await call(1)
  const files = await readdir(join(path, '..'))
  expect(files.filter((name) => /\.log(?:\.\d)?$/.test(name)).sort()).toEqual([
    'audit.log',
    'audit.log.1',
    'audit.log.2',
  ])
  expect(read('files_deleted_total')).toBe(2)
  const deleted = {
    level: 'warn',
    message: 'The oldest file of the audit log was deleted.',
    path: `${path}.2`,
  }
  expect(told).toContainEqual({ ...deleted, last_seq: 1 })
  expect(told).toContainEqual({ ...deleted, last_seq: 2 })
})

/** Starts a process that audits to a path and tells its address, and resolves once it does. */
async function startHolder(path: string): Promise<ChildProcess> {
  const args = ['--conditions=plinth-source', toFixturePath('audit-holder.ts'), path]
  const child = spawn(process.execPath, args, { env: bareEnv(), stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

test('a second process on the same path is told so, and takes over once the first is gone, however it went', async () => {
  const path = await makePath()
  const holder = await startHolder(path)
  const waiting = openAudit(fileAuditSink({ path }), 'drop_and_count')
  await waiting.call(1)
  const { server } = openFile({ path })
  await expect(serveHttp(server, { port: 0 })).rejects.toThrow(
    `The audit log cannot be opened. "${path}" is written by another audit log, which holds "${path}.lock". ` +
      'Give each process a path of its own, or end the other one.',
  )
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  await waiting.call(1)
  // What waited meanwhile is written behind what the first process wrote.
  expect(await verifyAudit(await readLines(path))).toMatchObject({
    fault: undefined,
    records: 3,
    firstSeq: 1,
  })
})

test('records that a sink did not answer for by the end are counted, and said', async () => {
  const { server, audit, client, told } = openAudit({ write: () => new Promise(() => undefined) })
  for (let at = 0; at < 3; at++) await client.callTool('greet')
  await server.telemetry.close()
  expect(audit.dropped).toBe(3)
  expect(told).toContainEqual({
    level: 'error',
    message: 'Audit records were lost.',
    lost: 3,
    unanswered: 3,
  })
})
