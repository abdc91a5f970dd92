import type { BusListener } from './bus.ts'

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

  add(channel: string, listener: BusListener): void {
    const known = this.channels.get(channel)
    if (known === undefined) this.channels.set(channel, new Set([listener]))
    else known.add(listener)
  }

  /** Takes a listener away. True when it was the last one of its channel. */
  remove(channel: string, listener: BusListener): boolean {
    const known = this.channels.get(channel)
    if (known === undefined || !known.delete(listener) || known.size > 0) return false
    return this.channels.delete(channel)
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
}

/** A mistake of one listener is said aloud, and ends neither the others nor the connection. */
function isolate(run: () => void): void {
  try {
    run()
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error))
  }
}
