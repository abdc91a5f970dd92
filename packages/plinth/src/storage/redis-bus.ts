import { assertMessage, type Bus, type BusListener } from './bus.ts'
import { BusListeners } from './bus-listeners.ts'
import type { RedisScripts, RedisSubscriber } from './redis-script.ts'

/** How often a connection that hears channels is asked whether anybody is there, in milliseconds. */
const heartbeatMs = 15_000

/** A bus over the channels of Redis or Valkey. Subscriptions have a connection of their own, made with the first. */
export class RedisBus implements Bus {
  private readonly scripts: RedisScripts
  private readonly listeners = new BusListeners()
  private subscriber: RedisSubscriber | undefined
  private ready: Promise<void> = Promise.resolve()
  private heartbeat: ReturnType<typeof setInterval> | undefined

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
      close: () => void this.subscriber?.unsubscribe(name).catch(() => {}),
    })
  }

  async close(): Promise<void> {
    this.listeners.clear()
    clearInterval(this.heartbeat)
    this.subscriber?.disconnect()
    this.subscriber = undefined
  }

  private async open(name: string): Promise<void> {
    this.subscriber ??= this.connect()
    const { subscriber } = this
    await this.ready
    await subscriber.subscribe(name)
  }

  private connect(): RedisSubscriber {
    const subscriber = this.scripts.client.duplicate()
    const { promise, resolve } = Promise.withResolvers<void>()
    let isFirst = true
    this.ready = promise
    subscriber.on('message', (name, text) => this.listeners.deliver(name, text))
    subscriber.on('ready', () => {
      resolve()
      // Subscribing again takes its turn after this event, so the news comes a moment later.
      if (!isFirst) setTimeout(() => this.resume(subscriber), 0)
      isFirst = false
    })
    // Requests report what fails. Without a listener the client would end the process.
    subscriber.on('error', () => {})
    // A copy of a client with `lazyConnect` is as lazy, and says that it waits.
    if (subscriber.status === 'wait') subscriber.connect?.().catch(() => {})
    this.heartbeat = setInterval(() => void this.check(subscriber), heartbeatMs)
    this.heartbeat.unref()
    return subscriber
  }

  /** A connection whose other end is gone says nothing by itself. */
  private async check(subscriber: RedisSubscriber): Promise<void> {
    if (subscriber.status !== 'ready' || subscriber.ping === undefined) return
    try {
      await this.scripts.calls.run(() => subscriber.ping?.() ?? Promise.resolve())
    } catch {
      if (this.subscriber === subscriber) subscriber.disconnect(true)
    }
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
