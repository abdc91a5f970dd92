import type { Question } from '../bench.ts'
import { compete } from '../contest.ts'
import { toRow } from '../report.ts'

const job = { revision: '2026-07-28', method: 'tools/call', name: 'add' } as const

/** Whether a call gets slower with the size of the catalogue. */
export const call1000: Question = {
  name: 'call-1000',
  title: 'the same call with 100 and 1,000 tools, beside ours with one',
  async ask(bench) {
    const one = { label: '1 tool', plan: { kind: 'plinth', env: { BENCH_TOOLS: '1' } }, job } as const
    const sizes = ['100', '1000'].map((size) => {
      return { label: `${size} tools`, plan: { kind: 'plinth', env: { BENCH_TOOLS: size } }, job } as const
    })
    const standings = await compete(one, sizes, bench)
    return standings.map((standing) => toRow(standing, { min: 0.97 }))
  },
}
