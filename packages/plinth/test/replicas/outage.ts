import { randomUUID } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type Gate, openGate } from './gate.ts'
import type { ReplicaStoreOptions } from './open-stores.ts'
import { type Replica, startReplica } from './start-replica.ts'
import type { SharedService } from './suite.ts'
import { listenAlone, openSession } from './wire.ts'

const withinMs = { timeout: 60_000 }
const slow = { timeout: 20_000 }

/** What processes promise that cannot reach what they share, or each other, and when they can again. */
export function testOutages({ name, storeUrl, space, clear }: SharedService): void {
  const gates: Gate[] = []
  const replicas: Replica[] = []
  /** Its way to the service can be closed. */
  let b: Replica
  let a: Replica
  let way: Gate

  beforeAll(async () => {
    way = await openWay()
    ;[a, b] = await Promise.all([start('a', storeUrl), start('b', way.url)])
  }, 60_000)

  afterEach(() => way?.open())

  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.close()))
    for (const gate of gates) await gate.end()
    await clear()
  })

  /** A way to the service of its own, so that a test can close it for one process alone. */
  async function openWay(): Promise<Gate> {
    const gate = await openGate(storeUrl)
    gates.push(gate)
    return gate
  }

  async function start(
    called: string,
    url: string,
    storeOptions: ReplicaStoreOptions = {},
  ): Promise<Replica> {
    const replica = await startReplica({ name: called, storeUrl: url, space, storeOptions })
    replicas.push(replica)
    return replica
  }

  describe(`replicas without their ${name}`, withinMs, () => {
    test('a process that starts without it serves, and hears of the others once it is there', async () => {
      const ownWay = await openWay()
      ownWay.close()
      // Whoever was here before it has made the tables.
      const late = await start('late', ownWay.url, { isPrepared: true })
      const uri = toUri()
      const session = await openSession(late)
      expect(await session.callTool(late, 'where')).toBe('late')
      const stream = await listenAlone(late, { toolsListChanged: true, resourceSubscriptions: [uri] })
      await a.tell('touch', { uri })
      ownWay.open()
      const told = await stream.until(({ method }) => method === 'notifications/resources/updated')
      expect(told.map(({ method }) => method)).toEqual([
        'notifications/tools/list_changed',
        'notifications/resources/updated',
      ])
      await a.tell('touch', { uri })
      expect((await stream.next())?.params).toMatchObject({ uri })
      stream.close()
    })

    test('sessions are served with what is known, choose nothing, and go on where they were', async () => {
      const [known, unknown] = [await openSession(a), await openSession(a)]
      await known.ask(a, 'logging/setLevel', { level: 'error' })
      await known.callTool(b, 'where')
      way.close()
      expect(await known.callTool(b, 'where')).toBe('b')
      expect(await unknown.callTool(b, 'where')).toBe('b')
      await expect(known.ask(b, 'resources/subscribe', { uri: toUri() })).rejects.toThrow(
        'cannot be kept now',
      )
      await expect(unknown.ask(b, 'logging/setLevel', { level: 'error' })).rejects.toThrow(
        'cannot be kept now',
      )
      await unknown.end(a)
      expect((await unknown.send(b, { id: 1, method: 'ping' })).status).toBe(200)
      way.open()
      await expect.poll(async () => (await unknown.send(b, { id: 1, method: 'ping' })).status, slow).toBe(404)
      await expect
        .poll(() => tryTo(() => known.ask(b, 'resources/subscribe', { uri: toUri() })), slow)
        .toBe(true)
    })

    test('a session that ends meanwhile has ended here at once, and elsewhere as soon as that is possible', async () => {
      const session = await openSession(a)
      await session.callTool(b, 'where')
      way.close()
      expect(await session.end(b)).toBe(503)
      expect((await session.send(b, { id: 1, method: 'ping' })).status).toBe(404)
      expect(await session.callTool(a, 'where')).toBe('a')
      way.open()
      await expect.poll(async () => (await session.send(a, { id: 1, method: 'ping' })).status, slow).toBe(404)
    })

    test('an answer that was posted while the asking process was cut off is found', async () => {
      const session = await openSession(a, { capabilities: { elicitation: {} } })
      const params = { name: 'confirm', arguments: {}, _meta: { progressToken: 1 } }
      const call = await session.begin(b, { id: 7, method: 'tools/call', params })
      const [asked] = await call.until(({ method }) => method === 'elicitation/create')
      way.close()
      const answer = { id: asked?.id, result: { action: 'accept', content: { yes: true } } }
      expect((await session.send(a, answer)).status).toBe(202)
      way.open()
      const [done] = await call.until(({ id }) => id === 7)
      expect(JSON.stringify(done?.result)).toContain('b: yes')
    })

    test('what a process could not tell the others, it makes up for', async () => {
      const uri = toUri()
      const stream = await listenAlone(a, { resourceSubscriptions: [uri] })
      way.close()
      await b.tell('touch', { uri })
      way.open()
      expect((await stream.next())?.params).toMatchObject({ uri })
      stream.close()
    })
  })
}

function toUri(): string {
  return `notes://${randomUUID()}`
}

async function tryTo(ask: () => Promise<unknown>): Promise<boolean> {
  try {
    await ask()
    return true
  } catch {
    return false
  }
}
