// A process that makes jobs and runs none: `node order-clerk.ts <place as JSON> <orders as JSON>`. It prints the number
// and the id of each job once that was acknowledged.
import { writeSync } from 'node:fs'
import { createTestClient } from 'plinth/testing'
import type { Order } from './clerk.ts'
import { openShop, type ShopPlace } from './shop.ts'

const place = JSON.parse(process.argv[2] ?? '{}') as ShopPlace
const orders = JSON.parse(process.argv[3] ?? '[]') as readonly Order[]

const { server } = await openShop(place, { maxRunning: 0 })
const capabilities = { extensions: { 'io.modelcontextprotocol/tasks': {} } }
const client = createTestClient(server, { capabilities })
await server.prepare()

let next = 0

async function orderAll(): Promise<void> {
  for (let n = next++; n < orders.length; n = next++) {
    const { tool, key } = orders[n] as Order
    const _meta = { 'plinth/idempotencyKey': key }
    const made = await client.call('tools/call', { name: tool, arguments: { key }, _meta })
    writeSync(1, `${n} ${String(made['taskId'])}\n`)
  }
}

await Promise.all(Array.from({ length: 4 }, orderAll))
