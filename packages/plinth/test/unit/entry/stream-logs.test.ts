import { createServer, type HttpService, serveHttp } from 'plinth'
import { expect, onTestFinished, test } from 'vitest'
import type { EventLogStore } from '../../../src/storage/event-log.ts'
import { MemoryEventLogStore } from '../../../src/storage/memory-event-log.ts'
import { open, post, type RawConnection, rpc } from '../../security/raw-http.ts'
import { inSession, openSession, toEvents } from '../../security/sessions.ts'

interface Job {
  progress(done: number): void
  finish(text: string): void
}

/** A server that keeps its streams in a store a test can hold up or make fail. */
async function serveWork(disturb: (append: () => unknown) => unknown) {
  const memory = new MemoryEventLogStore({ now: Date.now, maxEvents: 10_000 })
  const opened: { key: string; owner: string }[] = []
  const eventLogs: EventLogStore = {
    bounds: memory.bounds,
    open(key, opening) {
      opened.push({ key, owner: opening.owner })
      return memory.open(key, opening)
    },
    append: (key, write) => disturb(() => memory.append(key, write)) as ReturnType<EventLogStore['append']>,
    claim: (key, owner) => memory.claim(key, owner),
    read: (key, from) => memory.read(key, from),
  }
  const logged: unknown[] = []
  const log = (record: unknown) => void logged.push(record)
  const server = createServer({ name: 'work', version: '1.0.0', rate: false, log, stores: { eventLogs } })
  const jobs: Job[] = []
  server.tool(
    { name: 'work', description: 'Works.', input: { type: 'object' }, effect: 'read' },
    (_input, call) => {
      const { promise, resolve } = Promise.withResolvers<string>()
      jobs.push({ progress: (done) => call.progress(done), finish: resolve })
      call.progress(0)
      return promise
    },
  )
  const service = await serveHttp(server, { port: 0 })
  onTestFinished(() => service.close(0))
  const readLog = () => {
    const { key = '', owner = '' } = opened[0] ?? {}
    return memory.read(key, { owner, after: -1 })
  }
  return { service, jobs, logged, readLog }
}

/** Calls `work` in a session and waits until its stream is open. */
async function startWork(
  service: HttpService,
  jobs: readonly Job[],
): Promise<{ stream: RawConnection; job: Job }> {
  const id = await openSession(service)
  const stream = await open(service)
  const params = { name: 'work', arguments: {}, _meta: { progressToken: 'p' } }
  stream.send(post(service, rpc('tools/call', params), inSession(id)))
  await stream.until('"progress":0')
  const job = jobs.at(-1)
  if (job === undefined) throw new Error('Nothing was called.')
  return { stream, job }
}

/** What texts of a stream say: how far the call is, or `answer`. */
function toSteps(texts: readonly (string | undefined)[]): unknown[] {
  return texts.flatMap((text) => {
    if (text === undefined || text === '') return []
    const { params } = JSON.parse(text) as { params?: { progress: number } }
    return [params?.progress ?? 'answer']
  })
}

test('a store that does not answer holds up neither a stream nor its end', async () => {
  const { promise, reject } = Promise.withResolvers<never>()
  const { service, jobs, readLog } = await serveWork(() => promise)
  const { stream, job } = await startWork(service, jobs)
  job.progress(1)
  job.finish('done')
  await stream.until('\r\n0\r\n\r\n')
  expect(toSteps(toEvents(stream.unread).map(({ data }) => data))).toEqual([0, 1, 'answer'])
  expect(readLog()?.events).toEqual([])
  reject(new Error('It never comes.'))
})

test('every event is in the log once and in its place, whatever fails and whenever', async () => {
  let asked = 0
  const { service, jobs, logged, readLog } = await serveWork((append) => {
    asked++
    // A request that fails may have done what it was asked for.
    if (asked % 4 === 1) throw new Error('It did not arrive.')
    const head = append()
    if (asked % 4 === 3) throw new Error('Its answer did not arrive.')
    return head
  })
  const { stream, job } = await startWork(service, jobs)
  for (let done = 1; done <= 8; done++) {
    job.progress(done)
    await stream.until(`"progress":${done}`)
    await expect.poll(() => readLog()?.events.length, { timeout: 10_000 }).toBe(done + 2)
  }
  job.finish('done')
  await expect.poll(() => readLog()?.head.isFinished, { timeout: 10_000 }).toBe(true)
  const events = readLog()?.events ?? []
  expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, at) => at))
  expect(toSteps(events.map(({ text }) => text))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 'answer'])
  expect(logged).toHaveLength(1)
})

test('closing waits until the ends of streams are written', async () => {
  const { promise: gate, resolve: openGate } = Promise.withResolvers<void>()
  const { service, jobs, readLog } = await serveWork(async (append) => {
    await gate
    return append()
  })
  await startWork(service, jobs)
  let isClosed = false
  const closing = service.close(0).then(() => {
    isClosed = true
  })
  await expect
    .poll(() =>
      fetch(service.healthUrl).then(
        () => 'open',
        () => 'closed',
      ),
    )
    .toBe('closed')
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 1))
  expect(isClosed).toBe(false)
  openGate()
  await closing
  expect(readLog()?.head.isFinished).toBe(true)
  expect(readLog()?.events.at(-1)?.text).toContain('"error":"stopped"')
})

test('what waits to be written is bounded, the oldest goes first, and the answer is always kept', async () => {
  let isDown = true
  const { service, jobs, readLog } = await serveWork((append) => {
    if (isDown) throw new Error('It is down.')
    return append()
  })
  const { stream, job } = await startWork(service, jobs)
  for (let done = 1; done <= 3_000; done++) job.progress(done)
  job.finish('done')
  await stream.until('"result"')
  isDown = false
  await expect.poll(() => readLog()?.head.isFinished, { timeout: 10_000 }).toBe(true)
  const events = readLog()?.events ?? []
  expect(events).toHaveLength(1_024)
  expect(toSteps(events.map(({ text }) => text)).slice(-2)).toEqual([3_000, 'answer'])
  expect(events.at(-1)?.sequence).toBe(3_002)
})
