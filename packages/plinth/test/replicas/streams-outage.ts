import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { EventReader } from './event-reader.ts'
import { type Gate, openGate } from './gate.ts'
import { type Replica, startReplica } from './start-replica.ts'
import { isProgress, openCaller, progress, type StreamService, startWork, toStep } from './streams.ts'

/** What replicas share, and how a test has it lose what they keep of streams. */
export interface ForgetfulService extends StreamService {
  loseLogs(): Promise<void>
}

const slow = { timeout: 20_000 }

/** Streams of 2025-11-25 whose processes cannot reach what they share, and when they can again. */
export function testStreamOutages({ name, storeUrl, space, clear, loseLogs }: ForgetfulService): void {
  const started: Replica[] = []
  let a: Replica
  let b: Replica
  /** The ways to the service of one process each, so that a test can close it for that one alone. */
  let wayOfA: Gate
  let wayOfB: Gate

  beforeAll(async () => {
    ;[wayOfA, wayOfB] = [await openGate(storeUrl), await openGate(storeUrl)]
    ;[a, b] = await Promise.all([start('a', wayOfA.url), start('b', wayOfB.url)])
  }, 60_000)

  afterEach(() => {
    wayOfA?.open()
    wayOfB?.open()
  })

  afterAll(async () => {
    await Promise.all(started.map((replica) => replica.close()))
    await Promise.all([wayOfA?.end(), wayOfB?.end()])
    await clear()
  })

  async function start(called: string, url: string, eventLeaseMs = 15_000): Promise<Replica> {
    const replica = await startReplica({ name: called, storeUrl: url, space, storeOptions: { eventLeaseMs } })
    started.push(replica)
    return replica
  }

  describe(`streams without their ${name}`, () => {
    test('a stream goes on where it is, and what fails is counted and said once', async () => {
      const caller = await openCaller(a)
      wayOfA.close()
      const call = await startWork(a, caller)
      for (const done of [1, 2, 3]) await progress(a, done)
      await expect.poll(() => readMetric(a, 'plinth_streams_failed_total'), slow).toBeGreaterThan(1)
      const [priming] = call.events
      await call.cut()
      const back = await EventReader.get(a, caller, priming?.id)
      await a.tell('finishWork', { name: 'done' })
      await back.ended()
      expect(back.messages.map(toStep)).toEqual([0, 1, 2, 3, 'done'])
      const logged = (await a.tell('listLogged')) as { message: string }[]
      expect(logged.filter(({ message }) => message.includes('store of streams'))).toHaveLength(1)
    })

    test('what could not be written is written once that is possible, and nothing is lost', async () => {
      const caller = await openCaller(a)
      const call = await startWork(a, caller)
      const first = await EventReader.get(b, caller, call.events[0]?.id)
      await progress(a, 1)
      await first.until(isProgress(1))
      wayOfA.close()
      await first.cut()
      for (const done of [2, 3]) await progress(a, done)
      await a.tell('finishWork', { name: 'done' })
      const resumed = await EventReader.get(b, caller, call.events[0]?.id)
      wayOfA.open()
      await resumed.ended()
      expect(resumed.messages.map(toStep)).toEqual([0, 1, 2, 3, 'done'])
    })

    test('a process that cannot read what others keep says so, and serves the client once it can', async () => {
      const caller = await openCaller(a)
      const call = await startWork(a, caller)
      await call.cut()
      const resumed = await EventReader.get(b, caller, call.lastId)
      wayOfB.close()
      await progress(a, 1)
      const refused = await EventReader.get(b, caller, call.lastId)
      expect(refused.status).toBe(503)
      wayOfB.open()
      await resumed.until(isProgress(1))
      await a.tell('finishWork', { name: 'done' })
      await resumed.ended()
      expect(resumed.messages.map(toStep)).toEqual([1, 'done'])
    })

    test('a process that stops leaves an answer for those who come back later', async () => {
      // Its lease is longer than this test may take.
      const victim = await start('victim', storeUrl, 60_000)
      const caller = await openCaller(victim)
      const call = await startWork(victim, caller)
      await victim.tell('closeStream')
      await call.ended()
      await victim.close()
      const resumed = await EventReader.get(b, caller, call.lastId)
      await resumed.ended()
      expect(resumed.messages).toMatchObject([{ id: 7, error: { code: 50_302 } }])
    })

    test('a stream whose log was lost goes on in a new one', async () => {
      const caller = await openCaller(a)
      const call = await startWork(a, caller)
      await call.cut()
      const resumed = await EventReader.get(b, caller, call.lastId)
      await progress(a, 1)
      await resumed.until(isProgress(1))
      await loseLogs()
      await progress(a, 2)
      await resumed.until(isProgress(2))
      await a.tell('finishWork', { name: 'done' })
      await resumed.ended()
      expect(resumed.messages.map(toStep)).toEqual([1, 2, 'done'])
    })
  })
}

async function readMetric(replica: Replica, name: string): Promise<number> {
  const text = await (await fetch(`${replica.adminUrl}/metrics`)).text()
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1])
}
