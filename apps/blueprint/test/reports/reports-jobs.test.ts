import { resultFromTaskOutcome } from '@modelcontextprotocol/ext-tasks/client'
import { Client as Client29 } from 'mcp-sdk-1-29/client/index.js'
import { StreamableHTTPClientTransport as Http29 } from 'mcp-sdk-1-29/client/streamableHttp.js'
import type { Transport as Transport29 } from 'mcp-sdk-1-29/shared/transport.js'
import { ElicitRequestSchema, ResourceUpdatedNotificationSchema } from 'mcp-sdk-1-29/types.js'
import { expect, onTestFinished, test } from 'vitest'
import { type Program, startProgram } from '../_program.ts'
import { createTemporaryDir } from '../_temporary.ts'
import { type AnswerUser, connectTasks, watchTask } from './_tasks-client.ts'

/** Five weeks. */
const order = { kind: 'sales_by_category', from: '2026-01-01', to: '2026-02-04' }

/** A report that is stuck after its first week, for as long as any test. */
const slow = { REPORT_REST_MS: '60000', JOB_LEASE_MS: '1000' }
const quick = { REPORT_REST_MS: '5', JOB_LEASE_MS: '1000' }

interface Week {
  readonly from: string
  readonly as_of: string
}

async function start(env: Record<string, string>, dataDir = createTemporaryDir()): Promise<Program> {
  const program = await startProgram(dataDir, env)
  onTestFinished(() => void program.child.kill('SIGKILL'))
  return program
}

async function connect29(url: string, answer?: () => never): Promise<Client29> {
  const capabilities = answer ? { elicitation: {} } : {}
  const client = new Client29({ name: 'reports-test', version: '1.0.0' }, { capabilities })
  if (answer) client.setRequestHandler(ElicitRequestSchema, answer)
  // The SDK's own types do not agree with each other under exactOptionalPropertyTypes.
  await client.connect(new Http29(new URL(url)) as Transport29)
  onTestFinished(() => client.close())
  return client
}

/** The result of a tool as data; errors of 2025-11-25 have it as text alone. */
async function call29(client: Client29, name: string, args: object): Promise<Record<string, unknown>> {
  const { structuredContent, content } = await client.callTool({ name, arguments: { ...args } })
  const [first] = content as { text: string }[]
  return (structuredContent ?? JSON.parse(first?.text ?? '')) as Record<string, unknown>
}

async function readJson(
  client: Pick<Client29, 'readResource'>,
  uri: string,
): Promise<Record<string, unknown>> {
  const { contents } = await client.readResource({ uri })
  return JSON.parse((contents[0] as { text: string }).text) as Record<string, unknown>
}

test('reports of a process that was killed are finished by the next one, from the week they had come to', async () => {
  const dataDir = createTemporaryDir()
  const first = await start(slow, dataDir)
  const tasks = await connectTasks(first.url)
  const execution = await tasks.session.callTool('generate_report', order)
  if (execution.kind !== 'task') throw new Error('The report is no task.')
  const reference = execution.serializeReference()
  const older = await connect29(first.url)
  const keyed = { name: 'generate_report', arguments: order, _meta: { 'plinth/idempotencyKey': 'january' } }
  const [job, again] = await Promise.all([older.callTool(keyed), older.callTool(keyed)])
  const { job_id } = job.structuredContent as { job_id: string }
  expect(again.structuredContent).toMatchObject({ job_id })
  const isUnderway = async (): Promise<boolean> => {
    const { raw } = await tasks.session.task(reference.taskId).snapshot()
    const { progress } = await call29(older, 'check_job_status', { job_id })
    return String(raw['statusMessage']).startsWith('Week 1 of 5') && progress !== undefined
  }
  while (!(await isUnderway())) await new Promise((resolve) => setTimeout(resolve, 50))
  first.child.kill('SIGKILL')
  const killedAt = new Date().toISOString()

  const second = await start(quick, dataDir)
  const resumed = await (await connectTasks(second.url)).session.resumeTask(reference)
  const { outcome } = await resumed.settle()
  const result = resultFromTaskOutcome(outcome)
  expect(result).toMatchObject({ structuredContent: { id: reference.taskId, weeks: 5 } })
  const client = await connect29(second.url)
  const checked = await call29(client, 'check_job_status', { job_id, wait_seconds: 15 })
  expect(checked).toMatchObject({ id: job_id, weeks: 5, url: `reports://${job_id}` })
  for (const id of [reference.taskId, job_id]) {
    const { weeks } = (await readJson(client, `reports://${id}`)) as { weeks: Week[] }
    const [before, ...after] = weeks.map(({ as_of }) => as_of < killedAt)
    expect([before, after]).toEqual([true, [false, false, false, false]])
  }
  const { reports } = await readJson(client, 'reports://all')
  expect((reports as { id: string }[]).map(({ id }) => id).sort()).toEqual([reference.taskId, job_id].sort())
})

test('a client of 2025-11-25 hears of the progress of a job it waits for, and can cancel it', async () => {
  const client = await connect29((await start(slow)).url)
  const { job_id } = await call29(client, 'generate_report', order)
  const { promise: heard, resolve } = Promise.withResolvers<object>()
  const params = { name: 'check_job_status', arguments: { job_id, wait_seconds: 30 } }
  const waiting = client.callTool(params, undefined, { onprogress: resolve })
  expect(await heard).toEqual({ progress: 1, total: 5, message: 'Week 1 of 5 is counted.' })
  expect(await call29(client, 'cancel_job', { job_id })).toMatchObject({ job_id, status: 'cancelled' })
  expect((await waiting).structuredContent).toMatchObject({ job_id, status: 'cancelled' })
  await expect(client.readResource({ uri: `reports://${job_id}` })).rejects.toThrow()
})

test('a task is watched on a stream, and ends there once it is cancelled', async () => {
  const { url } = await start(slow)
  const { session } = await connectTasks(url)
  const execution = await session.callTool('generate_report', order)
  if (execution.kind !== 'task') throw new Error('The report is no task.')
  const { taskId } = execution.handle
  const watched = watchTask(url, taskId, 'cancelled')
  while (!String((await session.task(taskId).snapshot()).raw['statusMessage']).startsWith('Week 1')) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  await session.cancelTask(taskId)
  const said = await watched
  expect(said[0]).toBe('notifications/subscriptions/acknowledged')
  expect(new Set(said.slice(1))).toEqual(
    new Set(['notifications/tasks working', 'notifications/tasks cancelled']),
  )
  expect((await session.task(taskId).snapshot()).status).toBe('cancelled')
})

test('whoever watches the reports of a workspace hears of one that is finished', async () => {
  const program = await start({ REPORT_REST_MS: '0' })
  const older = await connect29(program.url)
  const { promise: heard, resolve } = Promise.withResolvers<string>()
  older.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => resolve(params.uri))
  await older.subscribeResource({ uri: 'reports://all' })
  const { client, session } = await connectTasks(program.url)
  const { promise: told, resolve: tell } = Promise.withResolvers<string>()
  client.setNotificationHandler('notifications/resources/updated', ({ params }) => tell(params.uri))
  await client.listen({ resourceSubscriptions: ['reports://all'] })
  const { outcome } = await (await session.callTool('generate_report', order)).settle()
  expect(resultFromTaskOutcome(outcome)).toMatchObject({
    content: [{ type: 'text' }, { type: 'resource_link', uri: expect.stringMatching(/^reports:/) }],
  })
  expect(await Promise.all([heard, told])).toEqual(['reports://all', 'reports://all'])
  const { resources } = await older.listResources()
  expect(resources.map(({ name }) => name)).toContain('sales_by_category 2026-01-01 2026-02-04')
})

test('where there is nothing to count, a task asks its user, and a client that cannot be asked gets an empty report', async () => {
  const { url } = await start(quick)
  const past = { ...order, from: '2025-01-01', to: '2025-01-14' }
  const asked: unknown[] = []
  const run = async (make: boolean | undefined, period = past) => {
    const answer: AnswerUser = ({ params }) => {
      asked.push(params)
      return { action: 'accept', content: { make: make === true } }
    }
    const { session } = await connectTasks(url, {}, make === undefined ? undefined : answer)
    const { outcome } = await (await session.callTool('generate_report', period)).settle()
    return resultFromTaskOutcome(outcome)
  }
  const empty = { weeks: 2, lines: [] }
  const [made, declined, unasked, full] = await Promise.all([
    run(true),
    run(false),
    run(undefined),
    run(false, order),
  ])
  expect(made).toMatchObject({ structuredContent: empty })
  expect(declined).toMatchObject({
    isError: true,
    structuredContent: { error: 'period_empty', from: past.from, to: past.to, retry: false },
  })
  expect(asked).toMatchObject(
    Array(2).fill({
      message: expect.stringContaining('nothing to count from 2025-01-01 to 2025-01-14'),
      requestedSchema: { properties: { make: { type: 'boolean' } } },
    }),
  )
  expect(unasked).toMatchObject({ structuredContent: empty })
  expect(full).toMatchObject({ structuredContent: { weeks: 5 } })
  const older = await connect29(url, () => expect.unreachable('A job has no link to a client of 2025-11-25.'))
  const { job_id } = await call29(older, 'generate_report', past)
  expect(await call29(older, 'check_job_status', { job_id, wait_seconds: 15 })).toMatchObject(empty)
})

test('a period that makes no sense is refused at once, and a stateless client without tasks is told what it lacks', async () => {
  const program = await start(slow)
  const { client, session } = await connectTasks(program.url)
  for (const to of ['2025-12-31', '2027-01-02']) {
    const execution = await session.callTool('generate_report', { ...order, to })
    expect(execution.kind).toBe('immediate')
    const { outcome } = await execution.settle()
    expect(resultFromTaskOutcome(outcome)).toMatchObject({
      structuredContent: { error: 'input_invalid', issues: [{ path: 'to' }] },
    })
  }
  const missing = client.callTool({ name: 'generate_report', arguments: order })
  await expect(missing).rejects.toMatchObject({
    code: -32_021,
    data: { requiredCapabilities: { extensions: { 'io.modelcontextprotocol/tasks': {} } } },
  })
})
