import { createServer, type DocumentStore, type Server, type ServerOptions, serveHttp } from 'plinth'
import { expect, onTestFinished, test } from 'vitest'
import type { Session } from '../../../src/mcp/session.ts'
import { SessionStates } from '../../../src/mcp/session-states.ts'
import type { Bus, BusListener } from '../../../src/storage/bus.ts'
import { MemoryBus } from '../../../src/storage/memory-bus.ts'
import { MemoryDocumentStore } from '../../../src/storage/memory-document.ts'
import { type Events, openSession } from '../../replicas/wire.ts'

const keys = [Buffer.alloc(32, 7).toString('base64')]

/** A bus that can hold messages back and let them go in any order. */
class HeldBus implements Bus {
  private readonly bus = new MemoryBus()
  private held: [channel: string, text: string][] | undefined
  readonly texts: string[] = []

  async publish(channel: string, text: string): Promise<void> {
    this.texts.push(text)
    if (this.held === undefined) await this.bus.publish(channel, text)
    else this.held.push([channel, text])
  }

  subscribe(channel: string, listener: BusListener): Promise<() => void> {
    return this.bus.subscribe(channel, listener)
  }

  close(): Promise<void> {
    return this.bus.close()
  }

  hold(): void {
    this.held = []
  }

  /** Lets go what was held back, the newest first. */
  async releaseReversed(): Promise<void> {
    const held = this.held?.reverse() ?? []
    this.held = undefined
    for (const [channel, text] of held) await this.bus.publish(channel, text)
  }
}

/** Documents in memory that say which were asked for. */
class CountedDocuments implements DocumentStore {
  private readonly documents = new MemoryDocumentStore({ now: Date.now })
  readonly asked: string[] = []
  /** Whether what is written is not confirmed. */
  isSilent = false

  async get(...args: Parameters<DocumentStore['get']>) {
    this.asked.push('get')
    return this.documents.get(...args)
  }

  async set(...args: Parameters<DocumentStore['set']>) {
    this.asked.push('set')
    const version = this.documents.set(...args)
    if (this.isSilent) throw new Error('no answer')
    return version
  }

  async delete(...args: Parameters<DocumentStore['delete']>) {
    this.asked.push('delete')
    return this.documents.delete(...args)
  }
}

/** Servers that are processes of one, as far as they can tell. */
async function openServers(count: number, options: Partial<ServerOptions> = {}) {
  const bus = new HeldBus()
  const documents = new CountedDocuments()
  const servers: { server: Server; url: string }[] = []
  for (let at = 0; at < count; at++) {
    const stores = { bus, documents }
    const server = createServer({
      name: 'test',
      version: '1.0.0',
      keys,
      log: () => undefined,
      stores,
      ...options,
    })
    server.tool({ name: 'look', description: 'Looks.', effect: 'read' }, () => 'seen')
    server.resource({ name: 'note', uri: 'notes://{name}' }, ({ name }) => String(name))
    const service = await serveHttp(server, { port: 0 })
    onTestFinished(() => service.close(0))
    servers.push({ server, url: service.url })
  }
  return {
    bus,
    documents,
    servers: servers as [(typeof servers)[0], (typeof servers)[0], (typeof servers)[0]],
  }
}

const toCancelled = (requestId: unknown) => ({ method: 'notifications/cancelled', params: { requestId } })

async function listUpdated(stream: Events, mark: string): Promise<unknown[]> {
  const told = await stream.until(({ params }) => params?.['uri'] === mark)
  return told.map(({ params }) => params?.['uri'])
}

test('a session is read once, and written only once it chose something', async () => {
  const { documents, servers } = await openServers(2)
  const [a, b] = servers
  const session = await openSession(a)
  for (const server of [a, b, a, b]) await session.callTool(server, 'look')
  await session.ask(b, 'resources/unsubscribe', { uri: 'notes://a' })
  expect(documents.asked).toEqual(['get', 'get', 'get'])
  await session.ask(b, 'logging/setLevel', { level: 'error' })
  for (const server of [a, b, a, b]) await session.callTool(server, 'look')
  expect(documents.asked.slice(3)).toEqual(['get', 'set'])
})

test('changes that are heard in another order than they were made end as the store has them', async () => {
  const { bus, servers } = await openServers(3)
  const [a, b, c] = servers
  const session = await openSession(a)
  const stream = await session.listen(c)
  bus.hold()
  await session.ask(a, 'resources/subscribe', { uri: 'notes://1' })
  await session.ask(b, 'resources/subscribe', { uri: 'notes://2' })
  await session.ask(a, 'resources/unsubscribe', { uri: 'notes://1' })
  await session.ask(b, 'resources/subscribe', { uri: 'notes://mark' })
  await bus.releaseReversed()
  // What it turns out to watch may have changed meanwhile, so it is told of that at once.
  expect(await listUpdated(stream, 'notes://mark')).toEqual(['notes://2', 'notes://mark'])
  for (const name of ['1', '2', 'mark']) a.server.resourceUpdated(`notes://${name}`)
  expect(await listUpdated(stream, 'notes://mark')).toEqual(['notes://2', 'notes://mark'])
  stream.close()
})

test('an update that follows a subscription in another process is never too early', async () => {
  const { servers } = await openServers(3)
  const [a, b, c] = servers
  const session = await openSession(a)
  const stream = await session.listen(c)
  for (let at = 0; at < 50; at++) {
    await session.ask(b, 'resources/subscribe', { uri: `notes://${at}` })
    a.server.resourceUpdated(`notes://${at}`)
  }
  const told = await listUpdated(stream, 'notes://49')
  expect(told).toEqual(Array.from({ length: 50 }, (_, at) => `notes://${at}`))
  stream.close()
})

test('a choice that was written but not confirmed holds everywhere once it is made again', async () => {
  const { documents, servers } = await openServers(3, { now: () => 1_000_000 })
  const [a, b, c] = servers
  const session = await openSession(a)
  const stream = await session.listen(c)
  const uri = 'notes://a'
  documents.isSilent = true
  await expect(session.ask(b, 'resources/subscribe', { uri })).rejects.toThrow('Choose again')
  documents.isSilent = false
  await session.ask(b, 'resources/subscribe', { uri })
  // It turns out to watch it, and is told of that at once.
  expect(await listUpdated(stream, uri)).toEqual([uri])
  a.server.resourceUpdated(uri)
  expect(await listUpdated(stream, uri)).toEqual([uri])
  stream.close()
})

test('a session watches so many resources, of so many characters, and no more', async () => {
  const { servers } = await openServers(1)
  const [a] = servers
  const session = await openSession(a)
  const long = 'x'.repeat(8_000)
  const subscribe = (name: string) => session.ask(a, 'resources/subscribe', { uri: `notes://${name}${long}` })
  for (let at = 0; at < 16; at++) await subscribe(String(at))
  await subscribe('7')
  await expect(subscribe('one more')).rejects.toThrow('too many')
  const states = new SessionStates()
  const watch = (at: number) => states.change(toSession('a'), { kind: 'watch', uri: `notes://${at}` })
  for (let at = 0; at < 1_000; at++) expect(watch(at)).toBe(true)
  expect([watch(7), watch(1_000)]).toEqual([true, false])
})

/** A session of a connection. */
function toSession(key: string): Session {
  return { key, revision: '2025-11-25', clientInfo: undefined, capabilities: {}, expiresAt: undefined }
}

test('what a stream needs is not forgotten for the sake of other sessions', () => {
  const states = new SessionStates()
  const release = states.hold(toSession('held'))
  states.change(toSession('held'), { kind: 'watch', uri: 'notes://a' })
  const fill = () => {
    for (let at = 0; at < 10_000; at++) states.change(toSession(`${at}`), { kind: 'level', level: 'info' })
  }
  fill()
  expect([...states.listWatched('held')]).toEqual(['notes://a'])
  release()
  release()
  expect([...states.listWatched('held')]).toEqual(['notes://a'])
  fill()
  expect([...states.listWatched('held')]).toEqual([])
})

test('a caller has so many messages handed on in a second, and forged ones are not handed on at all', async () => {
  const { bus, documents, servers } = await openServers(2, { now: () => 1_000_000, rate: false })
  const [a] = servers
  const session = await openSession(a)
  await session.callTool(a, 'look')
  const asked = documents.asked.length
  const ids = ['x', 'x.y', `x.${'A'.repeat(120)}`, 'x'.repeat(100_000), 7]
  for (const id of ids) expect((await session.send(a, { id, result: {} })).status).toBe(202)
  await session.send(a, toCancelled('x'.repeat(10_000)))
  expect(documents.asked).toHaveLength(asked)
  expect(bus.texts).toEqual([])
  for (let id = 0; id < 130; id++) expect((await session.send(a, toCancelled(id))).status).toBe(202)
  expect(a.server.scope.context.peers?.counts.sent).toBe(100)
})

test('a bus without documents is refused at the start', () => {
  const stores = { bus: new MemoryBus() }
  expect(() => createServer({ name: 'test', version: '1.0.0', stores })).toThrow(
    '"stores.bus" needs "stores.documents". Give all stores of one service.',
  )
})
