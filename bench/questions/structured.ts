import type { Question } from '../bench.ts'
import { competeWithFloor } from '../beside-floor.ts'

/** What large arguments and results cost when both are validated. The floor validates neither. */
export const structured: Question = {
  name: 'structured',
  title: '8 KB in and 8 KB out, both validated, ours beside bare node:http',
  ask(bench) {
    const job = { method: 'tools/call', name: 'price_order' } as const
    return competeWithFloor({ job, tools: 'order', min: 0.65 }, bench)
  },
}
