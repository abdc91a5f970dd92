import { assertMessage, type Bus, type BusListener } from './bus.ts'
import { BusListeners } from './bus-listeners.ts'
import { bind } from './memory-bus.ts'
import type { RedisScripts, RedisSubscriber } from './redis-script.ts'

/** A bus over the channels of Redis or Valkey. Subscriptions have a connection of their own, made with the first. */
export class RedisBus implements Bus {
  private readonly scripts: RedisScripts
  private readonly listeners = new BusListeners()
  private subscriber: RedisSubscriber | undefined
  private ready: Promise<void> = Promise.resolve()

  constructor(scripts: RedisScripts) {
    this.scripts = scripts
  }

  async publish(channel: string, text: string): Promise<void> {
    assertMessage(text)
    await this.scripts.request(() => this.scripts.client.publish(this.toName(channel), text))
  }

  async subscribe(channel: string, listener: BusListener): Promise<() => void> {
    const own = bind(listener)
    const name = this.toName(channel)
    this.listeners.add(name, own)
    const end = () => this.remove(name, own)
    try {
      await this.scripts.calls.run(() => this.open(name))
    } catch (error) {
      end()
      throw error
    }
    return end
  }

  async close(): Promise<void> {
    this.listeners.clear()
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
    return subscriber
  }

  /** Asks for every channel again, whatever the client did by itself, and says that messages may be lost. */
  private resume(subscriber: RedisSubscriber): void {
    const again = this.listeners.names().map((name) => subscriber.subscribe(name))
    const tell = () => this.listeners.tellMissed()
    Promise.all(again).then(tell, tell)
  }

  private remove(name: string, own: BusListener): void {
    if (!this.listeners.remove(name, own)) return
    this.subscriber?.unsubscribe(name).catch(() => {})
  }

  private toName(channel: string): string {
    return `${this.scripts.prefix}:bus:${channel}`
  }
}
