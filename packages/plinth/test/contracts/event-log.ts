import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EventLogHead, EventLogStore } from '../../src/storage/event-log.ts'
import { type Driver, oddKeys, withStores } from './driver.ts'

const opening = { owner: 'anna', meta: '{"id":1}' }
const bounds = { eventTtlMs: 1_000, eventLeaseMs: 100, maxEvents: 5, maxEventChars: 40 }

async function openLog(logs: EventLogStore, key: string): Promise<EventLogHead> {
  const head = await logs.open(key, opening)
  if (head === undefined) throw new Error('The log was not opened.')
  return head
}

async function readTexts(logs: EventLogStore, key: string, after = -1): Promise<string[] | undefined> {
  const content = await logs.read(key, { owner: 'anna', after })
  return content?.events.map(({ sequence, text }) => `${sequence} ${text}`)
}

/** What every store of event logs must do, whatever it keeps them in. */
export function testEventLogs(driver: Driver): void {
  describe(`${driver.name} event logs`, () => {
    const bench = createBench(driver)
    testReading(bench)
    testProducers(bench)
    testReaders(bench)
    testLimits(bench)
    testModel(bench)
  })
}

interface Bench {
  with(run: (logs: EventLogStore, other: EventLogStore) => Promise<void>): Promise<void>
  wait(ms: number): void
}

function createBench(driver: Driver): Bench {
  let time = 1_000
  return {
    with(run) {
      time = 1_000
      const options = { now: () => time, eventLogs: bounds, count: 2 }
      return withStores(driver, options, (one, two = one) => run(one.eventLogs, two.eventLogs))
    },
    wait(ms) {
      time += ms
    },
  }
}

function testReading(bench: Bench): void {
  test('events come back in their order, from any place on, on every connection', () =>
    bench.with(async (one, two) => {
      const { producer, next } = await openLog(one, 'a')
      expect(next).toBe(0)
      await one.append('a', { producer, first: 0, texts: ['a', ''] })
      expect(await one.append('a', { producer, first: 2, texts: ['c'] })).toMatchObject({ next: 3 })
      expect(await readTexts(two, 'a')).toEqual(['0 a', '1 ', '2 c'])
      expect(await readTexts(two, 'a', 0)).toEqual(['1 ', '2 c'])
      expect(await readTexts(two, 'a', 2)).toEqual([])
      expect(await readTexts(two, 'a', 900_000_000_000_000)).toEqual([])
    }))

  test('a reader learns what the producer said of the log, and how it stands', () =>
    bench.with(async (one, two) => {
      const { producer } = await openLog(one, 'a')
      await one.append('a', { producer, first: 0, texts: ['a'], isFinal: true })
      const head = { producer, reader: 0, next: 1, isFinished: true, isSilent: false }
      expect(await two.read('a', { owner: 'anna', after: -1 })).toEqual({
        head,
        meta: '{"id":1}',
        events: [{ sequence: 0, text: 'a' }],
      })
    }))

  test('logs do not meet, whatever their keys are, and keep any text', () =>
    bench.with(async (one, two) => {
      const short = oddKeys.filter(({ length }) => length <= 40)
      for (const [at, key] of oddKeys.entries()) {
        const { producer } = await openLog(one, key)
        await one.append(key, { producer, first: at, texts: [short[at] ?? 'x'] })
      }
      for (const [at, key] of oddKeys.entries()) {
        expect(await readTexts(two, key)).toEqual([`${at} ${short[at] ?? 'x'}`])
      }
    }))

  test('nobody but its owner can read a log, claim it or open it again', () =>
    bench.with(async (one) => {
      const { producer } = await openLog(one, 'a')
      for (const owner of ['ben', '', 'anna|']) {
        expect(await one.read('a', { owner, after: -1 })).toBeUndefined()
        expect(await one.claim('a', owner)).toBeUndefined()
        expect(await one.open('a', { owner, meta: '' })).toBeUndefined()
      }
      expect(await one.append('a', { producer, first: 0, texts: ['a'] })).toMatchObject({
        producer,
        reader: 0,
      })
    }))

  test('a log that was never opened is not there', () =>
    bench.with(async (one) => {
      expect(await one.read('a', { owner: 'anna', after: -1 })).toBeUndefined()
      expect(await one.claim('a', 'anna')).toBeUndefined()
      expect(await one.append('a', { producer: 1, first: 0, texts: ['a'] })).toBeUndefined()
      expect(await one.open('a', { ...opening, ifSilent: true })).toBeUndefined()
    }))
}

function testProducers(bench: Bench): void {
  test('what was written is not written twice, what comes with it is, and what was lost leaves its place empty', () =>
    bench.with(async (one) => {
      const { producer } = await openLog(one, 'a')
      await one.append('a', { producer, first: 0, texts: ['a', 'b'] })
      expect(await one.append('a', { producer, first: 0, texts: ['a', 'b'] })).toMatchObject({ next: 2 })
      expect(await one.append('a', { producer, first: 1, texts: ['b', 'c'] })).toMatchObject({ next: 3 })
      expect(await one.append('a', { producer, first: 4, texts: ['e'] })).toMatchObject({ next: 5 })
      expect(await readTexts(one, 'a')).toEqual(['0 a', '1 b', '2 c', '4 e'])
    }))

  test('a log that is finished takes nothing more', () =>
    bench.with(async (one) => {
      const { producer } = await openLog(one, 'a')
      await one.append('a', { producer, first: 0, texts: ['a'], isFinal: true })
      const head = await one.append('a', { producer, first: 1, texts: ['b'] })
      expect(head).toMatchObject({ next: 1, isFinished: true, isSilent: false })
      expect(await readTexts(one, 'a')).toEqual(['0 a'])
    }))

  test('a log can be finished by no text at all, and by a repetition of its last', () =>
    bench.with(async (one) => {
      const [first, second] = [await openLog(one, 'a'), await openLog(one, 'b')]
      expect(
        await one.append('a', { producer: first.producer, first: 0, texts: [], isFinal: true }),
      ).toMatchObject({ next: 0, isFinished: true })
      await one.append('b', { producer: second.producer, first: 0, texts: ['a'] })
      const again = { producer: second.producer, first: 0, texts: ['a'], isFinal: true }
      expect(await one.append('b', again)).toMatchObject({ next: 1, isFinished: true })
      expect(await readTexts(one, 'b')).toEqual(['0 a'])
    }))

  test('whoever opens a log again goes on with it, and the one before can write no more', () =>
    bench.with(async (one, two) => {
      const first = await openLog(one, 'a')
      await one.append('a', { producer: first.producer, first: 0, texts: ['a'], isFinal: true })
      const second = await two.open('a', { ...opening, meta: 'other' })
      expect(second).toMatchObject({ next: 1, isFinished: false })
      expect(second?.producer).toBeGreaterThan(first.producer)
      const late = await one.append('a', { producer: first.producer, first: 1, texts: ['late'] })
      expect(late).toMatchObject({ producer: second?.producer, next: 1 })
      await two.append('a', { producer: Number(second?.producer), first: 1, texts: ['b'] })
      expect(await readTexts(one, 'a')).toEqual(['0 a', '1 b'])
      expect(await one.read('a', { owner: 'anna', after: -1 })).toMatchObject({ meta: '{"id":1}' })
    }))

  test('of those who open a log at once, one is the last', () =>
    bench.with(async (one, two) => {
      const stores = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? one : two))
      const heads = await Promise.all(stores.map((logs) => openLog(logs, 'a')))
      expect(new Set(heads.map(({ producer }) => producer)).size).toBe(20)
      const last = Math.max(...heads.map(({ producer }) => producer))
      const writes = heads.map(({ producer }, at) =>
        (stores[at] ?? one).append('a', { producer, first: 0, texts: [String(producer)] }),
      )
      await Promise.all(writes)
      expect(await readTexts(one, 'a')).toEqual([`0 ${last}`])
    }))

  test('a producer that gives no sign of life within its lease is silent, until it does', () =>
    bench.with(async (one, two) => {
      const { producer } = await openLog(one, 'a')
      bench.wait(99)
      expect(await two.read('a', { owner: 'anna', after: -1 })).toMatchObject({ head: { isSilent: false } })
      await one.append('a', { producer, first: 0, texts: [] })
      bench.wait(99)
      expect(await two.claim('a', 'anna')).toMatchObject({ isSilent: false, next: 0 })
      bench.wait(1)
      expect(await two.claim('a', 'anna')).toMatchObject({ isSilent: true })
      expect(await one.append('a', { producer, first: 0, texts: [] })).toMatchObject({ isSilent: false })
    }))

  test('only a silent log can be finished by somebody else, and by one alone', () =>
    bench.with(async (one, two) => {
      const { producer } = await openLog(one, 'a')
      const ifSilent = { ...opening, ifSilent: true }
      expect(await two.open('a', ifSilent)).toBeUndefined()
      bench.wait(100)
      expect(await two.open('a', { ...ifSilent, owner: 'ben' })).toBeUndefined()
      const heads = await Promise.all([two.open('a', ifSilent), one.open('a', ifSilent)])
      const taken = heads.filter((head) => head !== undefined)
      expect(taken).toHaveLength(1)
      expect(taken[0]?.producer).toBeGreaterThan(producer)
      expect(taken[0]).toMatchObject({ isSilent: false, isFinished: false })
      const last = { producer: taken[0]?.producer ?? 0, first: 0, texts: ['end'], isFinal: true }
      await two.append('a', last)
      bench.wait(100)
      expect(await one.open('a', ifSilent)).toBeUndefined()
      expect(await one.append('a', { producer, first: 0, texts: ['late'] })).toMatchObject({
        isFinished: true,
      })
      expect(await readTexts(one, 'a')).toEqual(['0 end'])
    }))
}

function testReaders(bench: Bench): void {
  test('every reader has a greater number than the one before, and the producer learns of it', () =>
    bench.with(async (one, two) => {
      const { producer } = await openLog(one, 'a')
      const stores = Array.from({ length: 10 }, (_, at) => (at % 2 === 0 ? one : two))
      const heads = await Promise.all(stores.map((logs) => logs.claim('a', 'anna')))
      const readers = heads.map((head) => head?.reader ?? 0)
      expect(new Set(readers).size).toBe(10)
      expect(Math.min(...readers)).toBeGreaterThan(0)
      const head = await one.append('a', { producer, first: 0, texts: ['a'] })
      expect(head?.reader).toBe(Math.max(...readers))
    }))
}

function testLimits(bench: Bench): void {
  test('a log is gone after its time, and every sign of life starts the time anew', () =>
    bench.with(async (one) => {
      const { producer } = await openLog(one, 'a')
      await one.append('a', { producer, first: 0, texts: ['a'] })
      bench.wait(999)
      await one.append('a', { producer, first: 1, texts: [] })
      bench.wait(999)
      expect(await readTexts(one, 'a')).toEqual(['0 a'])
      bench.wait(1)
      expect(await readTexts(one, 'a')).toBeUndefined()
      expect(await one.claim('a', 'anna')).toBeUndefined()
      expect(await one.open('a', { ...opening, ifSilent: true })).toBeUndefined()
      expect(await one.append('a', { producer, first: 1, texts: ['b'] })).toBeUndefined()
    }))

  test('a log that is gone leaves nothing to the next of its name, which may be of anyone', () =>
    bench.with(async (one) => {
      const before = await openLog(one, 'a')
      await one.append('a', { producer: before.producer, first: 0, texts: ['secret'] })
      bench.wait(1_000)
      const head = await one.open('a', { owner: 'ben', meta: 'his' })
      expect(head?.producer).toBeGreaterThan(before.producer)
      expect(await one.read('a', { owner: 'anna', after: -1 })).toBeUndefined()
      expect(await one.read('a', { owner: 'ben', after: -1 })).toMatchObject({ meta: 'his', events: [] })
      const next = Number(head?.next)
      await one.append('a', { producer: Number(head?.producer), first: next, texts: ['x'] })
      expect(await one.read('a', { owner: 'ben', after: -1 })).toMatchObject({
        events: [{ sequence: next, text: 'x' }],
      })
    }))

  test('the oldest events go first when there are too many', () =>
    bench.with(async (one) => {
      const { producer } = await openLog(one, 'a')
      for (let first = 0; first < 8; first++) {
        await one.append('a', { producer, first, texts: [`t${first}`] })
      }
      expect(await readTexts(one, 'a')).toEqual(['3 t3', '4 t4', '5 t5', '6 t6', '7 t7'])
      await one.append('a', { producer, first: 8, texts: Array.from('abcdefgh') })
      expect(await readTexts(one, 'a', 12)).toEqual(['13 f', '14 g', '15 h'])
      // Places that stayed empty count: a log remembers how far back it goes, not what it had.
      await one.append('a', { producer, first: 19, texts: ['x'] })
      expect(await readTexts(one, 'a')).toEqual(['15 h', '19 x'])
    }))

  test('the oldest events go first when they are too large together, the newest never', () =>
    bench.with(async (one) => {
      const { producer } = await openLog(one, 'a')
      const append = (first: number, text: string) => one.append('a', { producer, first, texts: [text] })
      const readSizes = async () => (await readTexts(one, 'a'))?.map((text) => text.length - 2)
      await append(0, 'ü'.repeat(20))
      await append(1, 'ü'.repeat(20))
      expect(await readSizes()).toEqual([20, 20])
      await append(2, 'x')
      expect(await readSizes()).toEqual([20, 1])
      await append(3, 'y'.repeat(100))
      expect(await readSizes()).toEqual([100])
      await append(4, 'z')
      expect(await readSizes()).toEqual([1])
    }))
}

function testModel(bench: Bench): void {
  test('whatever is done in whatever order, it does what a plain list would', () =>
    bench.with(async (one, two) => {
      const texts = fc.array(fc.string({ maxLength: 12 }), { maxLength: 4 })
      const anyStep = fc.oneof(
        fc.record({
          do: fc.constant('append' as const),
          texts,
          skip: fc.integer({ min: -2, max: 2 }),
          at: fc.boolean(),
        }),
        fc.record({ do: fc.constant('open' as const) }),
        fc.record({ do: fc.constant('wait' as const), forMs: fc.integer({ min: 1, max: 60 }) }),
      )
      let runs = 0
      await fc.assert(
        fc.asyncProperty(fc.array(anyStep, { maxLength: 15 }), async (steps) => {
          const key = `log-${runs++}`
          let { producer, next } = await openLog(one, key)
          const model: { sequence: number; text: string }[] = []
          for (const step of steps) {
            const logs = step.do === 'append' && step.at ? two : one
            if (step.do === 'wait') bench.wait(step.forMs)
            else if (step.do === 'open') producer = (await openLog(logs, key)).producer
            else {
              const first = Math.max(0, next + step.skip)
              const head = await logs.append(key, { producer, first, texts: step.texts })
              const all = step.texts.map((text, at) => ({ sequence: first + at, text }))
              const added = all.filter(({ sequence }) => sequence >= next)
              model.push(...added)
              next = (added.at(-1)?.sequence ?? next - 1) + 1
              expect(head).toMatchObject({ producer, next, isFinished: false, isSilent: false })
            }
            const content = await one.read(key, { owner: 'anna', after: -1 })
            expect(content?.events).toEqual(keepNewest(model, next))
          }
        }),
        { numRuns: 25 },
      )
    }))
}

/** What the bounds leave of all events there were. */
function keepNewest(events: readonly { sequence: number; text: string }[], next: number) {
  const kept = []
  let chars = 0
  for (const event of events.toReversed()) {
    chars += event.text.length
    const fits = event.sequence >= next - bounds.maxEvents && chars <= bounds.maxEventChars
    if (!fits && event.sequence !== next - 1) break
    kept.unshift(event)
  }
  return kept
}
