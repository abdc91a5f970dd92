import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'vitest'
import { openClerk } from './clerk.ts'
import type { ShopPlace } from './shop.ts'
import type { Worker } from './workers.ts'

/** A process that stands still while it writes to a SQLite file holds up all others: there is no lease on that. */
async function stopOutsideWrites(worker: Worker, { driver, directory }: ShopPlace): Promise<void> {
  worker.kill('SIGSTOP')
  if (driver !== 'sqlite') return
  while (!['jobs.sqlite', 'stores.sqlite'].every((name) => canWrite(join(directory, name)))) {
    worker.kill('SIGCONT')
    await sleep(10)
    worker.kill('SIGSTOP')
  }
}

function canWrite(path: string): boolean {
  const database = new DatabaseSync(path, { timeout: 200 })
  try {
    database.exec('BEGIN IMMEDIATE; ROLLBACK;')
    return true
  } catch {
    return false
  } finally {
    database.close()
  }
}

/** A process that stood still for longer than its lease finds out that its job is somebody else's, and adds nothing. */
export async function freezeWorker(driver: ShopPlace['driver'], url: string): Promise<void> {
  const clerk = await openClerk(driver, url)
  const frozen = clerk.startWorker()
  await frozen.started
  const orders = [{ tool: 'pause', key: 'p' }]
  const ids = await clerk.order(orders)
  await clerk.see(`before p ${frozen.pid}`)
  await stopOutsideWrites(frozen, clerk.place)
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
