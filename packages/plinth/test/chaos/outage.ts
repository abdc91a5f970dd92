import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSpace } from '../contracts/driver.ts'
import { ask, askUntilDefinite } from './ask-shop.ts'
import { listContradictions, startLoad, toOrder, toShipment } from './load.ts'
import type { OwnService } from './own-services.ts'
import { createPlace } from './place.ts'
import { type BadNetwork, openProxy } from './proxy.ts'
import { type Shop, startShop } from './start-shop.ts'

/** Most of it is the start of processes, on a machine that may be busy. */
const withinMs = 120_000

const storeTimeoutMs = 300

/** What two processes under load promise when the service they share cannot be reached, and when it is back. */
export function testOutages(name: string, service: OwnService): void {
  describe(`an outage of ${name}`, () => {
    const place = createPlace()
    let proxy: BadNetwork
    let shops: readonly Shop[] = []
    let urls: readonly string[] = []
    let probes = 0

    beforeAll(async () => {
      proxy = await openProxy(service.port)
      const storeUrl = service.toUrl(proxy.port)
      const store = { storeUrl, jobsUrl: storeUrl, space: createSpace(), storeTimeoutMs }
      const limits = { leaseMs: 10_000, jobLeaseMs: 1_000, limit: 1_000_000, windowMs: 1_000 }
      const options = { ...store, ...limits, directory: place.directory }
      shops = await Promise.all(['a', 'b'].map((one) => startShop({ ...options, name: one })))
      urls = shops.map(({ url }) => url)
    }, withinMs)

    afterAll(async () => {
      const codes = await Promise.all(shops.map((shop) => shop.close()))
      proxy.close()
      await service.remove()
      place.remove()
      expect(codes).toEqual([0, 0])
    }, withinMs)

    /** Waits until every process answers a write as it must while its store is gone. */
    const refused = async () => {
      for (const url of urls) {
        while ((await ask(url, toOrder(`probe-${++probes}`))).error !== 'store_unavailable') await sleep(20)
      }
    }

    /** Waits until a write and a job of one process are known to the other, both ways. */
    const recovered = async () => {
      for (const [first = '', second = ''] of [urls, [...urls].reverse()]) {
        const order = toOrder(`probe-${++probes}`)
        const { receipt } = await askUntilDefinite([first], order)
        expect(await askUntilDefinite([second], order)).toEqual({ receipt })
        const shipment = toShipment(`probe-${probes}`)
        const { taskId } = await askUntilDefinite([first], shipment)
        expect(await askUntilDefinite([second], shipment)).toEqual({ taskId })
      }
    }

    /** How many of as many calls as the limit and some more are let in. */
    const countTight = async (url: string) => {
      const answers = await Promise.all(Array.from({ length: 8 }, () => ask(url, { tool: 'tight' })))
      return answers.filter(({ error }) => error === undefined).length
    }

    const survives = async (trouble: () => Promise<void>) => {
      const load = await startLoad(urls)
      await sleep(100)
      await trouble()
      await recovered()
      const told = await load.stop()
      expect(told.faults).toEqual([])
      expect(told.count).toBeGreaterThan(0)
      expect(await listContradictions(told, { urls, effects: place.effects })).toEqual([])
      expect(shops.map(({ child }) => child.exitCode)).toEqual([null, null])
    }

    test(
      'every connection is cut, and so is each new one',
      () =>
        survives(async () => {
          proxy.cut()
          await refused()
          // Each process counts for itself now, and then they count together again.
          expect(await Promise.all(urls.map(countTight))).toEqual([5, 5])
          proxy.heal()
          await recovered()
          let together = 0
          while (together < 5) together += await countTight(urls[0] ?? '')
          expect(together + (await countTight(urls[1] ?? ''))).toBe(5)
        }),
      withinMs,
    )

    test(
      'nothing comes through for a while, and then everything that was held up',
      () =>
        survives(async () => {
          proxy.blackHole()
          await refused()
          proxy.heal()
        }),
      withinMs,
    )

    test(
      'nothing ever comes through the old connections again, and nobody says so',
      () =>
        survives(async () => {
          proxy.blackHole()
          await refused()
          proxy.forget()
        }),
      withinMs,
    )

    test(
      'the service is slow, and then too slow',
      () =>
        survives(async () => {
          proxy.delay(5)
          await recovered()
          proxy.delay(2 * storeTimeoutMs)
          await refused()
          proxy.heal()
        }),
      withinMs,
    )

    test(
      'the service crashes, and starts again',
      () =>
        survives(async () => {
          await service.crash()
          await refused()
          await service.start()
        }),
      withinMs,
    )
  })
}
