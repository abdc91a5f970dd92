import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemoryJobStore, createSqliteJobStore } from 'plinth/jobs'
import { expect, test } from 'vitest'
import { testJobStore } from './jobs.ts'

testJobStore('createMemoryJobStore', (limits) => ({ store: createMemoryJobStore(limits) }))

testJobStore('createSqliteJobStore', (limits) => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-jobs-'))
  const store = createSqliteJobStore({ path: join(directory, 'jobs.sqlite'), ...limits })
  return {
    store,
    close() {
      store.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
})

test('processes that open one SQLite file share its jobs', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-jobs-'))
  const path = join(directory, 'jobs.sqlite')
  const [one, two] = [createSqliteJobStore({ path }), createSqliteJobStore({ path })]
  const about = { queue: 'shop', name: 'report', owner: 'ann', tenant: 'acme', payload: '{}' }
  await one.enqueue({ id: 'a', ...about, maxAttempts: 1, ttlMs: 10_000, resultTtlMs: 1 })
  const claimOf = { queue: 'shop', names: ['report'], leaseMs: 10_000 }
  expect(await two.claim(claimOf)).toMatchObject({ id: 'a' })
  expect(await one.claim(claimOf)).toBeUndefined()
  one.close()
  two.close()
  rmSync(directory, { recursive: true, force: true })
})
