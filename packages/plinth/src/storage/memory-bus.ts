import { assertMessage, type Bus, type BusListener } from './bus.ts'
import { BusListeners } from './bus-listeners.ts'

/** A bus inside this process. */
export class MemoryBus implements Bus {
  private readonly listeners = new BusListeners()

  async publish(channel: string, text: string): Promise<void> {
    assertMessage(text)
    // After the publisher is done, as it is with every other bus: no listener runs inside `publish`.
    queueMicrotask(() => this.listeners.deliver(channel, text))
  }

  async subscribe(channel: string, listener: BusListener): Promise<() => void> {
    const own = bind(listener)
    this.listeners.add(channel, own)
    return () => void this.listeners.remove(channel, own)
  }

  async close(): Promise<void> {
    this.listeners.clear()
  }
}

/** One subscription of its own, so that a listener given twice hears twice and can be taken away once. */
export function bind(listener: BusListener): BusListener {
  return { message: (text) => listener.message(text), missed: () => listener.missed?.() }
}
