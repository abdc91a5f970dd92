import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type TestContext, test } from 'vitest'

const program = join(import.meta.dirname, '../fixtures/crashing-shop.ts')

/** Most of it is the start of processes, on a machine that may be busy. */
const withinMs = { timeout: 60_000 }

/** What one process said before it died, and how it ended. */
interface Ended {
  readonly lines: readonly (readonly string[])[]
  readonly signal: string | null
}

function runProcess(directory: string, tool: string, point: number): Promise<Ended> {
  const flags = ['--conditions=plinth-source', program, directory, tool, String(point)]
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (_code, signal) => {
      const lines = text.trim().split('\n').filter(Boolean)
      resolve({ lines: lines.map((line) => JSON.parse(line) as string[]), signal })
    })
  })
}

/** What every order was answered after its crash, for as many crash points as a call has. */
async function crashEverywhere(directory: string, tool: string): Promise<string[][]> {
  const answers: string[][] = []
  for (let point = 0; point < 40; point++) {
    const { lines, signal } = await runProcess(directory, tool, point)
    const [first, second] = lines
    if (point > 0) answers.push([...(first ?? [])])
    if (signal !== 'SIGKILL') {
      expect(signal).toBeNull()
      expect((point > 0 ? second : first)?.[0]).toBe(JSON.stringify({ order: `order-${point}` }))
      return answers
    }
  }
  throw new Error('The call never completed.')
}

function createDirectory({ onTestFinished }: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'plinth-crash-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

function readEffects(directory: string, order: string): string[] {
  const lines = readFileSync(join(directory, 'effects'), 'utf8').split('\n')
  return lines.filter((line) => line === order || line.startsWith(`${order} `))
}

test.concurrent(
  'wherever a process crashes, an order has at most one effect and one definite answer',
  withinMs,
  async (context) => {
    const directory = createDirectory(context)
    const answers = await crashEverywhere(directory, 'buy')
    expect(answers).toEqual([
      // Before the claim: the retry is the first to run.
      ['{"order":"order-0"}', '{"order":"order-0"}'],
      // After the claim, and after the effect: nobody knows, and nobody tries again.
      ['outcome_unknown', 'outcome_unknown'],
      ['outcome_unknown', 'outcome_unknown'],
      // After the record: the result is there.
      ['{"order":"order-3"}', '{"order":"order-3"}'],
    ])
    const effects = answers.map((_answer, point) => readEffects(directory, `order-${point}`).length)
    expect(effects).toEqual([1, 0, 1, 1])
  },
)

test.concurrent(
  'wherever a process crashes, a tool that resumes comes to its end',
  withinMs,
  async (context) => {
    const directory = createDirectory(context)
    const answers = await crashEverywhere(directory, 'ship')
    const runs = answers.map((answer, point) => {
      const order = `order-${point}`
      expect(answer).toEqual([JSON.stringify({ order }), JSON.stringify({ order })])
      expect(existsSync(join(directory, `${order}-charged`))).toBe(true)
      const fences = readEffects(directory, order).map((line) => Number(line.split(' ').at(-1)))
      expect(fences).toEqual([...new Set(fences)].sort((one, other) => one - other))
      return fences.length
    })
    // Only the crash between the step and the note of it makes the step run twice, the second time with a greater fence.
    expect(runs).toEqual([1, 1, 2, 1, 1, 1])
  },
)
