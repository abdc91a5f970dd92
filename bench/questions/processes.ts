import { availableParallelism } from 'node:os'
import { openRedis } from '../../packages/plinth/test/contracts/services.ts'
import type { Question } from '../bench.ts'
import { type Contender, compete } from '../contest.ts'
import { toRow } from '../report.ts'

const job = { revision: '2026-07-28', method: 'tools/call', name: 'digest', connections: 32 } as const
/** More say little where load comes from the same machine. */
const maxProcesses = 4

function toContender(count: number, redis: string): Contender {
  const env = {
    BENCH_PROCESSES: String(count),
    BENCH_STORES: redis,
    BENCH_GUARDS: 'rate',
    BENCH_TOOLS: 'digest',
  }
  return { label: count === 1 ? '1 process' : `${count} processes`, plan: { kind: 'cluster', env }, job }
}

/** What further cores bring: a tool that keeps a core busy, a limit that all processes count together. */
export const processes: Question = {
  name: 'processes',
  title: 'a tool of one millisecond of work behind a limit in Redis, in several processes beside one',
  async ask(bench) {
    const redis = await openRedis()
    if (redis === undefined) return []
    try {
      const counts = [2, 4].filter((count) => count <= Math.min(availableParallelism(), maxProcesses))
      const contenders = counts.map((count) => toContender(count, redis.url))
      const standings = await compete(toContender(1, redis.url), contenders, bench)
      return standings.map((standing) => toRow(standing))
    } finally {
      await redis.close()
    }
  },
}
