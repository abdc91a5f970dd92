import type { Bench, Row } from './bench.ts'
import { compete } from './contest.ts'
import { toRow } from './report.ts'
import type { Job, RevisionDate } from './wire.ts'

/** A job for ours and for bare `node:http`, which serves the same tools and checks nothing. */
export interface FloorContest {
  readonly job: Omit<Job, 'revision'>
  readonly tools: string
  /** What our rate should be at least, as a part of the floor's. */
  readonly min: number
}

/** The revisions that are asked about. Short runs look at the newest alone. */
export function toRevisions({ isShort }: Bench): readonly RevisionDate[] {
  return isShort ? ['2026-07-28'] : ['2025-11-25', '2026-07-28']
}

/** Lets ours run beside the floor, on one revision after the other. */
export async function competeWithFloor(
  { job, tools, min }: FloorContest,
  bench: Bench,
): Promise<readonly Row[]> {
  const env = { BENCH_TOOLS: tools }
  const rows: Row[] = []
  for (const revision of toRevisions(bench)) {
    const dated = { ...job, revision }
    const floor = { label: 'floor', plan: { kind: 'floor', env }, job: dated } as const
    const ours = { label: revision, plan: { kind: 'plinth', env }, job: dated } as const
    const standings = await compete(floor, [ours], bench)
    rows.push(...standings.map((standing) => toRow(standing, { min })))
  }
  return rows
}
