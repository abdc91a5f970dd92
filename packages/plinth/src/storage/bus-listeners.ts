import type { BusListener } from './bus.ts'

/** What a channel needs of the service behind the bus. */
export interface ChannelConnection {
  readonly open?: () => Promise<unknown>
  readonly close?: () => void
}

/** Who listens in this process, by channel. A listener that throws does not keep a message from the others. */
export class BusListeners {
  private readonly channels = new Map<string, Set<BusListener>>()

  /** The channels somebody listens to. */
  names(): string[] {
    return [...this.channels.keys()]
  }

  has(channel: string): boolean {
    return this.channels.has(channel)
  }

  /**
   * Subscribes a listener, from before `open` is asked so that nothing is missed until it is there. What is returned ends
   * the subscription, and `close` is told when that was the last one of its channel.
   *
   * @throws What `open` throws: then nothing is subscribed.
   */
  async subscribe(
    channel: string,
    listener: BusListener,
    { open, close }: ChannelConnection = {},
  ): Promise<() => void> {
    // One of its own, so that a listener given twice hears twice and can be taken away once.
    const own = { message: (text: string) => listener.message(text), missed: () => listener.missed?.() }
    this.add(channel, own)
    const end = () => {
      if (this.remove(channel, own)) close?.()
    }
    try {
      if (open !== undefined) await open()
    } catch (error) {
      end()
      throw error
    }
    return end
  }

  deliver(channel: string, text: string): void {
    for (const listener of [...(this.channels.get(channel) ?? [])]) {
      isolate(() => listener.message(text))
    }
  }

  /** Tells everyone that messages may have been lost. */
  tellMissed(): void {
    for (const listeners of [...this.channels.values()]) {
      for (const listener of [...listeners]) isolate(() => listener.missed?.())
    }
  }

  clear(): void {
    this.channels.clear()
  }

  private add(channel: string, listener: BusListener): void {
    const known = this.channels.get(channel)
    if (known === undefined) this.channels.set(channel, new Set([listener]))
    else known.add(listener)
  }

  /** True when it was the last one of its channel. */
  private remove(channel: string, listener: BusListener): boolean {
    const known = this.channels.get(channel)
    if (known === undefined || !known.delete(listener) || known.size > 0) return false
    return this.channels.delete(channel)
  }
}

/** A mistake of one listener is said aloud, and ends neither the others nor the connection. */
function isolate(run: () => void): void {
  try {
    run()
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}
