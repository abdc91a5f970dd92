import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { resultFromTaskOutcome } from '@modelcontextprotocol/ext-tasks/client'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { openRedis } from '../../../../packages/plinth/test/contracts/services.ts'
import { createDatabaseOfSamples, hasPostgres, queryPostgres } from '../_drivers.ts'
import { createEnv, type Program, startProgram } from '../_program.ts'
import { createTemporaryDir } from '../_temporary.ts'
import { connectTasks } from './_tasks-client.ts'

const root = join(import.meta.dirname, '../../../..')
const redis = await openRedis()

afterAll(() => redis?.close())

/** Five weeks. */
const order = { kind: 'sales_by_category', from: '2026-01-01', to: '2026-02-04' }

/** A report that is stuck after its first week, for as long as any test. */
const stuck = { JOB_LEASE_MS: '1000', REPORT_REST_MS: '60000' }
const quick = { JOB_LEASE_MS: '1000', REPORT_REST_MS: '0' }

/** Runs `npm run worker` as it is written in package.json, and waits until it looks for jobs. */
async function startWorker(env: Record<string, string>, args: readonly string[] = []): Promise<ChildProcess> {
  const { default: manifest } = await import('../../../../package.json', { with: { type: 'json' } })
  const [, , ...parameters] = manifest.scripts.worker.split(' ')
  const child = spawn(process.execPath, [...parameters, ...args], { cwd: root, env, stdio: 'pipe' })
  onTestFinished(() => void child.kill('SIGKILL'))
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  await expect.poll(() => said).toContain('The worker looks for jobs.')
  return child
}

/** A web process that leaves its jobs to others. It would be stuck with any that it ran. */
async function startWeb(env: Record<string, string>): Promise<Program> {
  const program = await startProgram(createTemporaryDir(), { ...env, ...stuck, JOB_MAX_RUNNING: '0' })
  onTestFinished(() => void program.child.kill('SIGKILL'))
  return program
}

/** The task of a report that was asked for at a web process. */
async function orderReport({ url }: Program) {
  const { session } = await connectTasks(url)
  const execution = await session.callTool('generate_report', order)
  if (execution.kind !== 'task') throw new Error('The report is no task.')
  return { session, execution, taskId: execution.handle.taskId }
}

/** Waits until a client of a web process has heard of a change of the list of reports. */
async function watchReports({ url }: Program): Promise<{ heard: Promise<string> }> {
  const { client } = await connectTasks(url)
  const { promise: heard, resolve } = Promise.withResolvers<string>()
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => resolve(params.uri))
  await client.listen({ resourceSubscriptions: ['reports://all'] })
  return { heard }
}

test.skipIf(!redis)(
  'a worker runs the reports of a web process over Redis, and another one finishes what it left',
  async () => {
    const env = { REDIS_URL: String(redis?.url) }
    const [program, first] = await Promise.all([
      startWeb(env),
      startWorker(createEnv(createTemporaryDir(), { ...env, ...stuck })),
    ])
    const { session, execution, taskId } = await orderReport(program)
    const readStatus = async () => (await session.task(taskId).snapshot()).raw['statusMessage']
    while (!String(await readStatus()).startsWith('Week 1 of 5')) {
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
    first.kill('SIGKILL')
    const dataDir = createTemporaryDir()
    const { heard } = await watchReports(program)
    const second = await startWorker(createEnv(dataDir, { ...env, ...quick }))
    const { outcome } = await execution.settle()
    // The worker finished it, and whoever watches at the web process hears of it.
    expect(await heard).toBe('reports://all')
    expect(resultFromTaskOutcome(outcome)).toMatchObject({ structuredContent: { id: taskId, weeks: 5 } })
    const exited = once(second, 'exit')
    expect(existsSync(join(dataDir, 'blueprint.db-wal'))).toBe(true)
    second.kill('SIGTERM')
    expect(await Promise.all([exited, program.stop()])).toEqual([[0, null], 0])
    // SQLite takes this file away when the last connection is closed.
    expect(existsSync(join(dataDir, 'blueprint.db-wal'))).toBe(false)
  },
)

test.skipIf(!hasPostgres)(
  'without Redis the jobs are in Postgres, whoever runs them, and the report is read by all',
  async () => {
    const env = { DATABASE_URL: await createDatabaseOfSamples() }
    const worker = createEnv(createTemporaryDir(), { ...env, ...quick, JOB_MAX_RUNNING: '0' })
    const [program] = await Promise.all([startWeb(env), startWorker(worker, ['--max-running', '1'])])
    const { heard } = await watchReports(program)
    const { execution, taskId } = await orderReport(program)
    const [kept] = await queryPostgres(env.DATABASE_URL, 'select count(*)::int as jobs from plinth.jobs')
    expect(kept).toEqual({ jobs: 1 })
    const { outcome } = await execution.settle()
    expect(await heard).toBe('reports://all')
    expect(resultFromTaskOutcome(outcome)).toMatchObject({ structuredContent: { weeks: 5 } })
    const { client } = await connectTasks(program.url)
    const { contents } = await client.readResource({ uri: `reports://${taskId}` })
    expect(contents).toMatchObject([{ text: expect.stringContaining('"generated_at"') }])
    expect(await program.stop()).toBe(0)
  },
)
