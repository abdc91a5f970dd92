import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSpace } from '../contracts/driver.ts'
import { ask, askUntilDefinite, request } from './ask-shop.ts'
import { createPlace } from './place.ts'
import { type Shop, startShop } from './start-shop.ts'
import { stopOutsideWrites } from './stop-outside-writes.ts'

/** Most of it is the start of processes, on a machine that may be busy. */
const withinMs = 60_000

const callers = Array.from({ length: 25 })

/** What two processes promise together of writes with a key, whatever store they share. */
export function testKeyedWrites(name: string, toUrl: (directory: string) => string): void {
  describe(`keyed writes of two processes over ${name}`, () => {
    const place = createPlace()
    const { directory } = place
    let a: Shop
    let b: Shop

    beforeAll(async () => {
      const storeUrl = toUrl(directory)
      const jobs = storeUrl.includes('://') ? { jobsUrl: storeUrl } : {}
      const store = { storeUrl, ...jobs, space: createSpace(), storeTimeoutMs: 5_000 }
      const options = { ...store, directory, leaseMs: 700, limit: 1_000, windowMs: 1_000 }
      const shops = await Promise.all(['a', 'b'].map((one) => startShop({ ...options, name: one })))
      ;[a, b] = shops as [Shop, Shop]
    }, withinMs)

    afterAll(async () => {
      await Promise.all([a, b].map((shop) => shop.close()))
      place.remove()
    })

    const stop = (shop: Shop) => {
      const files = [join(directory, 'jobs.sqlite'), toUrl(directory)].filter((path) => existsSync(path))
      return stopOutsideWrites((name) => shop.signal(name), files)
    }
    const count = (effect: string) => place.effects().filter((line) => line === effect).length

    test('fifty calls at once with one key have one effect and one result', async () => {
      const call = { tool: 'buy', key: 'fifty', input: { item: 'fifty' } }
      const urls = callers.flatMap(() => [a.url, b.url])
      const answers = await Promise.all(urls.map((url) => askUntilDefinite([url], call)))
      expect(new Set(answers.map(({ receipt }) => receipt)).size).toBe(1)
      expect(answers[0]?.receipt).toBeTypeOf('string')
      expect(count('bought fifty')).toBe(1)
    })

    test('a process that stopped beyond its lease does not have its write made twice', async () => {
      const call = { tool: 'buy', key: 'stopped', input: { item: 'stopped', gate: 'stopped' } }
      const first = ask(a.url, call)
      await place.reached('stopped', 'a')
      await stop(a)
      // Running, as far as anybody knows, until the lease is over; and nobody knows from then on.
      expect(['duplicate_in_flight', 'outcome_unknown']).toContain((await ask(b.url, call)).error)
      expect(await askUntilDefinite([b.url], call)).toMatchObject({ error: 'outcome_unknown', retry: false })
      place.open('stopped')
      a.signal('SIGCONT')
      expect(await first).toMatchObject({ error: 'outcome_unknown' })
      for (const { url } of [a, b]) {
        expect(await ask(url, call)).toMatchObject({ error: 'outcome_unknown' })
      }
      expect(count('bought stopped')).toBeLessThanOrEqual(1)
    })

    test('where a write may be taken over, the process that was stopped commits nothing any more', async () => {
      const call = { tool: 'transfer', key: 'taken', input: { item: 'taken', gate: 'taken' } }
      const first = ask(a.url, call)
      await place.reached('taken', 'a')
      await stop(a)
      const second = askUntilDefinite([b.url], call)
      await place.reached('taken', 'b')
      place.open('taken')
      const { receipt } = await second
      expect(receipt).toMatch(/^b-/)
      a.signal('SIGCONT')
      expect([receipt, undefined]).toContain((await first).receipt)
      for (const { url } of [a, b]) expect(await ask(url, call)).toMatchObject({ receipt })
      expect(count('transferred taken')).toBe(1)
    })

    test('a job of a process that was stopped is finished by another, once', async () => {
      const params = { name: 'ship', arguments: { item: 'job', gate: 'job' } }
      const started = await request(a.url, 'tools/call', {
        ...params,
        _meta: { 'plinth/idempotencyKey': 'job' },
      })
      const { taskId } = started as { taskId: string }
      const runner = await Promise.race(
        [a, b].map((shop, at) => place.reached('job', 'ab'.charAt(at)).then(() => shop)),
      )
      const other = runner === a ? b : a
      await stop(runner)
      await place.reached('job', other === a ? 'a' : 'b')
      place.open('job')
      const { receipt } = await waitForResult(other, taskId)
      runner.signal('SIGCONT')
      expect(await waitForResult(runner, taskId)).toEqual({ receipt })
      expect(receipt.startsWith(other === a ? 'a-' : 'b-')).toBe(true)
      expect(count('transferred job')).toBe(1)
    })
  })
}

async function waitForResult({ url }: Shop, taskId: string): Promise<{ receipt: string }> {
  for (;;) {
    const task = await request(url, 'tasks/get', { taskId })
    const { structuredContent } = (task['result'] ?? {}) as { structuredContent?: { receipt: string } }
    if (structuredContent !== undefined) return structuredContent
    if (task['status'] !== 'working') throw new Error(JSON.stringify(task))
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
