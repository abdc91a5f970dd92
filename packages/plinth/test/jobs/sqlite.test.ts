import { test } from 'vitest'
import { killWorkers } from './chaos.ts'
import { freezeWorker } from './freeze.ts'

test('of 200 jobs none is lost while workers are killed, and so is who makes them', {
  timeout: 120_000,
}, () => {
  return killWorkers('sqlite', '', { jobs: 200, workers: 3, seed: 3, killClerkAfter: 60 })
})

test('a worker that stood still beyond its lease commits nothing twice', { timeout: 60_000 }, () => {
  return freezeWorker('sqlite', '')
})
