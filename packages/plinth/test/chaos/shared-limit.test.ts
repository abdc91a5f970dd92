import { Redis } from 'ioredis'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createSpace } from '../contracts/driver.ts'
import { ask } from './ask-shop.ts'
import { listExcesses, type Take } from './list-excesses.ts'
import { type OwnService, startOwnRedis } from './own-services.ts'
import { createPlace } from './place.ts'
import { type Shop, startShop } from './start-shop.ts'

/** Most of it is the start of processes, on a machine that may be busy. */
const withinMs = 60_000

const limit = 20
const windowMs = 500
const unitMs = windowMs / limit

/** Calls that each process has in flight. */
const callers = 16

/** Calls that are let in before a test is over: three windows of them at least. */
const wanted = 4 * limit

const service = await startOwnRedis()

if (service === undefined) test.skip('a limit over Redis', () => {})
else testLimit(service)

function testLimit(redis: OwnService): void {
  const storeUrl = redis.toUrl(redis.port)
  const space = createSpace()
  const place = createPlace()
  let shops: readonly Shop[] = []

  beforeAll(async () => {
    const settings = { limit, windowMs, leaseMs: 5_000, storeTimeoutMs: 5_000 }
    const options = { storeUrl, space, directory: place.directory, ...settings }
    shops = await Promise.all(['a', 'b', 'c'].map((name) => startShop({ ...options, name })))
  }, withinMs)

  afterAll(async () => {
    await Promise.all(shops.map((shop) => shop.close()))
    await redis.remove()
    place.remove()
  })

  test.each([2, 3])(
    '%i processes together never let in one call too many, in any window',
    async (count) => {
      const before = place.effects().length
      const record = await recordTakes(storeUrl, `${space}:counter:`)
      const isOver = () => record.takes.length >= wanted
      await Promise.all(shops.slice(0, count).map((shop) => hammer(shop, isOver)))
      await record.close()
      expect(place.effects().length - before).toBe(record.takes.length)
      expect(listExcesses(record.takes, { burst: limit, unitMs })).toEqual([])
      // The record is exact enough to tell: with one call less in the bucket, there would be some.
      expect(listExcesses(record.takes, { burst: limit - 1, unitMs })).not.toEqual([])
    },
    withinMs,
  )
}

/**
 * What Redis itself says of the calls it lets in from now on, beginning with a full bucket: each is a script, and in
 * it a write to the bucket. It tells of the script before it runs and of the write afterwards.
 */
async function recordTakes(
  url: string,
  prefix: string,
): Promise<{ readonly takes: readonly Take[]; close(): Promise<void> }> {
  const client = new Redis(url)
  const buckets = await client.keys(`${prefix}*`)
  if (buckets.length > 0) await client.unlink(buckets)
  const monitor = await client.monitor()
  const takes: Take[] = []
  let from = 0
  monitor.on('monitor', (time: string, [word = '', key = '']: string[]) => {
    const command = word.toUpperCase()
    if (command.startsWith('EVAL')) from = Number(time) * 1_000
    if (command === 'SET' && key.startsWith(prefix)) takes.push({ from, to: Number(time) * 1_000 })
  })
  return {
    takes,
    async close() {
      // What it says comes in order, so whatever came before this word is there when the word is.
      const last = new Promise<void>((resolve) => {
        monitor.on('monitor', (_time: string, [, word]: string[]) => word === prefix && resolve())
      })
      await client.echo(prefix)
      await last
      monitor.disconnect()
      client.disconnect()
    },
  }
}

async function hammer({ url }: Shop, isOver: () => boolean): Promise<void> {
  const call = async () => {
    while (!isOver()) {
      const { error = 'rate_exceeded', retry_after_ms = 1 } = await ask(url, { tool: 'limited' })
      expect({ error, isLater: retry_after_ms > 0 }).toEqual({ error: 'rate_exceeded', isLater: true })
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
}
