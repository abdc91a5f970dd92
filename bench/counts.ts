import type { Bench, Question, Row } from './bench.ts'
import { measureInstall } from './install-size.ts'
import { countInstantiations } from './instantiations.ts'
import limits from './limits.json' with { type: 'json' }
import { countModules, countNodeModules } from './modules.ts'
import { toLimitRow } from './report.ts'
import { type ServerPlan, ServerProcess } from './server-process.ts'
import { median } from './statistics.ts'
import { post } from './verify.ts'
import { measureWaiting } from './waiting.ts'
import { firstId, type Job, toBody, toHeaders } from './wire.ts'

const callJob = { revision: '2026-07-28', method: 'tools/call', name: 'add' } as const

/** A judged count: its limit is in `limits.json`. */
function toCountRow(label: string, value: number, count: keyof typeof limits): Row {
  const { max, unit } = limits[count]
  return { ...toLimitRow(label, value, { max, unit }), isCount: true }
}

/** Bytes of an answer: its body, and the headers that are ours to choose. */
async function measureAnswer(port: number, job: Job): Promise<number> {
  const response = await post(port, toBody(job, firstId), toHeaders(job))
  const platform = new Set(['date', 'connection', 'keep-alive'])
  const headers = [...response.headers].filter(([name]) => !platform.has(name))
  const body = Buffer.byteLength(await response.text())
  return headers.reduce((sum, [name, value]) => sum + name.length + value.length + 4, body)
}

async function measureAnswers(): Promise<Row[]> {
  const server = await ServerProcess.start({ kind: 'plinth' })
  try {
    const older = await measureAnswer(server.port, { ...callJob, revision: '2025-11-25' })
    const newer = await measureAnswer(server.port, callJob)
    return [
      toCountRow('answer to a call, 2025-11-25', older, 'answerBytes20251125'),
      toCountRow('answer to a call, 2026-07-28', newer, 'answerBytes20260728'),
    ]
  } finally {
    await server.stop()
  }
}

/** Bytes allocated for one call, once the compiler has done what it does. */
async function measureAllocation(plan: ServerPlan, bench: Bench): Promise<number> {
  const server = await ServerProcess.start(plan)
  try {
    await bench.load.run({ port: server.port, job: callJob, answers: 20_000 })
    const each: number[] = []
    for (let round = 0; round < 5; round++) {
      const before = await server.facts()
      await bench.load.run({ port: server.port, job: callJob, answers: 4_000 })
      const after = await server.facts()
      each.push((after.allocatedBytes - before.allocatedBytes) / 4_000)
    }
    return median(each)
  } finally {
    await server.stop()
  }
}

/** Counts that come out the same on every machine, with limits that are committed. */
export const counts: Question = {
  name: 'counts',
  title: 'what can be counted without a clock',
  async ask(bench) {
    const modules = countModules()
    const floorBytes = await measureAllocation({ kind: 'floor' }, bench)
    const ourBytes = await measureAllocation({ kind: 'plinth' }, bench)
    const floorWaiting = await measureWaiting('floor')
    const ourWaiting = await measureWaiting('plinth')
    return [
      toCountRow('modules a one-tool server loads', modules.count, 'modules'),
      toCountRow('modules of Node that one loads over stdio', countNodeModules(), 'nodeModules'),
      toCountRow('JavaScript in them', modules.bytes / 1_024, 'moduleKib'),
      toCountRow('installed, with what it depends on', measureInstall() / 1_048_576, 'installMib'),
      ...(await measureAnswers()),
      toCountRow('allocated for a call, beyond bare node:http', ourBytes - floorBytes, 'allocatedBytes'),
      toCountRow(
        'kept for a call that waits, beyond bare node:http',
        ourWaiting - floorWaiting,
        'waitingBytes',
      ),
      toCountRow('TypeScript instantiations of a tool', countInstantiations(), 'instantiations'),
    ]
  },
}
