import { assertMessage, type Bus, type BusListener } from './bus.ts'
import { BusListeners } from './bus-listeners.ts'
import type { RedisScripts, RedisSubscriber } from './redis-script.ts'

/** How often a connection that hears channels is asked whether anybody is there, in milliseconds. */
const heartbeatMs = 15_000

/** The connection that hears channels. */
interface Hearing {
  readonly subscriber: RedisSubscriber
  /** Rejects where it was given up before it was ready. */
  readonly ready: Promise<void>
  close(reason: string): void
}

/** A bus over the channels of Redis or Valkey. Subscriptions have a connection of their own, made with the first. */
export class RedisBus implements Bus {
  private readonly scripts: RedisScripts
  private readonly listeners = new BusListeners()
  private hearing: Hearing | undefined
  private isClosed = false

  constructor(scripts: RedisScripts) {
    this.scripts = scripts
  }

  async publish(channel: string, text: string): Promise<void> {
    assertMessage(text)
    await this.scripts.request(() => this.scripts.client.publish(this.toName(channel), text))
  }

  async subscribe(channel: string, listener: BusListener): Promise<() => void> {
    const name = this.toName(channel)
    return this.listeners.subscribe(name, listener, {
      open: () => this.scripts.calls.run(() => this.open(name)),
      close: () => void this.hearing?.subscriber.unsubscribe(name).catch(() => {}),
    })
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.listeners.clear()
    this.hearing?.close('the bus was closed')
    this.hearing = undefined
  }

  private async open(name: string): Promise<void> {
    if (this.isClosed) throw new Error('the bus was closed')
    this.hearing ??= this.connect(true)
    const { subscriber, ready } = this.hearing
    await ready
    // Whoever asked may have given up while there was no connection.
    if (this.listeners.has(name)) await subscriber.subscribe(name)
  }

  private connect(isFirst: boolean): Hearing {
    const subscriber = this.scripts.client.duplicate()
    const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
    // Whoever waits for it hears of it; mostly nobody does.
    ready.catch(() => {})
    let isAgain = !isFirst
    subscriber.on('message', (name, text) => this.listeners.deliver(name, text))
    subscriber.on('ready', () => {
      resolve()
      // Subscribing again takes its turn after this event, so the news comes a moment later.
      if (isAgain) setTimeout(() => this.resume(subscriber), 0)
      isAgain = true
    })
    // Requests report what fails. Without a listener the client would end the process.
    subscriber.on('error', () => {})
    // A copy of a client with `lazyConnect` is as lazy, and says that it waits.
    if (subscriber.status === 'wait') subscriber.connect?.().catch(() => {})
    const heartbeat = setInterval(() => void this.check(subscriber), heartbeatMs).unref()
    const close = (reason: string) => {
      clearInterval(heartbeat)
      subscriber.disconnect()
      reject(new Error(reason))
    }
    return { subscriber, ready, close }
  }

  /** A connection whose other end is gone says nothing by itself, and a client that has given up does not come back. */
  private async check(subscriber: RedisSubscriber): Promise<void> {
    if (subscriber.status === 'end') return this.replace(subscriber)
    if (subscriber.status !== 'ready' || subscriber.ping === undefined) return
    try {
      await this.scripts.calls.run(() => subscriber.ping?.() ?? Promise.resolve())
    } catch {
      this.replace(subscriber)
    }
  }

  private replace(lost: RedisSubscriber): void {
    if (this.hearing?.subscriber !== lost || this.scripts.client.status === 'end') return
    this.hearing.close('the connection was given up')
    this.hearing = this.connect(false)
  }

  /** Asks for every channel again, whatever the client did by itself, and says that messages may be lost. */
  private resume(subscriber: RedisSubscriber): void {
    const again = this.listeners.names().map((name) => subscriber.subscribe(name))
    const tell = () => this.listeners.tellMissed()
    Promise.all(again).then(tell, tell)
  }

  private toName(channel: string): string {
    return `${this.scripts.prefix}:bus:${channel}`
  }
}
