import { describe, expect, test } from 'vitest'
import type { Bus } from '../../src/storage/bus.ts'
import { createSpace, type Driver, oddKeys, until, withStores } from './driver.ts'

/** What every bus must do, whatever carries its messages. */
export function testBus(driver: Driver): void {
  describe(`${driver.name} bus`, () => {
    function withBuses(run: (one: Bus, two: Bus) => Promise<void>): Promise<void> {
      return withStores(driver, { count: 2 }, (one, two = one) => run(one.bus, two.bus))
    }

    test('a message reaches every listener once, here and on another connection', () =>
      withBuses(async (one, two) => {
        const heard: string[] = []
        await one.subscribe('a', { message: (text) => heard.push(`here ${text}`) })
        await two.subscribe('a', { message: (text) => heard.push(`there ${text}`) })
        await two.subscribe('a', { message: (text) => heard.push(`there too ${text}`) })
        await one.publish('a', '1')
        await until(() => heard.length >= 3)
        await two.publish('a', '2')
        await until(() => heard.length >= 6)
        expect(heard.sort()).toEqual(['here 1', 'here 2', 'there 1', 'there 2', 'there too 1', 'there too 2'])
      }))

    test('messages of one publisher keep their order, large ones among small ones', () =>
      withBuses(async (one, two) => {
        const heard: string[] = []
        await two.subscribe('a', { message: (text) => heard.push(text.slice(0, 4)) })
        const texts = Array.from(
          { length: 30 },
          (_, at) => `${1_000 + at}${'🌍'.repeat(at % 3 === 0 ? 9_000 : 2)}`,
        )
        for (const text of texts) await one.publish('a', text)
        await until(() => heard.length >= 30)
        expect(heard).toEqual(texts.map((text) => text.slice(0, 4)))
      }))

    test('a text arrives as it was', () =>
      withBuses(async (one, two) => {
        const texts = [
          '',
          'a',
          '#1',
          '{"grüße":"🌍"}',
          'line\nbreak',
          'nul\0nul',
          'ü'.repeat(5_000),
          'x'.repeat(262_144),
        ]
        const heard: string[] = []
        await two.subscribe('a', { message: (text) => heard.push(text) })
        for (const text of texts) await one.publish('a', text)
        await until(() => heard.length >= texts.length)
        expect(heard).toEqual(texts)
      }))

    test('channels do not meet, whatever their names are', () =>
      withBuses(async (one, two) => {
        const heard: string[] = []
        for (const [at, channel] of oddKeys.entries()) {
          await two.subscribe(channel, { message: (text) => heard.push(`${at} ${text}`) })
        }
        for (const [at, channel] of oddKeys.entries()) await one.publish(channel, String(at))
        await until(() => heard.length >= oddKeys.length)
        expect(heard.sort()).toEqual(oddKeys.map((_, at) => `${at} ${at}`).sort())
      }))

    test('what was published before is not heard, nor what comes after the end', () =>
      withBuses(async (one, two) => {
        const heard: string[] = []
        const marks: string[] = []
        await two.subscribe('mark', { message: (text) => marks.push(text) })
        await one.publish('a', 'before')
        // What is on its way somewhere, such as between nodes of a cluster, is there before whatever follows.
        await one.publish('mark', 'start')
        await until(() => marks.length > 0)
        const end = await two.subscribe('a', { message: (text) => heard.push(text) })
        await one.publish('a', 'during')
        await until(() => heard.length > 0)
        end()
        await one.publish('a', 'after')
        await one.publish('mark', 'end')
        await until(() => marks.length > 1)
        expect(heard).toEqual(['during'])
      }))

    test('one of two listeners of a channel ends, and the other goes on', () =>
      withBuses(async (one, two) => {
        const heard: string[] = []
        const listener = { message: (text: string) => void heard.push(text) }
        const end = await two.subscribe('a', listener)
        await two.subscribe('a', listener)
        end()
        end()
        await one.publish('a', '1')
        await until(() => heard.length > 0)
        expect(heard).toEqual(['1'])
      }))

    test('a channel that is left and listened to again at once is heard', () =>
      withBuses(async (one, two) => {
        const heard: string[] = []
        for (let times = 0; times < 5; times++) {
          const end = await two.subscribe('a', { message: (text) => heard.push(text) })
          end()
        }
        await two.subscribe('a', { message: (text) => heard.push(text) })
        const marks: string[] = []
        await two.subscribe('mark', { message: (text) => marks.push(text) })
        await one.publish('a', '1')
        await one.publish('mark', 'end')
        await until(() => marks.length > 0)
        expect(heard).toEqual(['1'])
      }))

    test('a bus that was closed takes no listeners any more, nor those it was asked for just before', () =>
      withBuses(async (one) => {
        await one.subscribe('a', { message() {} })
        const early = one.subscribe('b', { message() {} }).then(
          () => 'listens',
          () => 'was refused',
        )
        await one.close()
        expect(['listens', 'was refused']).toContain(await early)
        await expect(one.subscribe('a', { message() {} })).rejects.toThrow('the bus was closed')
      }))

    test('a listener that throws keeps nothing from the others', () =>
      withBuses(async (one, two) => {
        const heard: string[] = []
        const warned = new Promise<Error>((resolve) => process.once('warning', resolve))
        await two.subscribe('a', {
          message() {
            throw new Error('a mistake of this listener')
          },
        })
        await two.subscribe('a', { message: (text) => heard.push(text) })
        await one.publish('a', '1')
        await until(() => heard.length > 0)
        expect(await warned).toMatchObject({ message: 'a mistake of this listener' })
      }))

    test('a message that is too long is refused', () =>
      withBuses(async (one) => {
        await expect(one.publish('a', 'x'.repeat(262_145))).rejects.toThrow(RangeError)
      }))

    test.skipIf(driver.count === undefined)(
      'a bus that is closed while it connects leaves no connection',
      () => {
        const space = createSpace()
        return withStores(driver, { space }, async ({ bus, counters }) => {
          const take = () => counters.take('a', { limit: 1, windowMs: 1, burst: 1 }, 1)
          await take()
          const before = await driver.count?.(space)
          const asked = bus.subscribe('a', { message() {} }).catch(() => undefined)
          await bus.close()
          await asked
          // Long enough for a connection that nobody waits for to be there.
          for (let times = 0; times < 20; times++) await take()
          await expect.poll(() => driver.count?.(space)).toBe(before)
        })
      },
    )

    test.skipIf(driver.cut === undefined)(
      'a connection that was cut hears again, and says that it missed some',
      () => {
        const space = createSpace()
        return withStores(driver, { count: 2, space }, async ({ bus: one }, two) => {
          const heard: string[] = []
          let missed = 0
          await two?.bus.subscribe('a', { message: (text) => heard.push(text), missed: () => missed++ })
          await driver.cut?.(space)
          await until(() => missed > 0)
          await one.publish('a', 'back')
          await until(() => heard.length > 0)
          expect(heard).toEqual(['back'])
        })
      },
    )
  })
}
