import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Replica, startReplica } from './start-replica.ts'
import { anna, askAlone, bob, type Events, listenAlone, type Message, openSession, post } from './wire.ts'

/** What replicas share, and how a test gets at it. */
export interface SharedService {
  readonly name: string
  readonly storeUrl: string
  readonly space: string
  /** Takes away what the test left. */
  clear(): Promise<void>
  /** Cuts the connections over which replicas hear of each other. Absent where there is nothing to cut. */
  cut?(): Promise<void>
}

/** Most of it is the start of processes, on a machine that may be busy. */
const withinMs = 60_000
const updated = 'notifications/resources/updated'

/** What three processes promise together, whatever it is that they share. */
export function testReplicas(service: SharedService): void {
  const { storeUrl, space } = service
  const directory = mkdtempSync(join(tmpdir(), 'plinth-replicas-'))
  const jobsUrl = storeUrl.includes('://') ? storeUrl : join(directory, 'jobs.sqlite')
  const started: Replica[] = []
  const storeOptions = { timeoutMs: 5_000 }
  const start = async (name: string, more: { serverName?: string } = {}) => {
    const replica = await startReplica({ name, storeUrl, space, jobsUrl, storeOptions, ...more })
    started.push(replica)
    return replica
  }
  let a: Replica
  let b: Replica
  let c: Replica

  beforeAll(async () => {
    ;[a, b, c] = await Promise.all([start('a'), start('b'), start('c')])
  }, withinMs)

  afterAll(async () => {
    await Promise.all(started.map((replica) => replica.close()))
    await service.clear()
    rmSync(directory, { recursive: true, force: true })
  })

  describe(`replicas over ${service.name}`, () => {
    test('an update reaches the streams of all processes, each once', async () => {
      const session = await openSession(a)
      const [uri, mark] = [toUri(), toUri()]
      for (const one of [uri, mark]) await session.ask(b, 'resources/subscribe', { uri: one })
      const streams = [
        await session.listen(c),
        await listenAlone(a, { resourceSubscriptions: [uri, mark] }),
        await listenAlone(b, { resourceSubscriptions: [uri, mark] }),
        await listenAlone(c, { resourceSubscriptions: [uri, mark] }),
      ]
      await a.tell('touch', { uri })
      await a.tell('touch', { uri: mark })
      for (const stream of streams) expect(await listUpdated(stream, mark)).toEqual([uri, mark])
      closeAll(streams)
    })

    test('an update of one tenant stays with it', async () => {
      const [uri, mark] = [toUri(), toUri()]
      const filter = { resourceSubscriptions: [uri, mark] }
      const own = await listenAlone(b, filter, anna)
      const other = await listenAlone(b, filter, bob)
      await a.tell('touch', { uri, tenant: 'acme' })
      await a.tell('touch', { uri: mark })
      expect(await listUpdated(own, mark)).toEqual([uri, mark])
      expect(await listUpdated(other, mark)).toEqual([mark])
      closeAll([own, other])
    })

    test('changes of the lists reach the streams of all processes, each once', async () => {
      const session = await openSession(a)
      const filter = { toolsListChanged: true, promptsListChanged: true, resourcesListChanged: true }
      const streams = [await session.listen(b), await listenAlone(c, filter)]
      const name = `new_${randomUUID()}`
      await a.tell('addTool', { name })
      await a.tell('addResource', { uri: `notes://${name}/fixed` })
      await a.tell('addPrompt', { name })
      for (const stream of streams) {
        const told = await stream.until(({ method }) => method === 'notifications/prompts/list_changed')
        expect(toMethods(told)).toEqual([
          'notifications/tools/list_changed',
          'notifications/resources/list_changed',
          'notifications/prompts/list_changed',
        ])
      }
      closeAll(streams)
    })

    test('the end of a task reaches the streams of other processes, each once', async () => {
      const call = { method: 'tools/call', params: { name: 'report', arguments: {} } }
      const created = await (await askAlone(a, call)).next()
      const taskId = String(created?.result?.['taskId'])
      const stream = await listenAlone(b, { taskIds: [taskId] })
      expect((await stream.next())?.params).toMatchObject({ taskId, status: 'working' })
      await expect.poll(() => finishAll([a, b, c])).toBe(true)
      const told = await stream.until(({ params }) => params?.['status'] === 'completed')
      expect(told.map(({ params }) => params?.['status'])).toEqual(['completed'])
      const found = await (await askAlone(c, { method: 'tasks/get', params: { taskId } })).next()
      expect(found?.result).toMatchObject({ status: 'completed' })
      stream.close()
    })

    test('a session goes on where it is sent after the process that opened it was killed', async () => {
      const victim = await start('victim')
      const session = await openSession(victim)
      const [uri, mark] = [toUri(), toUri()]
      await session.ask(victim, 'resources/subscribe', { uri })
      await session.ask(victim, 'logging/setLevel', { level: 'warning' })
      const lost = await session.listen(victim)
      await victim.kill()
      await expect(lost.until(() => false)).rejects.toThrow('ended')
      expect(await session.callTool(b, 'where')).toBe('b')
      expect(await listLevels(session.id, b)).toEqual(['warning', 'error'])
      await session.ask(b, 'resources/subscribe', { uri: mark })
      const stream = await session.listen(c)
      await a.tell('touch', { uri })
      await a.tell('touch', { uri: mark })
      expect(await listUpdated(stream, mark)).toEqual([uri, mark])
      stream.close()
    })

    test('a log level and a subscription that change are known in the process that knew them before', async () => {
      const session = await openSession(a)
      const [uri, mark] = [toUri(), toUri()]
      await session.ask(a, 'logging/setLevel', { level: 'debug' })
      expect(await listLevels(session.id, b)).toEqual(['debug', 'info', 'warning', 'error'])
      await session.ask(a, 'logging/setLevel', { level: 'error' })
      await expect.poll(() => listLevels(session.id, b)).toEqual(['error'])
      const stream = await session.listen(b)
      for (const one of [uri, mark]) await session.ask(c, 'resources/subscribe', { uri: one })
      await session.ask(a, 'resources/unsubscribe', { uri })
      await c.tell('touch', { uri })
      await c.tell('touch', { uri: mark })
      expect(await listUpdated(stream, mark)).toEqual([mark])
      stream.close()
    })

    test('subscriptions that are made at once in all processes are all kept', async () => {
      const session = await openSession(a)
      const uris = Array.from({ length: 30 }, toUri)
      const stream = await session.listen(c)
      await Promise.all(
        uris.map((uri, at) => session.ask([a, b, c][at % 3] as Replica, 'resources/subscribe', { uri })),
      )
      const last = uris.at(-1) as string
      for (const uri of uris) await a.tell('touch', { uri })
      expect(new Set(await listUpdated(stream, last))).toEqual(new Set(uris))
      const late = await start('late')
      const again = await session.listen(late)
      for (const uri of uris) await a.tell('touch', { uri })
      expect(new Set(await listUpdated(again, last))).toEqual(new Set(uris))
      closeAll([stream, again])
    })

    test('an ended session has ended in every process, those that start later included', async () => {
      const session = await openSession(a)
      for (const replica of [a, b, c]) await session.callTool(replica, 'where')
      const stream = await session.listen(c)
      expect(await session.end(b)).toBe(200)
      await expect(stream.until(() => false)).rejects.toThrow('ended')
      for (const replica of [a, b, c]) {
        await expect
          .poll(async () => (await session.send(replica, { id: 1, method: 'ping' })).status)
          .toBe(404)
      }
      const late = await start('late')
      expect((await session.send(late, { id: 1, method: 'ping' })).status).toBe(404)
    })

    test('the answer to a question finds the process that asked, whoever it is posted to', async () => {
      const session = await openSession(a, { capabilities: { elicitation: {} } })
      const call = await session.begin(a, toCall('confirm'))
      const [asked] = await call.until(({ method }) => method === 'elicitation/create')
      const answer = { id: asked?.id, result: { action: 'accept', content: { yes: true } } }
      const stranger = await openSession(b, { caller: bob })
      expect((await stranger.send(b, answer)).status).toBe(202)
      expect((await session.send(b, { ...answer, id: `${asked?.id}x` })).status).toBe(202)
      expect(await a.tell('countAsks')).toBe(1)
      expect((await session.send(b, answer)).status).toBe(202)
      expect(toText((await call.until(isAnswer)).at(-1))).toBe('a: yes')
    })

    test('an answer too large for a message gets there too', async () => {
      const session = await openSession(a, { capabilities: { elicitation: {} } })
      const call = await session.begin(a, toCall('confirm'))
      const [asked] = await call.until(({ method }) => method === 'elicitation/create')
      const content = { yes: true, why: 'x'.repeat(600_000) }
      await session.send(c, { id: asked?.id, result: { action: 'accept', content } })
      expect(toText((await call.until(isAnswer)).at(-1))).toBe('a: yes')
    })

    test('a request is cancelled in the process that runs it, by the session that sent it alone', async () => {
      const session = await openSession(a)
      const stranger = await openSession(a)
      const call = toCall('wait')
      const running = await session.begin(a, call)
      await running.until(({ method }) => method === 'notifications/progress')
      const before = await a.tell('countCancelled')
      const cancelled = { method: 'notifications/cancelled', params: { requestId: call.id } }
      expect((await stranger.send(b, cancelled)).status).toBe(202)
      const mark = await openSession(a)
      await mark.ask(b, 'logging/setLevel', { level: 'error' })
      expect(await a.tell('countCancelled')).toBe(before)
      expect((await session.send(b, cancelled)).status).toBe(202)
      await expect.poll(() => a.tell('countCancelled')).toBe(Number(before) + 1)
      running.close()
    })

    test('the newest stream of a session takes the place of the others, in all processes', async () => {
      const session = await openSession(a)
      const [uri, mark] = [toUri(), toUri()]
      for (const one of [uri, mark]) await session.ask(a, 'resources/subscribe', { uri: one })
      const old = await session.listen(b)
      const stream = await session.listen(c)
      await expect(old.until(() => false)).rejects.toThrow('The stream ended after []')
      for (const one of [uri, mark]) await a.tell('touch', { uri: one })
      expect(await listUpdated(stream, mark)).toEqual([uri, mark])
      stream.close()
    })

    test('servers of other names hear nothing of each other', async () => {
      const other = await start('other', { serverName: 'another' })
      const [uri, mark] = [toUri(), toUri()]
      const stream = await listenAlone(other, { resourceSubscriptions: [uri, mark] })
      await a.tell('touch', { uri })
      await other.tell('touch', { uri: mark })
      expect(await listUpdated(stream, mark)).toEqual([mark])
      stream.close()
    })

    test('messages between processes are counted', async () => {
      const text = await (await fetch(`${b.adminUrl}/metrics`)).text()
      expect(text).toMatch(/^plinth_bus_sent_total [1-9]/m)
      expect(text).toMatch(/^plinth_bus_received_total [1-9]/m)
      expect(text).toMatch(/^plinth_bus_failed_total 0$/m)
    })

    test.skipIf(service.cut === undefined)('after a cut every stream is told of all it watches', async () => {
      const session = await openSession(a)
      const uri = toUri()
      await session.ask(a, 'resources/subscribe', { uri })
      const streams = [
        await session.listen(b),
        await listenAlone(c, { toolsListChanged: true, resourceSubscriptions: [uri] }),
      ] as const
      await service.cut?.()
      const told = await streams[0].until(({ method }) => method === updated)
      expect(toMethods(told)).toEqual([
        'notifications/tools/list_changed',
        'notifications/prompts/list_changed',
        'notifications/resources/list_changed',
        updated,
      ])
      const toldAlone = await streams[1].until(({ method }) => method === updated)
      expect(toMethods(toldAlone)).toEqual(['notifications/tools/list_changed', updated])
      await expect.poll(() => session.end(b)).toBe(200)
      await expect.poll(async () => (await session.send(a, { id: 1, method: 'ping' })).status).toBe(404)
      closeAll(streams)
    })
  })
}

let lastCall = 1_000

function toCall(name: string) {
  const params = { name, arguments: {}, _meta: { progressToken: 'p' } }
  return { id: ++lastCall, method: 'tools/call', params }
}

function toUri(): string {
  return `notes://${randomUUID()}`
}

function isAnswer({ result, error }: Message): boolean {
  return result !== undefined || error !== undefined
}

function toText(message: Message | undefined): string {
  return String((message?.result?.['content'] as { text: string }[] | undefined)?.[0]?.text)
}

function toMethods(messages: readonly Message[]): (string | undefined)[] {
  return messages.map(({ method }) => method)
}

/** What a stream tells was updated, up to the mark. */
async function listUpdated(stream: Events, mark: string): Promise<string[]> {
  const told = await stream.until(({ params }) => params?.['uri'] === mark)
  return told.map(({ params }) => String(params?.['uri']))
}

/** The levels of what a call logs to its client. */
async function listLevels(session: string, replica: Replica): Promise<unknown[]> {
  const { messages } = await post(replica, toCall('talk'), { session })
  return messages.flatMap(({ params }) => (params?.['level'] === undefined ? [] : [params['level']]))
}

async function finishAll(replicas: readonly Replica[]): Promise<boolean> {
  const finished = await Promise.all(replicas.map((replica) => replica.tell('finishReports')))
  return finished.some((count) => Number(count) > 0)
}

function closeAll(streams: readonly Events[]): void {
  for (const stream of streams) stream.close()
}
