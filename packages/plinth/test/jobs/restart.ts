import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished } from 'vitest'
import type { OwnService } from '../chaos/own-services.ts'
import { expectEnds, toOrder } from './chaos.ts'
import { openClerk } from './clerk.ts'
import type { ShopPlace } from './shop.ts'

/** The service crashes and starts again while jobs are made and run. Nothing of ours is started anew. */
export async function restartService(driver: ShopPlace['driver'], service: OwnService): Promise<void> {
  onTestFinished(() => service.remove())
  const clerk = await openClerk(driver, service.toUrl(service.port))
  const workers = [clerk.startWorker(), clerk.startWorker()]
  await Promise.all(workers.map(({ started }) => started))
  const orders = Array.from({ length: 90 }, (_, n) => toOrder(n))
  const early = await clerk.order(orders.slice(0, 60))
  await sleep(300)
  await service.crash()
  const late = clerk.order(orders.slice(60))
  await sleep(700)
  await service.start()
  const ended = await clerk.follow(orders, [...early, ...(await late)])
  expectEnds(ended, clerk.effects())
  expect(workers.map(({ isRunning }) => isRunning)).toEqual([true, true])
}
