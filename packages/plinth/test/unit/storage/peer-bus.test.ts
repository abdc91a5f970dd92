import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import type { Bus, BusListener } from '../../../src/storage/bus.ts'
import { MemoryBus } from '../../../src/storage/memory-bus.ts'
import { PeerBus } from '../../../src/storage/peer-bus.ts'

let instances = 0

/** One process of a server, with what it heard. */
function createPeer(bus: Bus, { name = 'shop', now = Date.now }: { name?: string; now?: () => number } = {}) {
  const failures: unknown[] = []
  const heard: unknown[] = []
  const instance = `i${++instances}`
  const peers = new PeerBus({ bus, name, instance, now, onFailure: (error) => failures.push(error) })
  peers.on('news', { hear: (value) => heard.push(value), missed: () => heard.push('missed') })
  onTestFinished(() => peers.close())
  return { peers, heard, failures }
}

/** A bus whose service can be down, and whose messages can be held back. */
class Unsteady implements Bus {
  private readonly bus = new MemoryBus()
  isDown = false
  /** Set while messages are held back: lets one through. */
  readonly held: (() => void)[] = []
  isSlow = false
  published = 0

  async publish(channel: string, text: string): Promise<void> {
    if (this.isDown) throw new Error('down')
    this.published++
    if (this.isSlow) await new Promise<void>((resolve) => this.held.push(resolve))
    return this.bus.publish(channel, text)
  }

  async subscribe(channel: string, listener: BusListener): Promise<() => void> {
    if (this.isDown) throw new Error('down')
    return this.bus.subscribe(channel, listener)
  }

  close(): Promise<void> {
    return this.bus.close()
  }
}

async function startAll(...all: { peers: PeerBus }[]): Promise<void> {
  for (const { peers } of all) await peers.start()
}

afterEach(() => void vi.useRealTimers())

test('everybody else hears what one process says, once and in order', async () => {
  const bus = new MemoryBus()
  const [a, b, c] = [createPeer(bus), createPeer(bus), createPeer(bus)]
  await startAll(a, b, c)
  for (const value of [1, { two: 2 }, null]) void a.peers.publish('news', value)
  expect(await a.peers.publish('news', 'last')).toBe(true)
  await expect.poll(() => b.heard).toEqual([1, { two: 2 }, null, 'last'])
  expect(c.heard).toEqual(b.heard)
  expect(a.heard).toEqual([])
  expect(a.peers.counts).toMatchObject({ sent: 4, failed: 0 })
  expect(b.peers.counts).toMatchObject({ received: 4 })
})

test('what is said to one process is heard by it alone', async () => {
  const bus = new MemoryBus()
  const [a, b, c] = [createPeer(bus), createPeer(bus), createPeer(bus)]
  await startAll(a, b, c)
  expect(await a.peers.publishTo(b.peers.instance, 'news', 1)).toBe(true)
  await a.peers.publish('news', 'all')
  await expect.poll(() => c.heard).toEqual(['all'])
  expect(b.heard).toEqual([1, 'all'])
})

test('servers of other names and topics of other names hear nothing', async () => {
  const bus = new MemoryBus()
  const [a, b, other] = [createPeer(bus), createPeer(bus), createPeer(bus, { name: 'other' })]
  await startAll(a, b, other)
  await a.peers.publish('olds', 1)
  await a.peers.publish('news', 2)
  await expect.poll(() => b.heard).toEqual([2])
  expect(other.heard).toEqual([])
})

test('nothing is said or heard before the start and after the end, and it can start again', async () => {
  const bus = new MemoryBus()
  const [a, b] = [createPeer(bus), createPeer(bus)]
  await b.peers.start()
  expect(await a.peers.publish('news', 'early')).toBe(false)
  await a.peers.start()
  expect(a.peers.isListening).toBe(true)
  a.peers.close()
  expect(a.peers.isListening).toBe(false)
  expect(await a.peers.publish('news', 'late')).toBe(false)
  await b.peers.publish('news', 'unheard')
  await a.peers.start()
  await b.peers.publish('news', 'heard')
  await a.peers.publish('news', 'again')
  await expect.poll(() => [a.heard, b.heard]).toEqual([['heard'], ['again']])
})

test('messages that wait for each other go together, and keep their order', async () => {
  const bus = new Unsteady()
  const [a, b] = [createPeer(bus), createPeer(bus)]
  await startAll(a, b)
  bus.isSlow = true
  for (let at = 0; at < 100; at++) void a.peers.publish('news', at)
  await expect.poll(() => bus.held.length).toBe(1)
  bus.isSlow = false
  bus.held[0]?.()
  await expect.poll(() => b.heard.length).toBe(100)
  expect(b.heard).toEqual(Array.from({ length: 100 }, (_, at) => at))
  expect(bus.published).toBe(2)
})

test('more messages than may wait are not sent, and the others hear that they missed some', async () => {
  const bus = new Unsteady()
  const [a, b] = [createPeer(bus), createPeer(bus)]
  await startAll(a, b)
  bus.isSlow = true
  const sent = Array.from({ length: 1_100 }, (_, at) => a.peers.publish('news', at))
  await expect.poll(() => bus.held.length).toBe(1)
  bus.isSlow = false
  bus.held[0]?.()
  const isSent = await Promise.all(sent)
  expect(isSent.filter(Boolean)).toHaveLength(1_001)
  await expect.poll(() => b.heard.at(-1)).toBe('missed')
  expect(a.peers.counts).toMatchObject({ failed: 99 })
})

test('a bus that is down at the start is tried again, and then something may have been missed', async () => {
  vi.useFakeTimers()
  const bus = new Unsteady()
  bus.isDown = true
  const [a, b] = [createPeer(bus), createPeer(bus)]
  await a.peers.start()
  await vi.advanceTimersByTimeAsync(5_000)
  expect(a.peers.isListening).toBe(false)
  bus.isDown = false
  await b.peers.start()
  await vi.advanceTimersByTimeAsync(10_000)
  expect(a.peers.isListening).toBe(true)
  await b.peers.publish('news', 1)
  await vi.advanceTimersByTimeAsync(0)
  expect(a.heard).toEqual(['missed', 1])
  expect(b.heard).toEqual([])
})

test('a bus that is closed while somebody begins to listen, after whom it served, is no failure', async () => {
  const bus = new MemoryBus()
  const { peers, failures } = createPeer(bus)
  const started = peers.start()
  peers.close()
  await bus.close()
  await started
  expect(failures).toEqual([])
  expect(peers.counts.failed).toBe(0)
})

test('what could not be said is made up for as soon as the bus is back', async () => {
  vi.useFakeTimers()
  const bus = new Unsteady()
  const [a, b] = [createPeer(bus), createPeer(bus)]
  await startAll(a, b)
  bus.isDown = true
  expect(await a.peers.publish('news', 1)).toBe(false)
  await vi.advanceTimersByTimeAsync(5_000)
  bus.isDown = false
  await vi.advanceTimersByTimeAsync(10_000)
  expect(b.heard).toEqual(['missed'])
  expect(b.peers.counts.missed).toBe(1)
})

test('failures are counted, and told of at most once in ten seconds', async () => {
  let time = 0
  const bus = new Unsteady()
  const { peers, failures } = createPeer(bus, { now: () => time })
  await peers.start()
  bus.isDown = true
  for (let at = 0; at < 5; at++) await peers.publish('news', at)
  expect(failures).toHaveLength(1)
  time += 10_000
  await peers.publish('news', 'again')
  expect(failures).toHaveLength(2)
  expect(peers.counts).toMatchObject({ sent: 0, failed: 6 })
})

test('what is no message of a server is counted and ends nothing', async () => {
  const bus = new MemoryBus()
  const [a, b] = [createPeer(bus), createPeer(bus)]
  await startAll(a, b)
  for (const text of ['', '{}', 'null', '[1]', '["x",1]']) await bus.publish('all|shop', text)
  await a.peers.publish('news', 1)
  await expect.poll(() => b.heard).toEqual([1])
  expect(b.peers.counts.failed).toBe(5)
})

test('a listener that throws keeps nothing from the others', async () => {
  const bus = new MemoryBus()
  const [a, b] = [createPeer(bus), createPeer(bus)]
  const heard: unknown[] = []
  b.peers.on('news', {
    hear() {
      throw new Error('a mistake')
    },
  })
  const end = b.peers.on('news', { hear: (value) => heard.push(value) })
  await startAll(a, b)
  await a.peers.publish('news', 1)
  await expect.poll(() => heard).toEqual([1])
  expect(b.failures).toMatchObject([{ message: 'a mistake' }])
  end()
  await a.peers.publish('news', 2)
  await expect.poll(() => b.heard).toEqual([1, 2])
  expect(heard).toEqual([1])
})
