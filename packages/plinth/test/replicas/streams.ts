import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Caller, EventReader } from './event-reader.ts'
import { type Replica, startReplica } from './start-replica.ts'
import { anna, bob, type Message, openSession, WireSession } from './wire.ts'

/** What replicas share. */
export interface StreamService {
  readonly name: string
  readonly storeUrl: string
  readonly space: string
  /** Takes away what the test left. */
  clear(): Promise<void>
}

/** Most of it is the start of processes, on a machine that may be busy. */
const withinMs = 60_000
/** A machine that is busy may take its time. */
const patient = { timeout: 10_000 }
const stopped = { code: 50_302, data: { error: 'stopped', retry: false } }

/** Three processes, and more where a test needs one that it can do without. */
interface Bench {
  readonly a: Replica
  readonly b: Replica
  readonly c: Replica
  start(name: string): Promise<Replica>
}

/** Streams of 2025-11-25 that go on in another process, whatever it is that processes share. */
export function testStreams(service: StreamService, ...suites: readonly ((bench: Bench) => void)[]): void {
  const { storeUrl, space } = service
  const started: Replica[] = []
  const start = async (name: string) => {
    // A producer counts as gone after less than a second, so that the tests of it are quick.
    const replica = await startReplica({ name, storeUrl, space, storeOptions: { eventLeaseMs: 600 } })
    started.push(replica)
    return replica
  }
  const bench = { start } as { -readonly [K in keyof Bench]: Bench[K] }

  beforeAll(async () => {
    ;[bench.a, bench.b, bench.c] = await Promise.all([start('a'), start('b'), start('c')])
  }, withinMs)

  afterAll(async () => {
    await Promise.all(started.map((replica) => replica.close()))
    await service.clear()
  })

  describe(`streams over ${service.name}`, () => {
    for (const testSuite of suites) testSuite(bench)
  })
}

/** Calls whose client comes back to another process. */
export function testCalls(bench: Bench): void {
  test('a call whose connection was cut goes on in another process: nothing lost, nothing twice', async () => {
    const { a, b } = bench
    const caller = await openCaller(a)
    const call = await startWork(a, caller)
    await progress(a, 1)
    await call.until(isProgress(1))
    await call.cut()
    await progress(a, 2)
    await progress(a, 3)
    const resumed = await EventReader.get(b, caller, call.lastId)
    await resumed.until(isProgress(3))
    await progress(a, 4)
    await resumed.until(isProgress(4))
    await a.tell('finishWork', { name: 'done' })
    await resumed.ended()
    const all = [...call.messages, ...resumed.messages]
    expect(all.map(toStep)).toEqual([0, 1, 2, 3, 4, 'done'])
    expect(resumed.messages.at(-1)?.id).toBe(7)
    const ids = [...call.events, ...resumed.events].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('a client that was told to leave comes back to another process, and gets everything', async () => {
    const { a, b } = bench
    const caller = await openCaller(a)
    const call = await startWork(a, caller)
    await a.tell('closeStream')
    await call.ended()
    const resumed = await EventReader.get(b, caller, call.lastId)
    await progress(a, 1)
    await a.tell('finishWork', { name: 'done' })
    await resumed.ended()
    expect(resumed.messages.map(toStep)).toEqual([1, 'done'])
  })

  test('a call that came to its end before its client is back has its answer waiting', async () => {
    const { a, b, c } = bench
    const caller = await openCaller(a)
    const call = await startWork(a, caller)
    await progress(a, 1)
    await call.until(isProgress(1))
    await call.cut()
    await a.tell('finishWork', { name: 'done' })
    for (const replica of [b, c, a, b]) {
      const resumed = await EventReader.get(replica, caller, call.events[0]?.id)
      await resumed.ended()
      expect(resumed.messages.map(toStep)).toEqual([0, 1, 'done'])
    }
  })

  test('nobody else resumes a stream: no other session, no other principal, no made-up event', async () => {
    const { a, b } = bench
    const caller = await openCaller(a)
    const call = await startWork(a, caller)
    await progress(a, 1)
    await call.until(isProgress(1))
    const [other, stranger] = [await openCaller(a), await openCaller(a, bob)]
    const { lastId = '' } = call
    const refused = await Promise.all([
      EventReader.get(b, other, lastId),
      EventReader.get(b, stranger, lastId),
      EventReader.get(b, { ...caller, caller: bob }, lastId),
      EventReader.get(b, caller, 'rAAAAAAAAAAAAAAAAAAAAAA_0'),
      EventReader.get(b, caller, lastId.replace(/_\d+$/, '_100000')),
    ])
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 404, 400, 400])
    await Promise.all(refused.map((one) => one.ended()))
    expect(refused.flatMap(({ messages }) => messages)).toEqual([])
    await call.cut()
    await a.tell('finishWork', { name: 'done' })
    const resumed = await EventReader.get(b, caller, lastId)
    await resumed.ended()
    expect(resumed.messages.map(toStep)).toEqual(['done'])
  })

  test('a stream has one reader, in whatever process it came back last', async () => {
    const { a, b, c } = bench
    const caller = await openCaller(a)
    const call = await startWork(a, caller)
    const readers = [call]
    for (const [at, replica] of [b, c, a, b, a].entries()) {
      const last = readers.at(-1) as EventReader
      await progress(a, at + 1)
      await last.until(isProgress(at + 1))
      readers.push(await EventReader.get(replica, caller, last.lastId))
      await last.ended()
    }
    await progress(a, 6)
    await a.tell('finishWork', { name: 'done' })
    await readers.at(-1)?.ended()
    expect(readers.map(({ messages }) => messages.map(toStep))).toEqual([
      [0, 1],
      [2],
      [3],
      [4],
      [5],
      [6, 'done'],
    ])
  })

  test('of those who come back at once to all processes, one reads on', async () => {
    const { a, b, c } = bench
    const caller = await openCaller(a)
    const call = await startWork(a, caller)
    await call.cut()
    const readers = await Promise.all(
      [a, b, c, b, a].map((replica) => EventReader.get(replica, caller, call.lastId)),
    )
    await expect.poll(() => readers.filter(({ isOpen }) => isOpen).length, patient).toBe(1)
    await progress(a, 1)
    await a.tell('finishWork', { name: 'done' })
    await Promise.all(readers.map((reader) => reader.ended()))
    expect(readers.flatMap(({ messages }) => messages.map(toStep))).toEqual([1, 'done'])
  })

  test('streams that went on here are counted, and requests to the store that failed', async () => {
    const { b } = bench
    const text = await (await fetch(`${b.adminUrl}/metrics`)).text()
    expect(text).toMatch(/^plinth_streams_resumed_total [1-9]/m)
    expect(text).toMatch(/^plinth_streams_failed_total 0$/m)
  })
}

/** The stream that a session has for itself. */
export function testSessionStreams(bench: Bench): void {
  test('a session has one stream of its own, in whatever process it was opened last', async () => {
    const { a, b, c } = bench
    const caller = await openCaller(a)
    const uri = toUri()
    await subscribe(a, caller, uri)
    const first = await EventReader.get(a, caller)
    await expect.poll(() => first.lastId, patient).toBeDefined()
    const second = await EventReader.get(b, caller)
    await first.ended()
    const third = await EventReader.get(c, caller, first.lastId)
    await second.ended()
    await a.tell('touch', { uri })
    await expect.poll(() => third.messages.filter(isUpdate(uri)).length, patient).toBe(2)
    const back = await EventReader.get(a, caller, third.lastId)
    await third.ended()
    const again = await EventReader.get(a, caller, back.lastId ?? third.lastId)
    await back.ended()
    await b.tell('touch', { uri })
    await again.until(isUpdate(uri))
    await again.cut()
    expect(first.messages).toEqual([])
  })
}

/** Processes that are lost while somebody waits for them. */
export function testLostProcesses(bench: Bench): void {
  test('a call whose process was killed is answered by an error, the same wherever one asks; a slow one is not', async () => {
    const { a, b, c, start } = bench
    const caller = await openCaller(a)
    const slow = await startWork(a, caller, 8)
    await slow.cut()
    const waiting = await EventReader.get(c, caller, slow.lastId)
    const victim = await start('victim')
    const call = await startWork(victim, caller)
    await progress(victim, 1)
    await call.until(isProgress(1))
    await seeKept(victim)
    await victim.kill()
    await call.ended()
    const resumed = await Promise.all([b, c].map((replica) => EventReader.get(replica, caller, call.lastId)))
    const answers = await Promise.all(
      resumed.map(async (stream) => {
        await stream.ended()
        return stream.messages
      }),
    )
    expect(answers.flat().length).toBeGreaterThan(0)
    const again = await EventReader.get(a, caller, call.lastId)
    await again.ended()
    expect(again.messages).toMatchObject([{ id: 7, error: stopped }])
    for (const message of answers.flat()) expect(message).toEqual(again.messages[0])
    await a.tell('finishWork', { name: 'slow, not lost' })
    await waiting.ended()
    expect(waiting.messages.map(toStep)).toEqual(['slow, not lost'])
  })

  test('a stream that is read elsewhere ends with an error when the process behind it is killed', async () => {
    const { b, start } = bench
    const victim = await start('victim')
    const caller = await openCaller(victim)
    const call = await startWork(victim, caller)
    await call.cut()
    const resumed = await EventReader.get(b, caller, call.lastId)
    await progress(victim, 1)
    await resumed.until(isProgress(1))
    await victim.kill()
    await resumed.ended()
    expect(resumed.messages).toMatchObject([{ params: { progress: 1 } }, { id: 7, error: stopped }])
  })

  test('a process that hung for too long cannot answer any more what was answered in its place', async () => {
    const { b, c, start } = bench
    const victim = await start('victim')
    const caller = await openCaller(victim)
    const call = await startWork(victim, caller)
    await seeKept(victim)
    victim.signal('SIGSTOP')
    await call.cut()
    const resumed = await EventReader.get(b, caller, call.lastId)
    await resumed.ended()
    expect(resumed.messages).toMatchObject([{ id: 7, error: stopped }])
    victim.signal('SIGCONT')
    await victim.tell('finishWork', { name: 'late' })
    // Whatever the process writes of other calls comes after what it tried to write of this one.
    const other = await startWork(victim, caller, 8)
    await other.cut()
    await victim.tell('finishWork', { name: 'other' })
    await (await EventReader.get(c, caller, other.lastId)).ended()
    const again = await EventReader.get(c, caller, call.lastId)
    await again.ended()
    expect(again.messages).toMatchObject([{ id: 7, error: stopped }])
    // What it could not say while it hung it would make up for, to whoever listens then.
    await victim.kill()
  })

  test('the stream of a session goes on elsewhere after its process was killed, and nothing stays stale', async () => {
    const { a, b, c, start } = bench
    const victim = await start('victim')
    const caller = await openCaller(victim)
    const [watched, other] = [toUri(), toUri()]
    await subscribe(victim, caller, watched)
    const stream = await EventReader.get(victim, caller)
    await expect.poll(() => stream.lastId, patient).toBeDefined()
    const opened = stream.lastId
    await a.tell('touch', { uri: watched })
    await stream.until(isUpdate(watched))
    // What a process writes for others comes after what it said here.
    await expect.poll(() => listKept(victim), patient).toContain(watched)
    const kept = await listKept(victim)
    await victim.kill()
    await stream.ended()
    await a.tell('touch', { uri: watched })
    const resumed = await EventReader.get(b, caller, opened)
    await expect.poll(() => resumed.messages.length, patient).toBeGreaterThanOrEqual(kept.length + 4)
    expect(resumed.messages.slice(0, kept.length + 4).map(toTold)).toEqual([
      ...kept,
      'notifications/tools/list_changed',
      'notifications/prompts/list_changed',
      'notifications/resources/list_changed',
      watched,
    ])
    await subscribe(c, caller, other)
    await c.tell('touch', { uri: other })
    await resumed.until(isUpdate(other))
    const ids = resumed.events.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    // What came again is what it was, and nothing new has its id.
    const before = new Map(stream.events.map(({ id, message }) => [id, message]))
    const again = resumed.events.filter(({ id }) => before.has(id))
    expect(again.length).toBeGreaterThanOrEqual(kept.length)
    expect(again.map(({ message }) => message)).toEqual(again.map(({ id }) => before.get(id)))
    await resumed.cut()
  })
}

export async function openCaller(replica: Replica, caller = anna): Promise<Caller> {
  const { id } = await openSession(replica, { caller })
  return { session: id, caller }
}

/** Calls the tool `work` and waits until it runs and its stream is open. */
export async function startWork(replica: Replica, caller: Caller, id = 7): Promise<EventReader> {
  const params = { name: 'work', arguments: {}, _meta: { progressToken: 'p' } }
  const call = await EventReader.post(replica, caller, { id, method: 'tools/call', params })
  await call.until(isProgress(0))
  return call
}

export function progress(replica: Replica, done: number): Promise<unknown> {
  return replica.tell('progress', { name: String(done) })
}

/** Waits until a process has written something of its streams to the store: nobody goes on with one of which nothing is. */
async function seeKept(replica: Replica): Promise<void> {
  await expect.poll(() => listKept(replica), patient).not.toEqual([])
}

/** What a process has written to the store of what it says in streams of sessions. */
async function listKept(replica: Replica): Promise<unknown[]> {
  const texts = (await replica.tell('listKept')) as string[]
  return texts.filter((text) => text !== '').map((text) => toTold(JSON.parse(text)))
}

async function subscribe(replica: Replica, { session, caller }: Caller, uri: string): Promise<void> {
  await new WireSession(session, caller).ask(replica, 'resources/subscribe', { uri })
}

export function isProgress(done: number): (message: Message) => boolean {
  return ({ params }) => params?.['progress'] === done
}

function isUpdate(uri: string): (message: Message) => boolean {
  return ({ params }) => params?.['uri'] === uri
}

/** What a message of a call says: how far it is, or how it ended. */
export function toStep({ params, result }: Message): unknown {
  return params?.['progress'] ?? (result?.['content'] as { text: string }[] | undefined)?.[0]?.text
}

function toTold({ method, params }: Message): unknown {
  return params?.['uri'] ?? method
}

function toUri(): string {
  return `notes://${randomUUID()}`
}
