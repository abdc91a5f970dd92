import { assertMessage, type Bus, type BusListener } from './bus.ts'
import { BusListeners } from './bus-listeners.ts'

/** A bus inside this process. */
export class MemoryBus implements Bus {
  private readonly listeners = new BusListeners()
  private isClosed = false

  async publish(channel: string, text: string): Promise<void> {
    assertMessage(text)
    // After the publisher is done, as it is with every other bus: no listener runs inside `publish`.
    queueMicrotask(() => this.listeners.deliver(channel, text))
  }

  async subscribe(channel: string, listener: BusListener): Promise<() => void> {
    if (this.isClosed) throw new Error('Nothing can be heard: the bus was closed.')
    return this.listeners.subscribe(channel, listener)
  }

  async close(): Promise<void> {
    this.isClosed = true
    this.listeners.clear()
  }
}
