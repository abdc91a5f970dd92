import { test } from 'vitest'
import { killWorkers } from './chaos.ts'
import { freezeWorker } from './freeze.ts'

test('of 100 jobs none is lost while a random worker is killed every second', { timeout: 120_000 }, () => {
  return killWorkers('sqlite', '', { jobs: 100, workers: 3, seed: 3 })
})

test('a worker that stood still beyond its lease commits nothing twice', { timeout: 60_000 }, () => {
  return freezeWorker('sqlite', '')
})
