import type { Bench, Question } from '../bench.ts'
import { toRevisions } from '../beside-floor.ts'
import { type Contender, compete } from '../contest.ts'
import { toRow } from '../report.ts'
import type { ServerKind } from '../server-process.ts'
import type { Job, RevisionDate } from '../wire.ts'

const env = { BENCH_TOOLS: '100' }

/** Who speaks what: tmcp knows 2025-11-25 only. */
const peers: Readonly<Record<Job['revision'], readonly ServerKind[]>> = {
  '2025-11-25': ['plinth', 'sdk-v2', 'tmcp'],
  '2026-07-28': ['plinth', 'sdk-v2'],
}

/** How the same tools do with other frameworks, mounted as their documentation says. */
export const peersQuestion: Question = {
  name: 'peers',
  title: 'call and list with 100 tools, ours, the official SDK and tmcp beside bare node:http',
  async ask(bench) {
    const rows = []
    const plan = { ...bench, rounds: 1 }
    for (const revision of toRevisions(bench)) {
      for (const job of toJobs(revision, bench)) {
        const toContender = (kind: ServerKind): Contender => {
          return { label: `${kind} ${job.method} ${revision}`, plan: { kind, env }, job }
        }
        const standings = await compete(toContender('floor'), peers[revision].map(toContender), plan)
        rows.push(...standings.map((standing) => toRow(standing)))
      }
    }
    return rows
  },
}

/** Short runs leave the list out: peers take their time over it. */
function toJobs(revision: RevisionDate, { isShort }: Bench): readonly Job[] {
  const call = { revision, method: 'tools/call', name: 'add' } as const
  return isShort ? [call] : [call, { revision, method: 'tools/list' }]
}
