// One process of a server whose limit others share: `node limit-caller.ts <options as JSON>`. From the first line of its
// input to the end of that it calls its tool. It writes down between which two moments each call that was let in was
// counted, and at the end how many there were.
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { type CounterStore, createServer } from 'plinth'
import { createTestClient } from 'plinth/testing'
import { openShopStores } from './open-shop-stores.ts'
import type { ShopOptions } from './shop-protocol.ts'

/** Calls in flight: no more than there are connections, so that none waits between the two moments. */
const callers = 4

const options = JSON.parse(process.argv[2] ?? '{}') as ShopOptions
const { stores, close } = await openShopStores(options)

const counters: CounterStore = {
  async take(...asked) {
    const from = Date.now()
    const wait = await stores.counters.take(...asked)
    if (wait === 0) say({ from, to: Date.now() })
    return wait
  },
}

let ran = 0
const { limit, windowMs } = options
const server = createServer({ name: 'caller', version: '1.0.0', stores: { counters }, log: () => undefined })
const rate = { limit, windowMs, per: 'global' } as const
server.tool({ name: 'limited', description: 'Counts.', effect: 'read', rate }, () => {
  ran++
  return 'counted'
})

say('ready')
await once(process.stdin, 'data')
let isOver = false
process.stdin.once('end', () => {
  isOver = true
})
await Promise.all(Array.from({ length: callers }, hammer))
say({ ran })
await close()

async function hammer(): Promise<void> {
  const client = createTestClient(server)
  while (!isOver) {
    const { isError } = await client.callTool('limited')
    if (isError === true) await sleep(2)
  }
  client.close()
}

function say(value: unknown): void {
  writeSync(1, `${JSON.stringify(value)}\n`)
}
