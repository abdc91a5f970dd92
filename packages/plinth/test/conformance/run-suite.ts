import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { serveFixture } from './fixture.ts'
import { open, requirements } from './scenarios.ts'

/** How one scenario went. `open` is one that is known not to pass yet. */
export interface ScenarioReport {
  readonly revision: string
  readonly scenario: string
  readonly outcome: 'passed' | 'failed' | 'open'
  /** Checks that succeeded. */
  readonly succeeded: number
  /** What is wrong, one line a check; for an open scenario, why it is open. */
  readonly remarks: readonly string[]
}

interface Check {
  readonly id: string
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO'
  readonly errorMessage?: string
}

/** No scenario may take longer, in milliseconds. */
const scenarioTimeoutMs = 15_000

/** Runs both requirement sets of the official suite, each against a fixture of its own. */
export async function runSuite(): Promise<readonly ScenarioReport[]> {
  const directory = await mkdtemp(join(tmpdir(), 'plinth-conformance-'))
  try {
    const runs = Object.keys(requirements).map((revision) => runRequirements(revision, directory))
    await Promise.allSettled(runs) // Nobody may write to the directory any more when it goes.
    return (await Promise.all(runs)).flat()
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

async function runRequirements(revision: string, directory: string): Promise<ScenarioReport[]> {
  const service = await serveFixture()
  try {
    const output = join(directory, revision)
    const exit = await runCommand(service.url, revision, output)
    const ran = await readChecks(output)
    const names = new Set([...(requirements[revision] ?? []), ...ran.keys()])
    const reports = [...names].sort().map((name) => toReport(revision, name, ran.get(name)))
    const isExplained = exit === undefined || reports.some(({ outcome }) => outcome === 'failed')
    return isExplained ? reports : [...reports, createExitReport(revision, exit)]
  } finally {
    await service.close(0)
  }
}

/** Resolves with what the command printed, if it did not exit with 0. */
async function runCommand(url: string, revision: string, output: string): Promise<string | undefined> {
  const expectedFailures = `${output}.yaml`
  await writeFile(expectedFailures, 'server: []\n')
  const flags = [
    '--url',
    url,
    '--requirements',
    revision,
    '--expected-failures',
    expectedFailures,
    '-o',
    output,
  ]
  const timeout = ['--timeout', String(scenarioTimeoutMs)]
  const child = spawn(process.execPath, [findCommand(), 'server', ...flags, ...timeout], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const printed: Buffer[] = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => printed.push(chunk))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code === 0 ? undefined : Buffer.concat(printed).toString()))
  })
}

function findCommand(): string {
  const manifest = createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json')
  return join(dirname(manifest), 'dist', 'index.js')
}

/** The checks of each scenario that ran, by its name. The suite gives each a folder: `server-<name>-<time>`. */
async function readChecks(output: string): Promise<Map<string, readonly Check[]>> {
  const folders = await readdir(output).catch(() => [])
  const ran = new Map<string, readonly Check[]>()
  for (const folder of folders) {
    const [, name] = /^server-(.+)-\d{4}-\d\d-\d\dT[\dZ-]+$/.exec(folder) ?? []
    const text = await readFile(join(output, folder, 'checks.json'), 'utf8').catch(() => '[]')
    if (name !== undefined) ran.set(name, JSON.parse(text) as Check[])
  }
  return ran
}

function toReport(revision: string, scenario: string, checks: readonly Check[] = []): ScenarioReport {
  const succeeded = checks.filter(({ status }) => status === 'SUCCESS').length
  const wrong = checks.filter(({ status }) => status !== 'SUCCESS' && status !== 'INFO').map(toRemark)
  if (succeeded === 0) wrong.push('No check of it succeeded: it did not run.')
  if (requirements[revision]?.includes(scenario) !== true) wrong.push('It is on no list in scenarios.ts.')
  const about = { revision, scenario, succeeded }
  const reason = open[scenario]
  if (reason === undefined)
    return { ...about, outcome: wrong.length === 0 ? 'passed' : 'failed', remarks: wrong }
  if (wrong.length > 0) return { ...about, outcome: 'open', remarks: [reason] }
  return { ...about, outcome: 'failed', remarks: ['It passes: take it off the list of open scenarios.'] }
}

function toRemark({ status, id, errorMessage = '' }: Check): string {
  return `${status} ${id}: ${errorMessage}`
}

function createExitReport(revision: string, printed: string): ScenarioReport {
  const remarks = [`The suite did not exit with 0. Its last words:\n${printed.slice(-2_000)}`]
  return { revision, scenario: '(exit code)', outcome: 'failed', succeeded: 0, remarks }
}
