import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPostgres, openRedis } from '../../packages/plinth/test/contracts/services.ts'
import type { Question } from '../bench.ts'
import { type Contender, compete } from '../contest.ts'
import { toRow } from '../report.ts'

const job = { revision: '2026-07-28', method: 'tools/call', name: 'add' } as const

/** One place to keep things, with and without a key on every call. */
function toContenders(name: string, where: string): Contender[] {
  const env = { BENCH_STORES: where }
  return [
    {
      label: `rate limit, ${name}`,
      plan: { kind: 'plinth', env: { ...env, BENCH_GUARDS: 'rate' } },
      job,
    },
    {
      label: `a key on each call, ${name}`,
      plan: { kind: 'plinth', env: { ...env, BENCH_GUARDS: 'keys' } },
      job: { ...job, isKeyed: true },
    },
  ]
}

/** What it costs to remember, by where. */
export const stores: Question = {
  name: 'stores',
  title:
    'a call behind a rate limit, and one with an idempotency key, in each store, beside ours with no guard',
  async ask(bench) {
    const folder = mkdtempSync(join(tmpdir(), 'plinth-bench-'))
    const redis = await openRedis()
    const postgres = await openPostgres()
    const plan = { kind: 'plinth', env: { BENCH_GUARDS: 'none' } } as const
    try {
      const contenders = [
        ...toContenders('memory', ''),
        ...toContenders('SQLite', join(folder, 'stores.sqlite')),
        ...(redis === undefined ? [] : toContenders('Redis', redis.url)),
        ...(postgres === undefined ? [] : toContenders('Postgres', postgres.url)),
      ]
      const standings = await compete({ label: 'none', plan, job }, contenders, bench)
      return standings.map((standing) => toRow(standing))
    } finally {
      await redis?.close()
      await postgres?.close()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}
