// As many processes of ours as `BENCH_PROCESSES` says, which listen at one port and share what `BENCH_STORES` names.
import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import type { ServerFacts } from './control.ts'

if (cluster.isPrimary) await lead(Number(process.env['BENCH_PROCESSES'] ?? 1))
else await import('./plinth.ts')

async function lead(count: number): Promise<void> {
  const workers = Array.from({ length: count }, () => cluster.fork())
  cluster.on('exit', (_worker, code) => process.exit(code))
  const started = (await Promise.all(workers.map(hear))) as { port: number }[]
  process.on('message', async (message: { collect: boolean }) => {
    process.send?.({ facts: toSum(await Promise.all(workers.map((worker) => ask(worker, message)))) })
  })
  process.on('disconnect', () => process.exit(0))
  // All workers listen at the port that the first of them was given.
  process.send?.({ port: started[0]?.port })
}

async function hear(worker: Worker): Promise<unknown> {
  const [message] = (await once(worker, 'message')) as [unknown]
  return message
}

async function ask(worker: Worker, message: { collect: boolean }): Promise<ServerFacts> {
  const answered = hear(worker)
  worker.send(message)
  const { facts } = (await answered) as { facts: ServerFacts }
  return facts
}

function toSum(all: readonly ServerFacts[]): ServerFacts {
  const add = (name: keyof ServerFacts) => all.reduce((sum, facts) => sum + facts[name], 0)
  return {
    cpuUs: add('cpuUs'),
    heapBytes: add('heapBytes'),
    residentBytes: add('residentBytes'),
    allocatedBytes: add('allocatedBytes'),
  }
}
