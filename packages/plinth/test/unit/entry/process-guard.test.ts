import { afterEach, beforeEach, expect, test } from 'vitest'
import { guardProcess } from '../../../src/entry/process-guard.ts'
import { runAsCurrent } from '../../../src/telemetry/current-call.ts'
import type { LogRecord } from '../../../src/telemetry/log.ts'

// The runner listens too; what these tests throw is none of its business.
const events = ['uncaughtException', 'unhandledRejection'] as const
const listeners = new Map<string, ((...parameters: never[]) => void)[]>()
let release: () => void = () => undefined

beforeEach(() => {
  for (const event of events) {
    listeners.set(event, process.listeners(event as 'exit') as never)
    process.removeAllListeners(event)
  }
})

afterEach(() => {
  release()
  for (const event of events) for (const one of listeners.get(event) ?? []) process.on(event, one as never)
})

const call = { callee: { name: 'a_tool' } }
const turn = () => new Promise((resolve) => setTimeout(resolve, 10))

function guard(write: (record: LogRecord) => void = () => undefined) {
  const records: LogRecord[] = []
  let fatal = 0
  const log = (record: LogRecord) => {
    records.push(record)
    write(record)
  }
  release = guardProcess(log, () => fatal++)
  return { records, fatal: () => fatal }
}

test.each([
  ['a timer', () => setTimeout(() => fail(), 1)],
  ['an immediate', () => setImmediate(() => fail())],
  ['the next tick', () => process.nextTick(() => fail())],
  ['a promise', () => void Promise.reject(new Error('failed'))],
  ['a late promise', () => void turn().then(() => fail())],
])('an error in %s of a call is logged with the name of its tool', async (_where, run) => {
  const guarded = guard()
  runAsCurrent(call, run)
  await turn()
  await turn()
  expect(guarded.records).toMatchObject([
    { level: 'error', component: 'a_tool', error: { message: 'failed' } },
  ])
  expect(guarded.fatal()).toBe(0)
})

test('a throw outside any call is fatal, once', async () => {
  const guarded = guard()
  setTimeout(() => fail(), 1)
  setTimeout(() => fail(), 2)
  await turn()
  expect(guarded.records).toHaveLength(2)
  expect(guarded.records[0]).not.toHaveProperty('component')
  expect(guarded.fatal()).toBe(1)
})

test('a rejection outside any call is logged and not fatal', async () => {
  const guarded = guard()
  void Promise.reject(new Error('failed'))
  await turn()
  expect(guarded.records).toHaveLength(1)
  expect(guarded.fatal()).toBe(0)
})

test.each([
  ['throws', () => fail()],
  ['throws later', () => setTimeout(() => fail(), 1)],
  ['rejects', () => void Promise.reject(new Error('log failed'))],
])('a log that %s is not told of it', async (_how, write) => {
  const guarded = guard(write)
  runAsCurrent(call, () => setTimeout(() => fail(), 1))
  await turn()
  await turn()
  expect(guarded.records).toHaveLength(1)
  expect(guarded.fatal()).toBe(0)
})

function fail(): never {
  throw new Error('failed')
}
