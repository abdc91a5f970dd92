import type { Question } from '../bench.ts'
import { compete } from '../contest.ts'
import { toRow } from '../report.ts'

const job = { revision: '2026-07-28', method: 'tools/call', name: 'add' } as const

/** What guards cost. The cache is left out: it would take the work away. */
export const guards: Question = {
  name: 'guards',
  title:
    'a call with the default guards and with rate, concurrency, repeat and budget, beside ours with none',
  async ask(bench) {
    const toContender = (name: string) => {
      return { label: `${name} guards`, plan: { kind: 'plinth', env: { BENCH_GUARDS: name } }, job } as const
    }
    const standings = await compete(toContender('none'), [toContender('default'), toContender('all')], bench)
    return standings.map((standing) => toRow(standing))
  },
}
