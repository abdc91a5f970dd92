import { setTimeout as sleep } from 'node:timers/promises'
import { type ServerPlan, ServerProcess } from './server-process.ts'
import { assertRight } from './verify.ts'
import { firstId, type Job } from './wire.ts'

const job: Job = { revision: '2026-07-28', method: 'tools/call', name: 'slow' }
const calls = 500
/** Long enough for all of them to arrive, and for the heap to be collected and read, while they wait. */
const waitMs = 4_000

async function callAll(port: number): Promise<void> {
  await Promise.all(Array.from({ length: calls }, (_, index) => assertRight(port, job, firstId + index)))
}

/** Bytes of heap that a call keeps while its tool waits, over a connection that is there already. */
export async function measureWaiting(kind: ServerPlan['kind']): Promise<number> {
  const env = { BENCH_TOOLS: 'slow', BENCH_WAIT_MS: String(waitMs) }
  const server = await ServerProcess.start({ kind, env })
  try {
    await callAll(server.port)
    const before = await server.facts(true)
    const answers = callAll(server.port)
    await sleep(waitMs / 2)
    const during = await server.facts(true)
    await answers
    return (during.heapBytes - before.heapBytes) / calls
  } finally {
    await server.stop()
  }
}
