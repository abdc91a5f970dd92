import type { Bench, Question } from '../bench.ts'
import { formatCount, toLimitRow } from '../report.ts'
import { ServerProcess } from '../server-process.ts'

const job = { revision: '2026-07-28', method: 'tools/call', name: 'add' } as const

async function measureGrowth(server: ServerProcess, bench: Bench, calls: number): Promise<number> {
  await bench.load.run({ port: server.port, job, answers: Math.round(calls / 10) })
  const before = await server.facts(true)
  await bench.load.run({ port: server.port, job, answers: calls })
  const after = await server.facts(true)
  return (after.heapBytes - before.heapBytes) / 2 ** 20
}

/** Whether calls leave anything behind. */
export const soak: Question = {
  name: 'soak',
  title: 'growth of the heap over 200,000 calls',
  async ask(bench) {
    const calls = bench.isShort ? 10_000 : 200_000
    const server = await ServerProcess.start({ kind: 'plinth' })
    const growth = await measureGrowth(server, bench, calls).finally(() => server.stop())
    return [toLimitRow('heap growth', growth, { max: 3, unit: 'MiB', detail: `${formatCount(calls)} calls` })]
  },
}
