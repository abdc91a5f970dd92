import { join } from 'node:path'
import { expect } from 'vitest'
import { stopOutsideWrites } from '../chaos/stop-outside-writes.ts'
import { openClerk } from './clerk.ts'
import type { ShopPlace } from './shop.ts'

/** A process that stood still for longer than its lease finds out that its job is somebody else's, and adds nothing. */
export async function freezeWorker(driver: ShopPlace['driver'], url: string): Promise<void> {
  const clerk = await openClerk(driver, url)
  const frozen = clerk.startWorker()
  await frozen.started
  const orders = [{ tool: 'pause', key: 'p' }]
  const ids = await clerk.order(orders)
  await clerk.see(`before p ${frozen.pid}`)
  const files = driver === 'sqlite' ? ['jobs.sqlite', 'stores.sqlite'] : []
  await stopOutsideWrites(
    (name) => frozen.kill(name),
    files.map((name) => join(clerk.place.directory, name)),
  )
  const other = clerk.startWorker()
  clerk.letGo(other.pid)
  const done = [{ tool: 'pause', key: 'p', status: 'completed', text: 'done', error: undefined }]
  expect(await clerk.follow(orders, ids)).toEqual(done)
  clerk.letGo(frozen.pid)
  frozen.kill('SIGCONT')
  await clerk.see(`lost p ${frozen.pid}`)
  const after = clerk.effects().filter((effect) => effect.startsWith('after'))
  expect(after).toEqual([`after p ${other.pid}`])
  expect(await clerk.follow(orders, ids)).toEqual(done)
  expect([frozen.isRunning, other.isRunning]).toEqual([true, true])
}
