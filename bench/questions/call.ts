import type { Question } from '../bench.ts'
import { competeWithFloor } from '../beside-floor.ts'

/** What a call of a small tool costs beside an answer without any framework. */
export const call: Question = {
  name: 'call',
  title: 'tools/call of one small tool, ours beside bare node:http',
  ask(bench) {
    const job = { method: 'tools/call', name: 'add' } as const
    return competeWithFloor({ job, tools: '1', min: 0.8 }, bench)
  },
}
