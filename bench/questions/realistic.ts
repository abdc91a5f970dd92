import type { Question } from '../bench.ts'
import { competeWithFloor } from '../beside-floor.ts'

/** What a call costs whose six fields are validated. The floor validates nothing. */
export const realistic: Question = {
  name: 'realistic',
  title: 'tools/call with six validated fields, 100 tools, ours beside bare node:http',
  ask(bench) {
    const job = { method: 'tools/call', name: 'merge_reader' } as const
    return competeWithFloor({ job, tools: '100', min: 0.7 }, bench)
  },
}
