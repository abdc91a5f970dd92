import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench, Question, Row } from '../bench.ts'
import { formatCount, toLimitRow } from '../report.ts'
import { type ServerPlan, ServerProcess } from '../server-process.ts'
import { median, spread } from '../statistics.ts'
import { StdioClient } from '../stdio-client.ts'

interface Readings {
  readonly pipelined: number[]
  readonly sequential: number[]
}

/** Slices of both servers in turn; a ratio for each pair. */
async function measurePairs(
  floor: StdioClient,
  ours: StdioClient,
  bench: Bench,
): Promise<Readings & { rates: number[] }> {
  const readings = { pipelined: [] as number[], sequential: [] as number[], rates: [] as number[] }
  for (const client of [floor, ours]) await client.run(64, bench.warmupMs)
  for (let slice = 0; slice < bench.slices; slice++) {
    for (const [kind, depth] of [
      ['pipelined', 64],
      ['sequential', 1],
    ] as const) {
      const before = await floor.run(depth, bench.sliceMs)
      const rate = await ours.run(depth, bench.sliceMs)
      const after = await floor.run(depth, bench.sliceMs)
      readings[kind].push((2 * rate) / (before + after))
      if (kind === 'pipelined') readings.rates.push(rate)
    }
  }
  return readings
}

function toRatioRow(
  label: string,
  ratios: readonly number[],
  { min, detail }: { min: number; detail: string },
): Row {
  const [low, high] = spread(ratios)
  const ratio = median(ratios)
  return {
    label,
    result: `${ratio.toFixed(2)}x`,
    detail: `${detail}quartiles ${low.toFixed(2)}–${high.toFixed(2)} of ${ratios.length}`,
    goal: `>= ${min}x`,
    isMet: ratio >= min,
  }
}

/** Milliseconds from the start of the process to its first answer. */
async function measureColdStart(plan: ServerPlan): Promise<number> {
  const started = performance.now()
  const client = new StdioClient(ServerProcess.spawn(plan).child)
  await client.ask()
  const ms = performance.now() - started
  client.stop()
  await sleep(20)
  return ms
}

/** How a server does whose client is on the same machine. */
export const stdio: Question = {
  name: 'stdio',
  title: 'calls over standard streams, ours beside a bare reader of lines',
  async ask(bench) {
    const env = { BENCH_STDIO: '1' }
    const floor = new StdioClient(ServerProcess.spawn({ kind: 'floor', env }).child)
    const ours = new StdioClient(ServerProcess.spawn({ kind: 'plinth', env }).child)
    const readings = await measurePairs(floor, ours, bench)
    for (const client of [floor, ours]) client.stop()
    const starts = { floor: [] as number[], plinth: [] as number[] }
    for (let start = 0; start < (bench.isShort ? 2 : 7); start++) {
      for (const kind of ['floor', 'plinth'] as const)
        starts[kind].push(await measureColdStart({ kind, env }))
    }
    const detail = `floor ${formatCount(median(starts.floor))} ms, both load zod and sources in TypeScript`
    return [
      toRatioRow('64 at once', readings.pipelined, {
        min: 0.6,
        detail: `${formatCount(median(readings.rates))}/s, `,
      }),
      toRatioRow('one at a time', readings.sequential, { min: 0.92, detail: '' }),
      toLimitRow('cold start', median(starts.plinth), { unit: 'ms', detail }),
    ]
  },
}
