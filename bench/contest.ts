import type { Bench } from './bench.ts'
import { type ServerPlan, ServerProcess } from './server-process.ts'
import { median, spread } from './statistics.ts'
import { verify } from './verify.ts'
import type { Job } from './wire.ts'

/** A server and what is asked of it. */
export interface Contender {
  readonly label: string
  readonly plan: ServerPlan
  readonly job: Job
}

/** How a contender did beside the baseline. Ratios above 1 are better than the baseline. */
export interface Standing {
  readonly label: string
  /** Answers a second. */
  readonly rate: number
  /** Median over the paired slices. */
  readonly ratio: number
  readonly low: number
  readonly high: number
  /** The same of the server's processor time for an answer. */
  readonly cpuRatio: number
  readonly p99: number
  readonly residentBytes: number
  /** Slices that count, of so many taken. */
  readonly slices: number
  readonly taken: number
}

interface Slice {
  readonly rate: number
  readonly cpuUs: number
  readonly p99: number
}

/** Slices between two readings of the baseline that differ by more than this part say nothing. */
const maxDrift = 0.2

interface Entered extends Contender {
  readonly server: ServerProcess
}

interface Reading extends Slice {
  readonly ratio: number
  readonly cpuRatio: number
}

/**
 * Lets contenders run against a baseline in short slices, each between two slices of the baseline: B 1 B 2 B … . What
 * the machine does meanwhile hits both sides of a ratio. Every round starts all processes anew.
 */
export async function compete(
  baseline: Contender,
  contenders: readonly Contender[],
  bench: Bench,
): Promise<Standing[]> {
  const all = contenders.flatMap((contender) => withReference(contender, bench))
  const readings = all.map((): Reading[] => [])
  let resident: number[] = []
  for (let round = 0; round < bench.rounds; round++) {
    const entered = await enter([baseline, ...all], bench)
    for (let slice = 0; slice < bench.slices; slice++) await runSlices(entered, readings, bench)
    resident = await leave(entered)
  }
  return all.map(({ label }, index) => ({
    ...toStanding(label, readings[index] ?? [], resident[index + 1] ?? 0),
    taken: bench.rounds * bench.slices,
  }))
}

/** A contender of ours, and the same of the revision it is compared with. */
function withReference(contender: Contender, { reference }: Bench): Contender[] {
  if (reference === undefined || contender.plan.kind !== 'plinth') return [contender]
  const env = { ...contender.plan.env, BENCH_PLINTH: reference.entry }
  return [
    contender,
    { ...contender, label: `${contender.label} @${reference.name}`, plan: { ...contender.plan, env } },
  ]
}

async function enter(contenders: readonly Contender[], bench: Bench): Promise<Entered[]> {
  const entered = await Promise.all(
    contenders.map(async (contender) => ({
      ...contender,
      server: await ServerProcess.start(contender.plan),
    })),
  )
  for (const { server, job, plan } of entered) await verify(server.port, job, plan.kind)
  for (const { server, job } of entered) await bench.load.run({ port: server.port, job, ms: bench.warmupMs })
  return entered
}

async function runSlices(
  entered: readonly Entered[],
  readings: readonly Reading[][],
  bench: Bench,
): Promise<void> {
  const [baseline, ...contenders] = entered as [Entered, ...Entered[]]
  let before = await runSlice(baseline, bench)
  for (const [index, contender] of contenders.entries()) {
    const slice = await runSlice(contender, bench)
    const after = await runSlice(baseline, bench)
    const drift = Math.abs(before.rate - after.rate) / Math.max(before.rate, after.rate)
    const ratio = (2 * slice.rate) / (before.rate + after.rate)
    const cpuRatio = (before.cpuUs + after.cpuUs) / (2 * slice.cpuUs)
    if (drift <= maxDrift || bench.isShort) readings[index]?.push({ ...slice, ratio, cpuRatio })
    before = after
  }
}

async function runSlice({ server, job }: Entered, bench: Bench): Promise<Slice> {
  const before = await server.facts()
  const { answers, ms, p99 } = await bench.load.run({ port: server.port, job, ms: bench.sliceMs })
  const after = await server.facts()
  return { rate: (answers * 1_000) / ms, cpuUs: (after.cpuUs - before.cpuUs) / answers, p99 }
}

async function leave(entered: readonly Entered[]): Promise<number[]> {
  const resident: number[] = []
  for (const { server } of entered) {
    resident.push((await server.facts()).residentBytes)
    await server.stop()
  }
  return resident
}

function toStanding(
  label: string,
  readings: readonly Reading[],
  residentBytes: number,
): Omit<Standing, 'taken'> {
  const ratios = readings.map(({ ratio }) => ratio)
  const [low, high] = spread(ratios)
  return {
    label,
    rate: median(readings.map(({ rate }) => rate)),
    ratio: median(ratios),
    low,
    high,
    cpuRatio: median(readings.map(({ cpuRatio }) => cpuRatio)),
    p99: median(readings.map(({ p99 }) => p99)),
    residentBytes,
    slices: readings.length,
  }
}
