import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import type { Bench, Question, Row } from '../bench.ts'
import { buildPackage } from '../package-build.ts'
import { median } from '../statistics.ts'

const benchRoot = join(import.meta.dirname, '..')

/** What a module that serves one tool has to load, without a schema library. */
const imports = {
  plinth: `const { createServer } = await import('plinth')
    createServer({ name: 'bench', version: '1.0.0' })
      .tool({ name: 'add', description: 'Adds.', effect: 'read', input: { type: 'object' } }, () => '')`,
  tmcp: `const { McpServer } = await import('tmcp')`,
  sdk: `const { McpServer } = await import('@modelcontextprotocol/server')`,
}

/** Milliseconds an import takes in a process of its own. */
function measureImport(code: string): number {
  const program = `const started = performance.now()\n${code}\nconsole.log(performance.now() - started)`
  const options = { cwd: benchRoot, encoding: 'utf8' } as const
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], options)
  const ms = Number(stdout)
  if (stdout !== '' && Number.isFinite(ms)) return ms
  throw new Error(`An import failed.\n${stderr}`)
}

const initialize = {
  method: 'initialize',
  params: {
    protocolVersion: '2025-11-25',
    capabilities: {},
    clientInfo: { name: 'bench', version: '1.0.0' },
  },
}

interface Start {
  readonly tools: number
  /** Where Node keeps what it compiled; empty for nowhere. */
  readonly cache: string
}

/** Starts a process that is to list its tools. */
function startProcess(name: string, { tools, cache }: Start): ChildProcessByStdio<Writable, Readable, null> {
  const settings = { BENCH_TOOLS: String(tools), NODE_ENV: 'production', NODE_COMPILE_CACHE: cache }
  const args = [join(benchRoot, 'starts', `${name}.js`)]
  const env = { ...process.env, ...settings }
  const child = spawn(process.execPath, args, { env, cwd: benchRoot, stdio: ['pipe', 'pipe', 'ignore'] })
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
  send({ id: 1, ...initialize })
  send({ method: 'notifications/initialized' })
  send({ id: 2, method: 'tools/list', params: {} })
  return child
}

/** Milliseconds from the start of a process to its list of tools. */
function measureList(name: string, start: Start): Promise<number> {
  const started = performance.now()
  const child = startProcess(name, start)
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      const answer = text.split('\n').find((line) => line.includes('"id":2'))
      if (answer === undefined || !text.endsWith('\n')) return
      child.removeAllListeners('exit')
      child.kill('SIGKILL')
      if (JSON.parse(answer).result?.tools?.length === start.tools) resolve(performance.now() - started)
      else reject(new Error(`${name} listed other tools.`))
    })
    child.once('exit', () => reject(new Error(`${name} ended early.`)))
  })
}

/** Runs a process to its end, at which Node writes down what it compiled. */
async function fillCache(name: string, start: Start): Promise<void> {
  const child = startProcess(name, start)
  child.stdout.resume()
  child.stdin.end()
  await once(child, 'exit')
}

/** Takes turns, so that what the machine does meanwhile hits all of them. */
async function takeTurns<N extends string>(
  names: readonly N[],
  rounds: number,
  measure: (name: N) => number | Promise<number>,
): Promise<Record<N, number>> {
  const all = new Map<N, number[]>(names.map((name) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (const name of names) all.get(name)?.push(await measure(name))
  }
  return Object.fromEntries(names.map((name) => [name, median(all.get(name) ?? [])])) as Record<N, number>
}

function toRow(label: string, ratio: number, { max, detail }: { max: number; detail: string }): Row {
  return { label, result: `${ratio.toFixed(2)}x`, detail, goal: `<= ${max}x`, isMet: ratio <= max }
}

async function askImports(rounds: number): Promise<Row> {
  const ms = await takeTurns(['plinth', 'tmcp', 'sdk'], rounds, (name) => measureImport(imports[name]))
  const detail = `${ms.plinth.toFixed(0)} ms; tmcp ${ms.tmcp.toFixed(0)} ms, official SDK ${ms.sdk.toFixed(0)} ms`
  return toRow('import with one tool, beside tmcp', ms.plinth / ms.tmcp, { max: 1.6, detail })
}

const contenders = ['plinth', 'tmcp', 'floor'] as const
type Times = Record<(typeof contenders)[number], number>

function tell({ plinth, tmcp, floor }: Times): string {
  return `${plinth.toFixed(0)} ms; tmcp ${tmcp.toFixed(0)} ms, floor ${floor.toFixed(0)} ms`
}

async function askLists(rounds: number): Promise<Row[]> {
  const one = await takeTurns(contenders, rounds, (name) => measureList(name, { tools: 1, cache: '' }))
  const many = await takeTurns(contenders, rounds, (name) => measureList(name, { tools: 100, cache: '' }))
  const kept = await askCachedLists(rounds)
  return [
    toRow('start to tools/list, beside the floor', one.plinth / one.floor, { max: 1.2, detail: tell(one) }),
    toRow('with 100 tools, beside tmcp', many.plinth / many.tmcp, { max: 1, detail: tell(many) }),
    {
      label: 'the same, all from what Node compiled before',
      result: `${(kept.plinth / kept.tmcp).toFixed(2)}x`,
      detail: tell(kept),
    },
  ]
}

async function askCachedLists(rounds: number): Promise<Times> {
  const cache = mkdtempSync(join(tmpdir(), 'plinth-bench-'))
  try {
    const start = { tools: 100, cache }
    for (const name of contenders) await fillCache(name, start)
    return await takeTurns(contenders, rounds, (name) => measureList(name, start))
  } finally {
    rmSync(cache, { recursive: true, force: true })
  }
}

/** How soon a process is there, with the package as it is published. */
export const start: Question = {
  name: 'start',
  title: 'imports and starts over standard streams, in turns',
  async ask(bench: Bench) {
    buildPackage()
    const rounds = bench.isShort ? 3 : 15
    return [await askImports(rounds), ...(await askLists(rounds))]
  },
}
