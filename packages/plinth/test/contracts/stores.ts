import { testBus } from './bus.ts'
import { testCache } from './cache.ts'
import { testCounters } from './counter.ts'
import { testDocumentStore } from './document.ts'
import { createSpace, type Driver } from './driver.ts'
import { testEventLogs } from './event-log.ts'
import { testKeptResults } from './kept-result.ts'
import { testLeases } from './lease.ts'
import { testPolicies } from './policies.ts'
import { testSharedDocuments } from './shared-documents.ts'

/** Every contract suite, on one driver. */
export function testStores(driver: Driver): void {
  testCounters(driver)
  testDocumentStore(`${driver.name} documents`, async (now) => {
    const { stores, close } = await driver.open({ space: createSpace(), now })
    return { store: stores.documents, close }
  })
  testSharedDocuments(driver)
  testLeases(driver)
  testCache(driver)
  testKeptResults(driver)
  testBus(driver)
  testEventLogs(driver)
  testPolicies(driver)
}
