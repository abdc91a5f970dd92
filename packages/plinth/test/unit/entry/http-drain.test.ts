import { setTimeout as sleep } from 'node:timers/promises'
import { createServer, type HttpService } from 'plinth'
import { expect, onTestFinished, test, vi } from 'vitest'
import {
  call,
  createEchoServer,
  listen,
  open,
  post,
  type RawConnection,
  request,
  rpc,
} from '../../security/raw-http.ts'
import { alone, inSession, openSession, openStream } from '../../security/sessions.ts'

const ping = (service: HttpService) => post(service, rpc('ping'))

async function ask(connection: RawConnection, text: string): Promise<[number, string | undefined]> {
  connection.send(text)
  const { status, headers } = await connection.response()
  return [status, headers['connection']]
}

async function isPortOpen(service: HttpService): Promise<boolean> {
  const connection = await open(service).catch(() => undefined)
  connection?.socket.destroy()
  return connection !== undefined
}

async function untilClosed(service: HttpService): Promise<void> {
  while (await isPortOpen(service)) await sleep(5)
}

/** Sweeps happen when the test says so, however slow the machine is. */
function holdSweeps(): void {
  vi.useFakeTimers({ toFake: ['hrtime', 'setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
}

test('from the first sign of a stop old connections end with their next answer, and new ones are kept', async () => {
  const service = await listen(createEchoServer().server)
  const old = await open(service)
  expect(await ask(old, ping(service))).toEqual([200, 'keep-alive'])
  service.drain()
  const fresh = await open(service)
  expect(await ask(old, ping(service))).toEqual([200, 'close'])
  await old.closed()
  expect(await ask(fresh, ping(service))).toEqual([200, 'keep-alive'])
  expect(await ask(fresh, ping(service))).toEqual([200, 'keep-alive'])
})

test('an answer that was in flight at the first sign ends its connection too', async () => {
  const { server } = createEchoServer()
  const gate = Promise.withResolvers<string>()
  const started = Promise.withResolvers<void>()
  server.tool({ name: 'gated', description: 'Waits.', effect: 'read' }, () => {
    started.resolve()
    return gate.promise
  })
  const service = await listen(server)
  const connection = await open(service)
  connection.send(post(service, call('gated')))
  await started.promise
  service.drain()
  gate.resolve('done')
  const { status, headers } = await connection.response()
  expect([status, headers['connection']]).toEqual([200, 'close'])
})

test('a request that comes over an idle connection after the port was closed is answered', async () => {
  holdSweeps()
  const service = await listen(createEchoServer().server)
  const idle = await open(service)
  expect(await ask(idle, ping(service))).toEqual([200, 'keep-alive'])
  const closed = service.close()
  await untilClosed(service)
  expect(await ask(idle, ping(service))).toEqual([200, 'close'])
  await closed
})

test('idle connections are kept as long as anything comes over any, and a quarter of a second longer', async () => {
  holdSweeps()
  const service = await listen(createEchoServer().server)
  const idle = [await open(service), await open(service), await open(service)] as const
  for (const one of idle) expect(await ask(one, ping(service))).toEqual([200, 'keep-alive'])
  const closed = service.close(60_000)
  await untilClosed(service)
  vi.advanceTimersByTime(200)
  expect(await ask(idle[0], ping(service))).toEqual([200, 'close'])
  vi.advanceTimersByTime(200)
  expect(await ask(idle[1], ping(service))).toEqual([200, 'close'])
  vi.advanceTimersByTime(350)
  await idle[2].closed()
  await closed
})

test('connections that stay idle, and those that were never used, are closed once all is quiet', async () => {
  const service = await listen(createEchoServer().server)
  const [idle, unused] = [await open(service), await open(service)]
  expect(await ask(idle, ping(service))).toEqual([200, 'keep-alive'])
  await service.close(60_000)
  await Promise.all([idle.closed(), unused.closed()])
})

test('a stream that is opened while the server stops is ended soon', async () => {
  holdSweeps()
  const { server } = createEchoServer()
  const service = await listen(server)
  const session = await openSession(service)
  const [one, other] = [await open(service), await open(service)]
  for (const connection of [one, other])
    expect(await ask(connection, ping(service))).toEqual([200, 'keep-alive'])
  const closed = service.close(60_000)
  await untilClosed(service)
  one.send(request('GET /mcp', { Accept: 'text/event-stream', ...inSession(session) }))
  const { body, headers } = alone('subscriptions/listen', { notifications: { toolsListChanged: true } })
  other.send(post(service, body, headers))
  await Promise.all([one.until('\r\n\r\n'), other.until('acknowledged')])
  vi.advanceTimersByTime(50)
  const [streamed, listened] = await Promise.all([one.response(), other.response()])
  expect([streamed.status, streamed.headers['connection']]).toEqual([200, 'close'])
  expect([listened.status, listened.headers['connection']]).toEqual([200, 'close'])
  expect(listened.body).toContain('"result"')
  await closed
})

test('a stream of a session that was open ends whole, and its client is told nothing bad', async () => {
  const service = await listen(createEchoServer().server)
  const stream = await openStream(service, await openSession(service))
  const closed = service.close(60_000)
  expect((await stream.response()).status).toBe(200)
  await closed
})

test('a call with an idempotency key has its signal aborted too when the grace period is over', async () => {
  const server = createServer({ name: 'test', version: '1.0.0', log: () => undefined })
  const reason = Promise.withResolvers<unknown>()
  const started = Promise.withResolvers<void>()
  const contract = { name: 'buy', description: 'Buys.', effect: 'write', idempotency: 'key' } as const
  server.tool(contract, (_input, { signal }) => {
    signal.addEventListener('abort', () => reason.resolve(signal.reason))
    started.resolve()
    return new Promise<string>(() => undefined)
  })
  const service = await listen(server)
  const connection = await open(service)
  const { body, headers } = alone('tools/call', {
    name: 'buy',
    arguments: {},
    _meta: { 'plinth/idempotencyKey': 'k1' },
  })
  connection.send(post(service, body, headers))
  await started.promise
  await service.close(1)
  expect(await reason.promise).toMatchObject({ message: 'The server stops.' })
  expect(await connection.response()).toMatchObject({ status: 503 })
})
