import { createServer, type Server } from 'plinth'
import { expect, test } from 'vitest'
import {
  call,
  createEchoServer,
  exchange,
  listen,
  open,
  post,
  type RawConnection,
  request,
  rpc,
} from './raw-http.ts'
import { alone, inSession, openSession, openStream, toEvents } from './sessions.ts'

/** A server with one tool `work` that a test moves on by hand. */
function createWorkServer(): { server: Server; jobs: Job[] } {
  const { server } = createEchoServer()
  const jobs: Job[] = []
  server.tool(
    { name: 'work', description: 'Works until told.', input: { type: 'object' }, effect: 'read' },
    (_input, work) =>
      new Promise<string>((finish) => {
        jobs.push({
          finish,
          signal: work.signal,
          progress: (done, message) => work.progress(done, 100, message),
          closeStream: () => work.closeStream(10),
        })
      }),
  )
  return { server, jobs }
}

interface Job {
  finish(text: string): void
  signal: AbortSignal
  progress(done: number, message?: string): void
  closeStream(): void
}

const work = rpc('tools/call', { name: 'work', arguments: {}, _meta: { progressToken: 'p' } })

async function nextTurn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 2))
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn()
}

/** Sends `work` in a session and waits until it runs. */
async function startWork(connection: RawConnection, text: string, jobs: readonly Job[]): Promise<Job> {
  const before = jobs.length
  connection.send(text)
  await until(() => jobs.length > before)
  return jobs[before] as Job
}

function toMessages(connection: RawConnection): { method?: string; result?: unknown; params?: unknown }[] {
  return toEvents(connection.unread).flatMap(({ data }) =>
    data === '' || data === undefined ? [] : [JSON.parse(data)],
  )
}

test('a client that leaves cancels a request that stands alone', async () => {
  const { server, jobs } = createWorkServer()
  const service = await listen(server)
  const { body, headers } = alone('tools/call', { name: 'work', arguments: {} })
  const connection = await open(service)
  const job = await startWork(connection, post(service, body, headers), jobs)
  expect(job.signal.aborted).toBe(false)
  connection.socket.destroy()
  await until(() => job.signal.aborted)
})

test('a client that leaves a stream cancels a request that stands alone', async () => {
  const { server, jobs } = createWorkServer()
  const service = await listen(server)
  const { body, headers } = alone('tools/call', { name: 'work', arguments: {}, _meta: { progressToken: 1 } })
  const connection = await open(service)
  const job = await startWork(connection, post(service, body, headers), jobs)
  job.progress(1)
  await connection.until('notifications/progress')
  connection.socket.destroy()
  await until(() => job.signal.aborted)
})

test('a client that leaves cancels what waits behind in its pipeline, too', async () => {
  const { server, jobs } = createWorkServer()
  const service = await listen(server)
  const { body, headers } = alone('tools/call', { name: 'work', arguments: {} })
  const connection = await open(service)
  connection.send(post(service, body, headers).repeat(12))
  await until(() => jobs.length === 12)
  connection.socket.destroy()
  await until(() => jobs.every(({ signal }) => signal.aborted))
})

test('an answered request is not cancelled when its connection ends', async () => {
  const { server, jobs } = createWorkServer()
  const service = await listen(server)
  const { body, headers } = alone('tools/call', { name: 'work', arguments: {} })
  const connection = await open(service)
  const job = await startWork(connection, post(service, body, headers), jobs)
  job.finish('done')
  await connection.response()
  connection.socket.destroy()
  await exchange(service, post(service, rpc('ping')))
  expect(job.signal.aborted).toBe(false)
})

test('a client that leaves does not cancel a request in a session', async () => {
  const { server, jobs } = createWorkServer()
  const service = await listen(server)
  const id = await openSession(service)
  const connection = await open(service)
  const job = await startWork(connection, post(service, work, inSession(id)), jobs)
  job.progress(1)
  await connection.until('notifications/progress')
  const [priming] = toEvents(connection.unread)
  expect(priming).toMatchObject({ id: expect.any(String), data: '' })
  connection.socket.destroy()
  await nextTurn()
  job.progress(2)
  job.finish('done')
  expect(job.signal.aborted).toBe(false)
  const resumed = await openStream(service, id, priming?.id)
  await resumed.until('"result"')
  expect(toMessages(resumed).map(({ method }) => method ?? 'result')).toEqual([
    'notifications/progress',
    'notifications/progress',
    'result',
  ])
})

test('a stream that is resumed while the work goes on gets the rest as it comes, and then ends', async () => {
  const { server, jobs } = createWorkServer()
  const service = await listen(server)
  const id = await openSession(service)
  const first = await open(service)
  const job = await startWork(first, post(service, work, inSession(id)), jobs)
  job.progress(1)
  await first.until('"progress":1')
  const lastId = toEvents(first.unread).at(-1)?.id
  const second = await openStream(service, id, lastId)
  await first.until('\r\n0\r\n\r\n')
  job.progress(2)
  job.finish('done')
  await second.until('\r\n0\r\n\r\n')
  expect(toMessages(first).length).toBe(1)
  expect(toMessages(second)).toMatchObject([{ params: { progress: 2 } }, { id: 1, result: {} }])
})

test('only the stream of the event is replayed', async () => {
  const { server, jobs } = createWorkServer()
  const service = await listen(server)
  const id = await openSession(service)
  const [first, second] = [await open(service), await open(service)]
  const one = await startWork(first, post(service, work, inSession(id)), jobs)
  const two = await startWork(second, post(service, work.replace('"id":1', '"id":2'), inSession(id)), jobs)
  one.progress(1, 'first')
  two.progress(1, 'second')
  await first.until('"first"')
  await second.until('"second"')
  const ids = [...toEvents(first.unread), ...toEvents(second.unread)].map((event) => event.id)
  expect(new Set(ids).size).toBe(4)
  two.finish('second')
  one.finish('first')
  await until(() => first.unread.includes('"result"') && second.unread.includes('"result"'))
  const resumed = await openStream(service, id, ids[0])
  await resumed.until('"result"')
  expect(resumed.unread).not.toContain('second')
})

test('an event of another session is not replayed', async () => {
  const { server, jobs } = createWorkServer()
  const service = await listen(server)
  const [id, other] = [await openSession(service), await openSession(service)]
  const connection = await open(service)
  const job = await startWork(connection, post(service, work, inSession(id)), jobs)
  job.progress(1, 'private')
  await connection.until('"private"')
  const [priming] = toEvents(connection.unread)
  const headers = { Accept: 'text/event-stream', ...inSession(other), 'Last-Event-ID': priming?.id }
  const response = await exchange(service, request('GET /mcp', headers))
  expect(response.status).toBe(400)
  expect(response.body).not.toContain('private')
  job.finish('done')
  await connection.until('"result"')
})

test('an event nobody knows opens a new stream for the session, or none for a request', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const id = await openSession(service)
  for (const event of ['x', '_', '', 'sAAAA_0', 'sAAAA_999999999999999999']) {
    expect((await openStream(service, id, event)).unread).toMatch(/^HTTP\/1\.1 200 /)
  }
  const headers = { Accept: 'text/event-stream', ...inSession(id), 'Last-Event-ID': 'rAAAA_0' }
  expect((await exchange(service, request('GET /mcp', headers))).status).toBe(400)
})

test('an event that was never sent is not known', async () => {
  const { server, jobs } = createWorkServer()
  const service = await listen(server)
  const id = await openSession(service)
  const connection = await open(service)
  const job = await startWork(connection, post(service, work, inSession(id)), jobs)
  job.progress(1)
  await connection.until('notifications/progress')
  const [priming] = toEvents(connection.unread)
  const later = priming?.id?.replace(/_0$/, '_7')
  const headers = { Accept: 'text/event-stream', ...inSession(id), 'Last-Event-ID': later }
  expect((await exchange(service, request('GET /mcp', headers))).status).toBe(400)
  job.finish('done')
})

test('a call may end its stream, and the client comes back for the answer', async () => {
  const { server, jobs } = createWorkServer()
  const service = await listen(server)
  const id = await openSession(service)
  const connection = await open(service)
  const job = await startWork(connection, post(service, work, inSession(id)), jobs)
  job.closeStream()
  await connection.until('\r\n0\r\n\r\n')
  expect(connection.unread).toContain('retry: 10\n')
  job.progress(1)
  job.finish('done')
  const resumed = await openStream(service, id, toEvents(connection.unread)[0]?.id)
  await resumed.until('\r\n0\r\n\r\n')
  expect(toMessages(resumed)).toMatchObject([{ method: 'notifications/progress' }, { id: 1 }])
})

test('a call without resumable streams cannot end its stream early', async () => {
  const { server, jobs } = createWorkServer()
  const service = await listen(server)
  const id = await openSession(service, '2025-06-18')
  const modern = alone('tools/call', { name: 'work', arguments: {} })
  const texts = [
    post(service, work, inSession(id, '2025-06-18')),
    post(service, work),
    post(service, modern.body, modern.headers),
  ]
  for (const text of texts) {
    const connection = await open(service)
    const job = await startWork(connection, text, jobs)
    job.closeStream()
    job.finish('done')
    expect(JSON.parse((await connection.response()).body)).toMatchObject({ id: 1, result: {} })
  }
})

test('an error after the stream was opened is an event, never a second status line', async () => {
  const { server } = createEchoServer()
  server.tool(
    { name: 'fails', description: 'Fails late.', input: { type: 'object' }, effect: 'read' },
    async () => {
      await nextTurn()
      throw new Error('late')
    },
  )
  const service = await listen(server)
  const connection = await open(service)
  connection.send(post(service, call('fails'), { Accept: 'text/event-stream' }))
  const { status, body } = await connection.response()
  expect(status).toBe(200)
  expect(body.match(/HTTP\/1\.1/g)).toBe(null)
  expect(JSON.parse(toEvents(`${body}\n\n`)[0]?.data ?? '')).toMatchObject({
    id: 1,
    result: { isError: true },
  })
})

test('the stream of a session tells of changes, and a second one takes over', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const id = await openSession(service)
  const first = await openStream(service, id)
  server.remove('tool', 'echo')
  await first.until('tools/list_changed')
  const second = await openStream(service, id)
  await first.until('\r\n0\r\n\r\n')
  server.prompt({ name: 'p', description: 'P.' }, () => 'p')
  await second.until('prompts/list_changed')
  expect(first.unread).not.toContain('prompts/list_changed')
})

test('what a session missed on its stream is replayed when it comes back', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const id = await openSession(service)
  const first = await openStream(service, id)
  await first.until('data: ')
  const [priming] = toEvents(first.unread)
  server.remove('tool', 'echo')
  await first.until('tools/list_changed')
  first.socket.destroy()
  await nextTurn()
  server.prompt({ name: 'p', description: 'P.' }, () => 'p')
  const second = await openStream(service, id, priming?.id)
  await second.until('prompts/list_changed')
  expect(second.unread).toContain('tools/list_changed')
  server.resource({ uri: 'test://r', name: 'r' }, () => 'r')
  await second.until('resources/list_changed')
})

test('ending a session ends its stream', async () => {
  const { server } = createEchoServer()
  const service = await listen(server)
  const id = await openSession(service)
  const stream = await openStream(service, id)
  await exchange(service, request('DELETE /mcp', inSession(id)))
  await stream.until('\r\n0\r\n\r\n')
})

test('streams beyond the limit are refused, not left hanging', async () => {
  const { server } = createEchoServer({ maxStreams: 2 })
  const service = await listen(server)
  const ids = [await openSession(service), await openSession(service), await openSession(service)]
  const first = await openStream(service, ids[0] ?? '')
  await openStream(service, ids[1] ?? '')
  const third = await openStream(service, ids[2] ?? '')
  const refused = await third.response()
  expect(refused.status).toBe(503)
  const { body, headers } = alone('subscriptions/listen', { notifications: { toolsListChanged: true } })
  expect((await exchange(service, post(service, body, headers))).status).toBe(503)
  first.socket.destroy()
  await exchange(service, request('DELETE /mcp', inSession(ids[0] ?? '')))
  expect((await openStream(service, ids[2] ?? '')).unread).toMatch(/^HTTP\/1\.1 200 /)
})

test('a client that does not read does not fill the memory', async () => {
  const { server, jobs } = createWorkServer()
  const service = await listen(server)
  const id = await openSession(service)
  const modern = alone('tools/call', { name: 'work', arguments: {}, _meta: { progressToken: 'p' } })
  for (const text of [post(service, work, inSession(id)), post(service, modern.body, modern.headers)]) {
    const connection = await open(service)
    connection.socket.pause()
    const job = await startWork(connection, text, jobs)
    const before = process.memoryUsage()
    for (let done = 1; done <= 2_000; done++) {
      job.progress(done, `${done}`.padStart(100_000, 'x'))
      if (done % 100 === 0) await nextTurn()
    }
    const after = process.memoryUsage()
    expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(80_000_000)
    job.finish('done')
    connection.socket.destroy()
  }
})

test('a session stream whose client does not read is cut off, and can be resumed', async () => {
  const { server } = createEchoServer()
  const uris = Array.from({ length: 16 }, (_, n) => `test://${'x'.repeat(8_000)}${n}`)
  for (const uri of uris) server.resource({ uri, name: uri.slice(-4) }, () => 'r')
  const service = await listen(server)
  const id = await openSession(service)
  for (const uri of uris) {
    await exchange(service, post(service, rpc('resources/subscribe', { uri }), inSession(id)))
  }
  const stream = await openStream(service, id)
  await stream.until('data: ')
  const [priming] = toEvents(stream.unread)
  stream.socket.pause()
  const gone = new Promise<void>((resolve) => stream.socket.once('close', () => resolve()))
  for (let round = 0; round < 160; round++) {
    for (const uri of uris) server.resourceUpdated(uri)
    await nextTurn()
  }
  stream.socket.resume()
  await gone
  const resumed = await openStream(service, id, priming?.id)
  await resumed.until('resources/updated')
})

test('closing ends streams politely and lets what is in flight finish', async () => {
  const { server, jobs } = createWorkServer()
  const service = await listen(server)
  const id = await openSession(service)
  const stream = await openStream(service, id)
  const modern = alone('subscriptions/listen', { notifications: { toolsListChanged: true } }, 'l')
  const listening = await open(service)
  listening.send(post(service, modern.body, modern.headers))
  await listening.until('acknowledged')
  const connection = await open(service)
  const job = await startWork(connection, post(service, work, inSession(id)), jobs)
  const closed = service.close(5_000)
  await stream.until('\r\n0\r\n\r\n')
  await listening.until('"result"')
  job.finish('done')
  expect(JSON.parse((await connection.response()).body)).toMatchObject({ id: 1, result: {} })
  await closed
})

test('what does not finish in time is answered so before its connection is closed', async () => {
  const { server, jobs } = createWorkServer()
  const service = await listen(server)
  const modern = alone('tools/call', { name: 'work', arguments: {} }, 'm')
  const [plain, stream] = [await open(service), await open(service)]
  const other = await startWork(plain, post(service, modern.body, modern.headers), jobs)
  const job = await startWork(stream, post(service, work, inSession(await openSession(service))), jobs)
  job.progress(1)
  await stream.until('notifications/progress')
  await service.close(10)
  const response = await plain.response()
  expect(response.status).toBe(503)
  expect(JSON.parse(response.body)).toMatchObject({
    id: 'm',
    error: { code: 50_302, data: { error: 'stopped' } },
  })
  await stream.until('"stopped"')
  expect([other.signal.aborted, job.signal.aborted]).toEqual([true, true])
  await plain.closed()
  await stream.closed()
})

test('a server without a client keeps no timer that would keep the process', async () => {
  const server = createServer({ name: 'test', version: '1.0.0', log: () => undefined })
  const before = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const service = await listen(server)
  const id = await openSession(service)
  const stream = await openStream(service, id)
  stream.socket.destroy()
  await nextTurn()
  await service.close(0)
  const after = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  expect(after).toBeLessThanOrEqual(before)
})
