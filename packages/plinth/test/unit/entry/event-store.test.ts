import { expect, test } from 'vitest'
import { EventStore, isRequestEvent, type StreamReader } from '../../../src/entry/event-store.ts'

function createStore(own: Partial<{ maxStreams: number; maxEvents: number; maxChars: number }> = {}) {
  let now = 0
  let keys = 0
  const limits = { maxStreams: 10, maxEvents: 10, maxChars: 10_000, ttlMs: 1_000, now: () => now, ...own }
  const store = new EventStore(limits, () => `key${keys++}`)
  const pass = (ms: number) => {
    now += ms
  }
  return { store, pass }
}

function createReader(): StreamReader & { seen: string[] } {
  const seen: string[] = []
  return {
    seen,
    onEvent: ({ text }) => seen.push(text),
    onDone: () => seen.push('done'),
    onReplaced: () => seen.push('replaced'),
  }
}

function toTexts(store: EventStore, eventId: string): string[] | undefined {
  return store.resume(eventId, 'session')?.missed.map(({ text }) => text)
}

test('event ids name their stream and their place, and tell of what kind it is', () => {
  const { store } = createStore()
  const reader = { ...createReader(), ids: [] as string[] }
  for (const kind of ['request', 'session'] as const) {
    const key = store.open('session', kind)
    store.attach(key, { ...reader, onEvent: ({ id }) => reader.ids.push(id) })
    store.append(key, 'a')
    store.append(key, 'b')
  }
  expect(new Set(reader.ids).size).toBe(4)
  expect(reader.ids.map(isRequestEvent)).toEqual([true, true, false, false])
})

test('only what came after an event is replayed', () => {
  const { store } = createStore()
  const key = store.open('session', 'request')
  for (const text of ['a', 'b', 'c']) store.append(key, text)
  expect(toTexts(store, `${key}_0`)).toEqual(['b', 'c'])
  expect(toTexts(store, `${key}_2`)).toEqual([])
  expect(store.resume(`${key}_0`, 'other session')).toBe(undefined)
})

test.each([
  '',
  '_',
  '_0',
  'x',
  'key_',
  'key_-1',
  'key_0x1',
  'key_1e0',
  'key_ 1',
  'key_3',
  'key_99999999999999999999',
])('the event id "%s" is not known', (form) => {
  const { store } = createStore()
  const key = store.open('session', 'request')
  for (const text of ['a', 'b', 'c']) store.append(key, text)
  expect(store.resume(form.replace('key', key), 'session')).toBe(undefined)
})

test('a stream keeps only its newest events, and they keep their numbers', () => {
  const { store } = createStore({ maxEvents: 3 })
  const key = store.open('session', 'request')
  for (let n = 0; n < 10; n++) store.append(key, String(n))
  expect(toTexts(store, `${key}_0`)).toEqual(['7', '8', '9'])
  expect(toTexts(store, `${key}_8`)).toEqual(['9'])
})

test('a stream has one reader at a time, and the one before is told', () => {
  const { store } = createStore()
  const key = store.open('session', 'request')
  const [first, second] = [createReader(), createReader()]
  store.attach(key, first)
  store.append(key, 'a')
  store.attach(key, second)
  store.append(key, 'b')
  store.detach(key, first)
  store.append(key, 'c')
  store.finish(key)
  expect(first.seen).toEqual(['a', 'replaced'])
  expect(second.seen).toEqual(['b', 'c', 'done'])
})

test('a reader that left gets nothing more', () => {
  const { store } = createStore()
  const key = store.open('session', 'request')
  const reader = createReader()
  store.attach(key, reader)
  store.detach(key, reader)
  store.append(key, 'a')
  store.finish(key)
  expect(reader.seen).toEqual([])
  expect(store.resume(`${key}_0`, 'session')).toMatchObject({ isDone: true })
})

test('streams that are being read outlive all others', () => {
  const { store, pass } = createStore({ maxStreams: 3 })
  const read = store.open('session', 'session')
  const reader = createReader()
  store.attach(read, reader)
  const others = Array.from({ length: 10 }, () => store.open('session', 'request'))
  expect(store.size).toBe(3)
  pass(5_000)
  store.sweep()
  expect(store.size).toBe(1)
  store.append(read, 'still here')
  expect(reader.seen).toEqual(['still here'])
  expect(store.resume(`${others[0]}_0`, 'session')).toBe(undefined)
})

test('a stream nobody comes back for is forgotten after its time', () => {
  const { store, pass } = createStore()
  const key = store.open('session', 'request')
  store.append(key, 'a')
  pass(900)
  store.append(key, 'b')
  pass(900)
  store.sweep()
  expect(toTexts(store, `${key}_0`)).toEqual(['b'])
  pass(200)
  store.sweep()
  expect(store.size).toBe(0)
})

test('a complete stream is forgotten although its reader never said goodbye', () => {
  const { store, pass } = createStore()
  const key = store.open('session', 'request')
  store.attach(key, createReader())
  store.append(key, 'a')
  store.finish(key)
  pass(2_000)
  store.sweep()
  expect(store.size).toBe(0)
})

test('what is kept stays within its size, at the cost of the oldest', () => {
  const { store } = createStore({ maxChars: 1_000, maxEvents: 100 })
  const [oldest, read] = [store.open('session', 'request'), store.open('session', 'session')]
  const reader = createReader()
  store.attach(read, reader)
  store.append(oldest, 'x'.repeat(300))
  store.append(read, 'y'.repeat(300))
  const newest = store.open('session', 'request')
  for (let n = 0; n < 5; n++) store.append(newest, `${n}`.repeat(300))
  expect(store.resume(`${oldest}_0`, 'session')).toBe(undefined)
  expect(toTexts(store, `${newest}_0`)?.length).toBeLessThan(3)
  store.append(read, 'z')
  expect(reader.seen.at(-1)).toBe('z')
  expect(toTexts(store, `${read}_0`)).toEqual(['z'])
})

test('one event may be larger than all that is kept', () => {
  const { store } = createStore({ maxChars: 100 })
  const key = store.open('session', 'request')
  store.append(key, 'a')
  store.append(key, 'x'.repeat(1_000))
  expect(toTexts(store, `${key}_0`)).toEqual(['x'.repeat(1_000)])
})

test('a stream that was dropped takes no more events', () => {
  const { store } = createStore()
  const key = store.open('session', 'request')
  store.drop(key)
  store.append(key, 'a')
  store.finish(key)
  expect(store.size).toBe(0)
})
