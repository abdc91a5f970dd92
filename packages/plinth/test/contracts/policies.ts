import type { Server } from 'plinth'
import { createTestClient } from 'plinth/testing'
import { describe, expect, test } from 'vitest'
import type { SharedStores } from '../../src/storage/shared-stores.ts'
import { buy, callWith, createQuietServer, toFailure } from '../unit/middleware/keyed.ts'
import { type Driver, withStores } from './driver.ts'

/** A server as each of several processes would have it, with how often its handlers ran. */
export function createShop(stores: Partial<SharedStores>): { server: Server; ran: string[] } {
  const ran: string[] = []
  const server = createQuietServer({ stores })
  const input = { type: 'object', properties: { amount: { type: 'number' } } } as const
  server.tool(
    { name: 'buy', description: 'Buys.', input, effect: 'write', idempotency: 'key', timeoutMs: 60_000 },
    async () => {
      ran.push('buy')
      await new Promise((resolve) => setTimeout(resolve, 20))
      return { ok: true }
    },
  )
  const rate = { limit: 10, windowMs: 3_600_000 }
  server.tool({ name: 'ring', description: 'Rings.', effect: 'read', rate }, () => {
    ran.push('ring')
    return 'rang'
  })
  server.tool({ name: 'look', description: 'Looks.', effect: 'read', cache: { ttlMs: 60_000 } }, () => {
    ran.push('look')
    return 'seen'
  })
  return { server, ran }
}

/** What policies promise when servers share their stores. */
export function testPolicies(driver: Driver): void {
  describe(`${driver.name} behind two servers`, () => {
    /** Calls two servers in turn, all at once, and gives the results and which handlers ran. */
    function callBoth<T>(count: number, call: (client: ReturnType<typeof createTestClient>) => Promise<T>) {
      return withStores(driver, { count: 2 }, async (one, two = one) => {
        const shops = [createShop(one), createShop(two)]
        const clients = shops.map(({ server }) => createTestClient(server))
        const calls = Array.from({ length: count }, (_, at) => clients[at % 2]).flatMap(
          (client) => client ?? [],
        )
        const results = await Promise.all(calls.map(call))
        for (const client of clients) client.close()
        return { results, ran: shops.flatMap(({ ran }) => ran) }
      })
    }

    test('fifty calls with one key have one effect', async () => {
      const { results, ran } = await callBoth(50, (client) => buy(client, 'a'))
      expect(ran).toEqual(['buy'])
      const refused = results.filter(({ isError }) => isError === true)
      expect(refused.length).toBeLessThan(50)
      for (const result of refused) expect(toFailure(result)).toMatchObject({ error: 'duplicate_in_flight' })
    })

    test('forty calls pass a limit of ten ten times', async () => {
      const { results, ran } = await callBoth(40, (client) => callWith(client, { tool: 'ring' }))
      expect(ran).toHaveLength(10)
      expect(results.filter(({ isError }) => isError !== true)).toHaveLength(10)
    })

    test('what one server cached, the other gives', () =>
      withStores(driver, { count: 2 }, async (one, two = one) => {
        const shops = [createShop(one), createShop(two)]
        const [first, second] = shops.map(({ server }) => createTestClient(server))
        await first?.callTool('look')
        // A result may be kept a moment after its caller has it.
        await expect
          .poll(async () => (await second?.callTool('look'))?._meta)
          .toMatchObject({ 'plinth/cached': true })
        first?.close()
        second?.close()
      }))
  })
}
