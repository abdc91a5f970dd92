import { afterAll, describe, expect, test } from 'vitest'
import { startOwnPostgres } from '../chaos/own-services.ts'
import { openPostgres } from '../contracts/services.ts'
import { killWorkers } from './chaos.ts'
import { freezeWorker } from './freeze.ts'
import { restartService } from './restart.ts'

const service = await openPostgres()

afterAll(() => service?.close())

describe.skipIf(service === undefined)('Postgres', () => {
  const url = service?.url ?? ''

  test('of 200 jobs none is lost while workers are killed, and so is who makes them', {
    timeout: 120_000,
  }, () => {
    return killWorkers('postgres', url, { jobs: 200, workers: 3, seed: 2, killClerkAfter: 60 })
  })

  test('a worker that stood still beyond its lease commits nothing twice', { timeout: 60_000 }, () => {
    return freezeWorker('postgres', url)
  })

  test('no acknowledged job is lost when Postgres crashes and comes back', { timeout: 120_000 }, async () => {
    const own = await startOwnPostgres()
    if (own === undefined) return expect(own).toBeUndefined()
    return restartService('postgres', own)
  })
})
