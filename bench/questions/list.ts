import type { Question } from '../bench.ts'
import { competeWithFloor } from '../beside-floor.ts'

/** What a long list costs. The floor writes its JSON anew each time, as most servers do. */
export const list: Question = {
  name: 'list',
  title: 'tools/list of 100 tools, ours beside bare node:http',
  ask(bench) {
    return competeWithFloor({ job: { method: 'tools/list' }, tools: '100', min: 1.5 }, bench)
  },
}
