import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { type Answer, ask, askTask, askUntilDefinite } from './ask-shop.ts'
import { toOrder, toShipment } from './load.ts'
import { createPlace } from './place.ts'
import { startShop } from './start-shop.ts'

const isSupported = process.platform === 'linux'

/** How large a file of this process may get: what a full disk is to a program, for whoever may not mount one. */
function limitFiles(pid: number | undefined, size: string): void {
  execFileSync('prlimit', ['--pid', String(pid), `--fsize=${size}:`])
}

test.skipIf(!isSupported)(
  'a full disk is named, nothing is done twice, and with room again the shop goes on',
  async ({ onTestFinished }) => {
    const place = createPlace()
    onTestFinished(() => place.remove())
    const storeUrl = join(place.directory, 'stores.sqlite')
    const limits = { leaseMs: 10_000, storeTimeoutMs: 1_000, limit: 1_000_000, windowMs: 1_000 }
    const shop = await startShop({
      ...limits,
      storeUrl,
      space: 'full',
      directory: place.directory,
      name: 'full',
    })
    onTestFinished(() => void shop.close())
    const bought = new Map<string, Answer>()
    const buy = async () => {
      const key = `order-${bought.size}`
      const answer = await ask(shop.url, toOrder(key))
      if (answer.receipt !== undefined) bought.set(key, answer)
      return answer
    }
    await buy()
    limitFiles(shop.child.pid, '400000')
    let answer = await buy()
    while (answer.receipt !== undefined) answer = await buy()
    expect(answer).toMatchObject({ error: 'store_unavailable', retry: true })
    const log = readFileSync(join(place.directory, 'full.log'), 'utf8')
    expect(log).toContain(JSON.stringify(`("${storeUrl}"). Make room on its disk.`).slice(1, -1))
    expect(await ask(shop.url, { tool: 'limited' })).toEqual({})
    expect(await ask(shop.url, { tool: 'square', input: { n: 7 } })).toEqual({ square: 49 })
    limitFiles(shop.child.pid, 'unlimited')
    const refused = `order-${bought.size}`
    bought.set(refused, await askUntilDefinite([shop.url], toOrder(refused)))
    for (const [key, { receipt }] of bought) {
      expect(await askUntilDefinite([shop.url], toOrder(key))).toEqual({ receipt })
      expect(place.effects().filter((line) => line === `bought ${key}`)).toHaveLength(1)
    }
    expect(await shop.close()).toBe(0)
    const database = new DatabaseSync(storeUrl)
    expect(database.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' })
    database.close()
  },
  60_000,
)

test.skipIf(!isSupported)(
  'a job that a full disk let in comes to its end once there is room, and one that it did not is refused',
  async ({ onTestFinished }) => {
    const place = createPlace()
    onTestFinished(() => place.remove())
    const shop = await startShop({
      leaseMs: 10_000,
      storeTimeoutMs: 1_000,
      limit: 1_000_000,
      windowMs: 1_000,
      storeUrl: join(place.directory, 'stores.sqlite'),
      space: 'full',
      directory: place.directory,
      name: 'full',
    })
    onTestFinished(() => void shop.close())
    const accepted = new Map<string, string>()
    const order = async (): Promise<Answer> => {
      const key = String(accepted.size)
      const answer = await ask(shop.url, toShipment(key))
      if (answer.taskId !== undefined) accepted.set(key, answer.taskId)
      return answer
    }
    await order()
    limitFiles(shop.child.pid, '400000')
    let answer = await order()
    while (answer.taskId !== undefined) answer = await order()
    expect(answer).toMatchObject({ error: expect.any(String), retry: true })
    expect(readFileSync(join(place.directory, 'full.log'), 'utf8')).toContain('Make room on its disk.')
    limitFiles(shop.child.pid, 'unlimited')
    const refused = String(accepted.size)
    const again = await askUntilDefinite([shop.url], toShipment(refused))
    accepted.set(refused, again.taskId ?? JSON.stringify(again))
    for (const [key, taskId] of accepted) {
      await expect.poll(() => askTask(shop.url, taskId)).toMatchObject({ status: 'completed' })
      expect(place.effects().filter((line) => line === `transferred ship-${key}`)).toHaveLength(1)
    }
    expect(await shop.close()).toBe(0)
  },
  60_000,
)
