import { expect, onTestFinished, test } from 'vitest'
import { createSystemProbe } from '../../src/system/system.adapter.ts'
import { createSystemService, type SystemService } from '../../src/system/system.service.ts'

function createService(visible: Record<string, string> = {}): SystemService {
  const probe = createSystemProbe()
  onTestFinished(() => probe.close())
  return createSystemService({ probe, visible, version: '1.2.3' })
}

test('settings are the given ones, by key, and cut where they are long', () => {
  const settings = createService({ b: 'x'.repeat(1_000), a: '1' }).listSettings()
  expect(settings).toEqual([
    { key: 'a', value: '1' },
    { key: 'b', value: 'x'.repeat(500) },
  ])
})

test('the status measures this very process', () => {
  const status = createService().getStatus()
  expect(status.versions).toMatchObject({ node: process.versions.node, server: '1.2.3' })
  expect(status.cpu.cores).toBeGreaterThan(0)
  expect(status.memory.rss_bytes).toBeGreaterThan(1_000_000)
  expect(status.memory.system_total_bytes).toBeGreaterThan(status.memory.rss_bytes)
})

test('every measured number is one that JSON can hold', () => {
  const { versions: _versions, ...measured } = createService().getStatus()
  for (const value of Object.values(measured).flatMap((group) => Object.values(group))) {
    expect(value).toSatisfy(Number.isFinite)
  }
})
