import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { context, trace } from '@opentelemetry/api'
import { createServer } from 'plinth'
import { createOtlpTracer } from 'plinth/otel'
import { createSqliteStores } from 'plinth/sqlite'
import { createAudit, createMetrics, stdoutAuditSink } from 'plinth/telemetry'
import { defineUpstream } from 'plinth/upstream'
import { expect, onTestFinished, test } from 'vitest'
import { readText } from './workspace-files.ts'

const page = readText('docs/guide/telemetry.md')

test('the page has every metric there is, and no other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'plinth-page-'))
  const stores = createSqliteStores(join(folder, 'stores.db'))
  onTestFinished(async () => {
    await stores.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const metrics = createMetrics()
  const audit = createAudit({ sink: stdoutAuditSink(), onUnwritable: 'drop_and_count' })
  const upstreams = [defineUpstream({ name: 'one' })]
  const tracer = createOtlpTracer({ serviceName: 'test', env: {} })
  onTestFinished(() => {
    trace.disable()
    context.disable()
  })
  const options = { stores, upstreams, tracer, observers: [audit] }
  const server = createServer({ name: 'test', version: '1.0.0', ...options })
  server.tool({ name: 'slow', description: 'Is slow.', effect: 'read', task: 'allowed' }, () => 'done')
  server.measure(metrics)
  const there = [...metrics.toText().matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))
  const told = rows.flatMap((row) => {
    const [, names = ''] = row.split('|')
    return [...names.matchAll(/`((?:plinth|process)_\w+)`/g)].map(([, name]) => name)
  })
  expect(told.toSorted()).toEqual(there.toSorted())
})

test('the page has every event of a span', () => {
  const source = readText('packages/plinth/src/telemetry/observer.ts')
  const list = source.split('export type CallEventName =')[1]?.split('\n\n')[0] ?? ''
  const events = [...list.matchAll(/\| '(\w+)'/g)].map(([, name]) => name)
  expect(events.length).toBeGreaterThan(10)
  expect(events.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})
