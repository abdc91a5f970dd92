import type { Question } from '../bench.ts'
import { compete } from '../contest.ts'
import { buildPackage } from '../package-build.ts'
import { toLimitRow, toRow } from '../report.ts'

const env = { BENCH_TOOLS: 'slow' }
const job = { revision: '2026-07-28', method: 'tools/call', name: 'slow', connections: 1_000 } as const

/** Whether a thousand callers can wait at once. */
export const connections: Question = {
  name: 'connections',
  title: '1,000 connections that call a tool of 200 ms, ours beside bare node:http',
  async ask(bench) {
    const patient = {
      ...bench,
      rounds: 1,
      slices: bench.isShort ? 1 : 5,
      sliceMs: bench.isShort ? 700 : 2_000,
    }
    const floor = { label: 'floor', plan: { kind: 'floor', env }, job } as const
    // As it is published: to strip types from all its sources takes memory that no server of a user has.
    const ours = { ...env, BENCH_PLINTH: buildPackage() }
    const standings = await compete(
      floor,
      [{ label: 'throughput', plan: { kind: 'plinth', env: ours }, job }],
      patient,
    )
    return standings.flatMap((standing) => [
      toRow(standing, { min: 0.9 }),
      toLimitRow('99th percentile', standing.p99, { max: 400, unit: 'ms' }),
      toLimitRow('resident memory', standing.residentBytes / 2 ** 20, { max: 250, unit: 'MiB' }),
    ])
  },
}
