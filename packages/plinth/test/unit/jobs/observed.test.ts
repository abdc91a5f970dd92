import { createMemoryJobStore } from 'plinth/jobs'
import { createOtlpTracer } from 'plinth/otel'
import { type AuditSink, type CallRecord, createAudit, createMetrics } from 'plinth/telemetry'
import { expect, onTestFinished, test } from 'vitest'
import { startCollector } from '../telemetry/_collector.ts'
import { parsePrometheus } from '../telemetry/_prometheus.ts'
import { connectTasks, createTaskServer, startTask, waitFor } from './_tasks.ts'

const errors = { busy: { message: 'The shop is busy.', retry: true } } as const
const ship = { name: 'ship', description: 'Ships.', effect: 'write', errors } as const
const retry = { attempts: 2, backoffMs: 1 }
const ofShip = { kind: 'job', component: 'ship' }
const traceId = 'a1'.repeat(16)
const traceparent = `00-${traceId}-${'b2'.repeat(8)}-01`

function createRecorder() {
  const records: CallRecord[] = []
  return { records, onCall: (record: CallRecord) => void records.push(record) }
}

function ofJobs(records: readonly CallRecord[]): CallRecord[] {
  return records.filter(({ kind }) => kind === 'job')
}

test('every run of a job has one record, with its attempt and how it ended', async () => {
  const recorder = createRecorder()
  const server = createTaskServer({ observers: [recorder] })
  server.tool({ ...ship, task: { mode: 'allowed', retry } }, (_input, call) => {
    throw call.fail('busy')
  })
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'ship')
  await waitFor(client, taskId, 'completed')
  await expect.poll(() => ofJobs(recorder.records)).toHaveLength(2)
  const runs = ofJobs(recorder.records)
  expect(runs.map(({ attempt, outcome, error, requestId }) => [attempt, outcome, error, requestId])).toEqual([
    [1, 'tool_error', 'busy', taskId],
    [2, 'tool_error', 'busy', taskId],
  ])
  expect(runs.map(({ events }) => events.map(({ name }) => name))).toEqual([
    ['rescheduled'],
    ['dead_lettered'],
  ])
  expect(runs[0]).toMatchObject({ component: 'ship', isKnown: true, subject: 'local', tenant: 'local' })
})

test('a run that asks its client, one that crashes and one that is taken back say so', async () => {
  const recorder = createRecorder()
  const server = createTaskServer({ observers: [recorder] })
  const read = {
    description: 'Does it.',
    effect: 'read',
    task: { mode: 'allowed', retry: { attempts: 1 } },
  } as const
  server.tool({ ...read, name: 'ask' }, async (_input, call) => {
    const schema = { type: 'object', properties: { ok: { type: 'boolean' } }, required: ['ok'] } as const
    return JSON.stringify(await call.ask('ok', { message: 'Go on?', schema }))
  })
  server.tool({ ...read, name: 'crash' }, () => {
    throw new RangeError('canary')
  })
  const running = Promise.withResolvers<void>()
  server.tool({ ...read, name: 'wait' }, (_input, call) => {
    running.resolve()
    return new Promise((_resolve, reject) => call.signal.addEventListener('abort', reject))
  })
  const client = connectTasks(server)
  const asked = await startTask(client, 'ask')
  await waitFor(client, asked.taskId, 'input_required')
  await waitFor(client, (await startTask(client, 'crash')).taskId, 'completed')
  const waiting = await startTask(client, 'wait')
  await running.promise
  await client.call('tasks/cancel', { taskId: waiting.taskId })
  await expect.poll(() => ofJobs(recorder.records)).toHaveLength(3)
  expect(
    ofJobs(recorder.records).map(({ component, outcome, errorType }) => [component, outcome, errorType]),
  ).toEqual([
    ['ask', 'input_required', undefined],
    ['crash', 'crash', 'RangeError'],
    ['wait', 'cancelled', undefined],
  ])
})

test('the log, the metrics and the audit trail tell of runs like they tell of calls', async () => {
  const lines: Record<string, unknown>[] = []
  const metrics = createMetrics()
  const written: string[] = []
  const sink: AuditSink = { write: async (text) => void written.push(text) }
  const audit = createAudit({ sink, onUnwritable: 'refuse', log: () => undefined })
  const server = createTaskServer({
    log: (line) => void lines.push({ ...line }),
    logCalls: true,
    observers: [audit],
  })
  server.tool({ ...ship, task: { mode: 'allowed', retry } }, (_input, call) => {
    throw call.fail('busy')
  })
  server.measure(metrics)
  const client = connectTasks(server)
  const { taskId } = await startTask(client, 'ship')
  await waitFor(client, taskId, 'completed')
  await expect.poll(() => lines.filter(({ kind }) => kind === 'job')).toHaveLength(2)
  expect(lines.find(({ kind }) => kind === 'job')).toMatchObject({
    message: 'A tool said that its job failed.',
    tool_name: 'ship',
    request_id: taskId,
    attempt: 1,
  })
  const samples = parsePrometheus(metrics.toText())
  expect(samples).toEqual(
    expect.arrayContaining([
      { name: 'plinth_calls_total', labels: { ...ofShip, outcome: 'tool_error' }, value: 2 },
      { name: 'plinth_job_retries_total', labels: ofShip, value: 1 },
      { name: 'plinth_dead_letters_total', labels: ofShip, value: 1 },
    ]),
  )
  await audit.flush()
  const trail = written.join('').trim().split('\n')
  expect(trail.filter((line) => line.includes('"kind":"job"')).map((line) => JSON.parse(line))).toMatchObject(
    [
      { decision: 'allowed', component: 'ship', attempt: 1, request_id: taskId },
      { decision: 'allowed', component: 'ship', attempt: 2, request_id: taskId },
    ],
  )
})

test('what waits and what is dead is a gauge, a few seconds old at most', async () => {
  const metrics = createMetrics()
  const server = createTaskServer({ jobs: { maxRunning: 0 } })
  server.tool({ ...ship, task: 'allowed' }, () => 'shipped')
  server.measure(metrics)
  const client = connectTasks(server)
  await startTask(client, 'ship')
  await startTask(client, 'ship')
  const gauge = (name: string) => {
    return parsePrometheus(metrics.toText()).find((sample) => sample.name === name)?.value
  }
  await expect.poll(() => gauge('plinth_jobs_due')).toBe(2)
  expect([gauge('plinth_jobs_dead'), gauge('plinth_jobs_running')]).toEqual([0, 0])
})

test('a run has a span of its own, linked to the call that made the job, also in another process', async () => {
  const collector = await startCollector()
  const where = { serviceName: 'shop', serviceVersion: '1.0.0', url: `${collector.url}/v1/traces`, env: {} }
  const store = createMemoryJobStore()
  const maker = createTaskServer({ tracer: createOtlpTracer(where), jobs: { store, maxRunning: 0 } })
  const runner = createTaskServer({ tracer: createOtlpTracer(where), jobs: { store } })
  onTestFinished(() => runner.telemetry.close())
  for (const server of [maker, runner]) server.tool({ ...ship, task: 'allowed' }, () => 'shipped')
  const client = connectTasks(maker)
  const { taskId } = await startTask(client, 'ship', { _meta: { traceparent } })
  await runner.prepare()
  await waitFor(client, taskId, 'completed')
  await maker.telemetry.close()
  await runner.telemetry.close()
  const call = collector.spans.find(({ name }) => name === 'tools/call ship')
  expect(call).toMatchObject({ traceId, parentSpanId: 'b2'.repeat(8) })
  const run = collector.spans.find(({ name }) => name === 'job ship')
  expect(run).toMatchObject({
    kind: 'CONSUMER',
    attributes: {
      'gen_ai.tool.name': 'ship',
      'plinth.job': taskId,
      'plinth.attempt': 1,
      'plinth.outcome': 'ok',
    },
  })
  expect(run?.traceId).not.toBe(traceId)
  expect(run?.links).toMatchObject([{ traceId, spanId: call?.spanId }])
})

test('where nothing can be recorded that must be, no job is begun', async () => {
  let isReady = false
  const observer = { onCall: () => undefined, isReady: () => isReady }
  const store = createMemoryJobStore()
  const maker = createTaskServer({ jobs: { store, maxRunning: 0 } })
  const runner = createTaskServer({ observers: [observer], jobs: { store } })
  for (const server of [maker, runner]) server.tool({ ...ship, task: 'allowed' }, () => 'shipped')
  const client = connectTasks(maker)
  const { taskId } = await startTask(client, 'ship')
  await runner.prepare()
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(await store.get(taskId)).toMatchObject({ status: 'working', attempts: 0 })
  isReady = true
  await waitFor(client, taskId, 'completed')
})
