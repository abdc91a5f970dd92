// `npm run bench`: asks all questions, or those named, and prints one table.
import { parseArgs } from 'node:util'
import type { Bench, Question, Row } from './bench.ts'
import { checkOut, type Reference } from './checkout.ts'
import { counts } from './counts.ts'
import { call } from './questions/call.ts'
import { call1000 } from './questions/call-1000.ts'
import { connections } from './questions/connections.ts'
import { guards } from './questions/guards.ts'
import { identity } from './questions/identity.ts'
import { jobs } from './questions/jobs.ts'
import { list } from './questions/list.ts'
import { operated } from './questions/operated.ts'
import { peersQuestion } from './questions/peers.ts'
import { processes } from './questions/processes.ts'
import { realistic } from './questions/realistic.ts'
import { sessions } from './questions/sessions.ts'
import { soak } from './questions/soak.ts'
import { start } from './questions/start.ts'
import { stdio } from './questions/stdio.ts'
import { stores } from './questions/stores.ts'
import { structured } from './questions/structured.ts'
import { telemetry } from './questions/telemetry.ts'
import { toTable } from './report.ts'
import { LoadProcess, stopAll } from './server-process.ts'

const questions: readonly Question[] = [
  counts,
  call,
  call1000,
  realistic,
  list,
  structured,
  connections,
  stdio,
  start,
  sessions,
  soak,
  guards,
  identity,
  stores,
  jobs,
  processes,
  telemetry,
  operated,
  peersQuestion,
]

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    short: { type: 'boolean', default: false },
    against: { type: 'string' },
  },
})

function selectQuestions(only: string | undefined): readonly Question[] {
  const wanted = only?.split(',') ?? questions.map(({ name }) => name)
  const unknown = wanted.find((name) => !questions.some((question) => question.name === name))
  if (unknown === undefined) return questions.filter(({ name }) => wanted.includes(name))
  throw new Error(
    `No question is called "${unknown}". There are: ${questions.map(({ name }) => name).join(', ')}.`,
  )
}

function createBench(load: LoadProcess, isShort: boolean, reference: Reference | undefined): Bench {
  // V8 takes seconds to compile what is hot and to let its young generation grow: whoever allocates more gains more.
  const times = isShort
    ? { rounds: 1, slices: 2, sliceMs: 120, warmupMs: 250 }
    : { rounds: 2, slices: 8, sliceMs: 250, warmupMs: 6_000 }
  return { load, isShort, ...times, ...(reference === undefined ? {} : { reference }) }
}

async function askAll(bench: Bench): Promise<(Row & { question: string })[]> {
  const rows: (Row & { question: string })[] = []
  for (const question of selectQuestions(values.only)) {
    process.stderr.write(`${question.name}: ${question.title} `)
    const started = performance.now()
    const answers = await question.ask(bench)
    process.stderr.write(`(${((performance.now() - started) / 1_000).toFixed(1)} s)\n`)
    rows.push(...answers.map((row) => ({ ...row, question: question.name })))
  }
  return rows
}

// Short runs share a machine with others: they show times and judge counts alone.
const judges = (row: Row) => row.isCount === true || !values.short
/** A short run is part of what every change must pass, so it ends in any case. */
const maxShortMs = 300_000
if (values.short) setTimeout(giveUp, maxShortMs).unref()

function giveUp(): void {
  console.error(`\nThe short run did not end within ${maxShortMs / 60_000} minutes.`)
  process.kill(process.pid, 'SIGTERM')
}

const reference = values.against === undefined ? undefined : checkOut(values.against)
const load = new LoadProcess()
process.on('exit', stopAll)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    reference?.remove()
    process.exit(1)
  })
}
try {
  const rows = await askAll(createBench(load, values.short, reference))
  console.log(toTable(rows, judges))
  if (rows.some((row) => row.isMet === false && judges(row))) process.exitCode = 1
} finally {
  load.stop()
  reference?.remove()
}
