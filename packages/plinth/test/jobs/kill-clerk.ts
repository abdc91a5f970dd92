import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Order } from './clerk.ts'
import type { ShopPlace } from './shop.ts'

const program = join(import.meta.dirname, 'order-clerk.ts')

/** Has a process make jobs until it was told of so many, kills it, and gives the ids it was told by their number. */
export async function orderUntilKilled(
  place: ShopPlace,
  orders: readonly Order[],
  count: number,
): Promise<ReadonlyMap<number, string>> {
  const values = [JSON.stringify(place), JSON.stringify(orders)]
  const flags = ['--conditions=plinth-source', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...flags, program, ...values], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ids = new Map<number, string>()
  for await (const line of createInterface({ input: child.stdout })) {
    const [n, id] = line.split(' ')
    ids.set(Number(n), String(id))
    if (ids.size === count) child.kill('SIGKILL')
  }
  if (ids.size >= orders.length) throw new Error('The clerk made all its jobs before it was killed.')
  return ids
}
