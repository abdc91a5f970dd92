import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { serveHttp } from 'plinth'
import { type AuditSink, createAudit, createMetrics, fileAuditSink, verifyAudit } from 'plinth/telemetry'
import { expect, onTestFinished, test } from 'vitest'
import { connectMemory } from '../../../src/entry/memory.ts'
import { postRaw } from '../middleware/post-raw.ts'
import { createObserved } from './_observed.ts'
import { parsePrometheus } from './_prometheus.ts'

const log = () => undefined

function createMemorySink(): AuditSink & { lines(): string[] } {
  let text = ''
  return {
    async write(lines) {
      text += lines
    },
    lines: () => text.split('\n').filter((line) => line !== ''),
  }
}

async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-audit-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

async function readLines(path: string): Promise<string[]> {
  return (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '')
}

async function recordCalls(count: number, key?: string): Promise<string[]> {
  const sink = createMemorySink()
  const audit = createAudit({ sink, onUnwritable: 'refuse', log, ...(key === undefined ? {} : { key }) })
  const { client } = createObserved({ observers: [audit] })
  for (let at = 0; at < count; at++) await client.callTool('greet', { at })
  await audit.flush()
  return sink.lines()
}

test('every decision has a record: calls, denials and unknown names', async () => {
  const sink = createMemorySink()
  const audit = createAudit({ sink, onUnwritable: 'refuse', version: '1.0.0', log })
  const { client } = createObserved({ observers: [audit] })
  for (const name of ['greet', 'rare', 'rare', 'crash']) await client.callTool(name)
  await client.callTool('nope').catch(() => undefined)
  const traceparent = `00-${'a1'.repeat(16)}-${'b2'.repeat(8)}-01`
  await client.call('tools/call', { name: 'greet', arguments: {}, _meta: { traceparent } })
  await audit.flush()
  const records = sink.lines().map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(records.map(({ seq, component, decision, outcome }) => [seq, component, decision, outcome])).toEqual(
    [
      [1, 'greet', 'allowed', 'ok'],
      [2, 'rare', 'allowed', 'ok'],
      [3, 'rare', 'denied', 'refused'],
      [4, 'crash', 'allowed', 'crash'],
      [5, 'nope', 'denied', 'protocol_error'],
      [6, 'greet', 'allowed', 'ok'],
    ],
  )
  expect(records[0]).toMatchObject({ subject: 'local', tenant: 'local', version: '1.0.0', kind: 'tool' })
  expect(records[5]).toMatchObject({
    time: expect.stringMatching(/^\d{4}-.+Z$/),
    client: 'test-client/1.0.0',
    invocation_id: expect.stringMatching(/^[\w-]+$/),
    duration_ms: expect.any(Number),
    trace_id: 'a1'.repeat(16),
  })
})

test('arguments leave a digest that does not depend on their order, and nothing else', async () => {
  const sink = createMemorySink()
  const audit = createAudit({ sink, onUnwritable: 'refuse', log })
  const { client } = createObserved({ observers: [audit] })
  await client.callTool('greet', { city: 'Bern', day: 1 })
  await client.callTool('greet', { day: 1, city: 'Bern' })
  await client.callTool('greet', { city: 'Basel', day: 1 })
  await audit.flush()
  const digests = sink.lines().map((line) => (JSON.parse(line) as Record<string, string>)['arguments_digest'])
  expect(digests[0]).toMatch(/^[0-9a-f]{64}$/)
  expect(digests[1]).toBe(digests[0])
  expect(digests[2]).not.toBe(digests[0])
  expect(sink.lines().join()).not.toContain('Bern')
})

test('a chain that nobody touched is unbroken', async () => {
  const lines = await recordCalls(5)
  expect(await verifyAudit(lines)).toMatchObject({
    fault: undefined,
    records: 5,
    firstSeq: 1,
    head: { seq: 5 },
  })
})

test('a record that was changed, removed or moved is found', async () => {
  const lines = await recordCalls(5)
  const changed = lines.with(2, (lines[2] ?? '').replace('"ok"', '"no"'))
  const removed = lines.toSpliced(2, 1)
  const moved = lines.with(1, lines[2] ?? '').with(2, lines[1] ?? '')
  expect((await verifyAudit(changed)).fault).toEqual({ line: 3, reason: 'The record was changed.' })
  expect((await verifyAudit(removed)).fault).toEqual({ line: 3, reason: 'Records 3 to 3 are missing.' })
  expect((await verifyAudit(moved)).fault).toEqual({ line: 2, reason: 'Records 2 to 2 are missing.' })
})

test('whatever single character changes, the chain is broken', async () => {
  const text = (await recordCalls(3)).join('\n')
  const places = fc.record({ at: fc.nat(text.length - 1), char: fc.constantFrom('0', 'a', '"', ' ', '}') })
  const property = fc.asyncProperty(places, async ({ at, char }) => {
    fc.pre(text[at] !== char)
    const { fault } = await verifyAudit(`${text.slice(0, at)}${char}${text.slice(at + 1)}`.split('\n'))
    expect(fault).toBeDefined()
  })
  await fc.assert(property, { numRuns: 200 })
})

test('with a key a whole chain cannot be made up', async () => {
  const forged = await recordCalls(3)
  expect((await verifyAudit(forged, { key: 'house' })).fault).toBeDefined()
  expect((await verifyAudit(await recordCalls(3, 'house'), { key: 'house' })).fault).toBeUndefined()
})

test('a file is for its owner alone, and a restart goes on where it ended', async () => {
  const path = join(await makeFolder(), 'audit.log')
  for (let run = 0; run < 2; run++) {
    const audit = createAudit({ sink: fileAuditSink({ path }), onUnwritable: 'refuse', log })
    const { client } = createObserved({ observers: [audit] })
    await client.callTool('greet')
    await audit.close()
  }
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect(await verifyAudit(await readLines(path))).toMatchObject({ fault: undefined, records: 2 })
})

test('a line that a crash tore is set aside, and the chain goes on', async () => {
  const folder = await makeFolder()
  const path = join(folder, 'audit.log')
  await writeFile(path, `${(await recordCalls(2)).join('\n')}\n{"seq":3,"time`)
  const audit = createAudit({ sink: fileAuditSink({ path }), onUnwritable: 'refuse', log })
  await createObserved({ observers: [audit] }).client.callTool('greet')
  await audit.close()
  expect(await verifyAudit(await readLines(path))).toMatchObject({ fault: undefined, head: { seq: 3 } })
  expect((await readdir(folder)).some((name) => name.startsWith('audit.log.torn-'))).toBe(true)
})

test('a large file is followed by another, and the chain goes on across them', async () => {
  const folder = await makeFolder()
  const path = join(folder, 'audit.log')
  const audit = createAudit({ sink: fileAuditSink({ path, maxBytes: 900 }), onUnwritable: 'refuse', log })
  const { client } = createObserved({ observers: [audit] })
  for (let at = 0; at < 4; at++) {
    await client.callTool('greet')
    await audit.flush()
  }
  await audit.close()
  const old = await readLines(`${path}.1`)
  const { head } = await verifyAudit(old)
  expect(await verifyAudit(await readLines(path), { after: head })).toMatchObject({
    fault: undefined,
    head: { seq: 4 },
  })
})

test.skipIf(process.platform !== 'linux')('a full disk with the policy refuse stops new calls', async () => {
  const told: string[] = []
  const sink = fileAuditSink({ path: '/dev/full' })
  const audit = createAudit({ sink, onUnwritable: 'refuse', log: ({ message }) => told.push(message) })
  const { server, client } = createObserved({ observers: [audit] })
  await client.callTool('greet')
  await audit.flush()
  await expect(client.callTool('greet')).rejects.toThrow('must be recorded')
  const service = await serveHttp(server, { port: 0 })
  const refused = await postRaw(service, { name: 'greet' })
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
  await service.close()
  expect(told).toContain('The audit log cannot be written.')
})

test('a full disk with the policy drop_and_count serves on and says later what is missing', async () => {
  const sink = createMemorySink()
  let isFull = true
  const failing: AuditSink = {
    write: (lines) => (isFull ? Promise.reject(new Error('ENOSPC')) : sink.write(lines)),
  }
  const audit = createAudit({ sink: failing, onUnwritable: 'drop_and_count', maxQueued: 2, log })
  const { client } = createObserved({ observers: [audit] })
  for (let at = 0; at < 3; at++) await client.callTool('greet')
  await audit.flush()
  for (let at = 0; at < 2; at++) await client.callTool('greet')
  expect(audit.dropped).toBe(3)
  isFull = false
  await audit.flush()
  const records = sink.lines().map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(records.map(({ decision, dropped }) => [decision, dropped])).toEqual([
    ['allowed', undefined],
    ['allowed', undefined],
    ['dropped', 3],
  ])
  expect((await verifyAudit(sink.lines())).fault).toBeUndefined()
})

test('a policy must be declared', () => {
  const options = { sink: createMemorySink(), onUnwritable: 'hope' as never }
  expect(() => createAudit(options)).toThrow('"onUnwritable" must be "refuse" or "drop_and_count", got hope.')
})

/** A disk of 64 KiB; undefined where this process may not mount one. */
async function mountSmallDisk(): Promise<string | undefined> {
  const folder = await makeFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder]))
  return folder
}

test.each(['refuse', 'drop_and_count'] as const)(
  'a real disk that fills up and is cleared again leaves a chain that says all, with the policy %s',
  async (onUnwritable) => {
    const disk = await mountSmallDisk()
    if (disk === undefined)
      return console.warn('\n!!! NOT TESTED: this process may not mount a small disk.\n')
    const path = join(disk, 'audit.log')
    const audit = createAudit({ sink: fileAuditSink({ path }), onUnwritable, log })
    const { client } = createObserved({ observers: [audit] })
    await client.callTool('greet')
    await audit.flush()
    await writeFile(join(disk, 'ballast'), Buffer.alloc(57_344))
    let served = 1
    for (; audit.isReady() && served < 40; served++) {
      await client.callTool('greet')
      await audit.flush()
    }
    const isRefused = await client.callTool('greet').then(
      () => false,
      () => true,
    )
    expect(isRefused).toBe(onUnwritable === 'refuse')
    await rm(join(disk, 'ballast'))
    await audit.close()
    const records = (await readLines(path)).map((line) => JSON.parse(line) as Record<string, unknown>)
    const calls = records.filter(({ kind }) => kind === 'tool').length
    const dropped = records.find(({ decision }) => decision === 'dropped')?.['dropped'] ?? 0
    expect(await verifyAudit(await readLines(path))).toMatchObject({ fault: undefined })
    // Whoever was served is on record, and whoever was refused because of the disk is counted.
    expect([calls, dropped]).toEqual(onUnwritable === 'refuse' ? [served, 1] : [served + 1, 0])
  },
)

test('with the policy refuse, what was under way when writing failed is recorded later, and refusals are counted', async () => {
  const sink = createMemorySink()
  let isFull = true
  const failing: AuditSink = {
    write: (lines) => (isFull ? Promise.reject(new Error('ENOSPC')) : sink.write(lines)),
  }
  const audit = createAudit({ sink: failing, onUnwritable: 'refuse', maxQueued: 2, log })
  const { server, client } = createObserved({ observers: [audit] })
  const gate = Promise.withResolvers<string>()
  server.tool({ name: 'slow', description: 'Is slow.', effect: 'read' }, () => gate.promise)
  const slow = Array.from({ length: 5 }, () => client.callTool('slow'))
  await client.callTool('greet')
  await audit.flush()
  for (let at = 0; at < 3; at++) await client.callTool('greet').catch(() => undefined)
  gate.resolve('done')
  await Promise.all(slow)
  isFull = false
  await audit.flush()
  const records = sink.lines().map((line) => JSON.parse(line) as Record<string, unknown>)
  expect(records.map(({ component, decision, dropped }) => component ?? `${decision} ${dropped}`)).toEqual([
    'greet',
    ...Array.from({ length: 5 }, () => 'slow'),
    'dropped 3',
  ])
  expect(audit.isReady()).toBe(true)
})

test('a sink that hangs keeps no call waiting, and the metrics say what waits', async () => {
  const audit = createAudit({
    sink: { write: () => new Promise(() => undefined) },
    onUnwritable: 'drop_and_count',
    maxQueued: 3,
    log,
  })
  const metrics = createMetrics()
  const { server, client } = createObserved({ observers: [audit] })
  server.measure(metrics)
  await client.callTool('greet')
  void audit.flush()
  for (let at = 0; at < 5; at++) await client.callTool('greet')
  const read = (name: string) =>
    parsePrometheus(metrics.toText()).find((sample) => sample.name === name)?.value
  expect(read('plinth_audit_dropped_total')).toBe(2)
  expect(read('plinth_audit_queued')).toBe(3)
  expect(read('plinth_audit_lag_seconds')).toBeGreaterThanOrEqual(0)
})

test('a server that must record and cannot does not start', async () => {
  const sink = fileAuditSink({ path: join(await makeFolder(), 'no/such/folder/audit.log') })
  const { server } = createObserved({ observers: [createAudit({ sink, onUnwritable: 'refuse', log })] })
  await expect(serveHttp(server, { port: 0 })).rejects.toThrow('The audit log cannot be opened.')
})

test('across rotations and restarts a missing file, a cut end and a swapped record are found', async () => {
  const folder = await makeFolder()
  const path = join(folder, 'audit.log')
  for (let run = 0; run < 3; run++) {
    const audit = createAudit({ sink: fileAuditSink({ path, maxBytes: 900 }), onUnwritable: 'refuse', log })
    const { client } = createObserved({ observers: [audit] })
    for (let at = 0; at < 2; at++) {
      await client.callTool('greet')
      await audit.flush()
    }
    await audit.close()
  }
  const files = (await readdir(folder)).sort((a, b) => toAge(b) - toAge(a))
  expect(files.length).toBeGreaterThan(2)
  const texts = await Promise.all(files.map((name) => readLines(join(folder, name))))
  expect(await verifyAudit(texts.flat())).toMatchObject({ fault: undefined, records: 6, firstSeq: 1 })
  const [oldest = [], next = [], ...rest] = texts
  expect((await verifyAudit([...oldest, ...rest.flat()])).fault?.reason).toMatch(/are missing/)
  expect((await verifyAudit([...next, ...oldest, ...rest.flat()])).fault?.reason).toMatch(/moved or repeated/)
  expect((await verifyAudit(texts.flat().slice(0, -1))).head).toMatchObject({ seq: 5 })
})

/** `audit.log` is the newest file, `audit.log.1` the one before. */
function toAge(name: string): number {
  return Number(/\.(\d+)$/.exec(name)?.[1] ?? 0)
}

test('two calls that differ at the end of a long argument, or behind thousands of others, have two digests', async () => {
  const sink = createMemorySink()
  const audit = createAudit({ sink, onUnwritable: 'refuse', log })
  const { client } = createObserved({ observers: [audit] })
  const long = 'x'.repeat(50_000)
  const many = Array.from({ length: 5_000 }, (_one, at) => at)
  for (const input of [
    { long: `${long}a` },
    { long: `${long}b` },
    { many: [...many, 1] },
    { many: [...many, 2] },
  ]) {
    await client.callTool('greet', input)
  }
  await audit.flush()
  const digests = sink.lines().map((line) => (JSON.parse(line) as Record<string, string>)['arguments_digest'])
  expect(new Set(digests).size).toBe(4)
})

test('with the policy refuse and a full disk, what cannot be refused piles up nowhere and is counted', async () => {
  const failing: AuditSink = { write: () => Promise.reject(new Error('ENOSPC')) }
  const audit = createAudit({ sink: failing, onUnwritable: 'refuse', log })
  const { server, client } = createObserved({ observers: [audit] })
  const metrics = createMetrics()
  server.measure(metrics)
  await client.callTool('greet')
  await audit.flush()
  const link = connectMemory(server)
  for (let at = 0; at < 1_000; at++) {
    link.send('{"a":')
    link.send('{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}}')
    link.send('{"jsonrpc":"2.0","id":1,"method":"no/such"}')
    link.send('{"jsonrpc":"2.0","id":1,"method":"ping"}')
    // As stdio tells of a line that is too long, or no UTF-8.
    server.telemetry.tellUnreadable('parse_failed')
  }
  const read = (name: string) =>
    parsePrometheus(metrics.toText()).find((sample) => sample.name === name)?.value
  await expect.poll(() => read('plinth_audit_dropped_total')).toBe(5_000)
  expect(read('plinth_audit_queued')).toBe(1)
  link.close()
})
