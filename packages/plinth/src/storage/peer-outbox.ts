/** Most characters that go out as one message of the bus. */
const maxBatchChars = 200_000

/** Most messages that wait in one line. */
const maxWaiting = 1_000

interface Waiting {
  readonly text: string
  settle(isSent: boolean): void
}

export interface OutboxOptions {
  /** Sends several texts as one, in their order. */
  send(texts: readonly string[]): Promise<void>
  onFailure(error: unknown): void
}

/**
 * A line of texts to one channel. One message is on its way at a time, and those that wait for it go together: so they
 * keep their order on every bus, and a burst is few messages.
 */
export class PeerOutbox {
  private readonly options: OutboxOptions
  private readonly waiting: Waiting[] = []
  private isSending = false

  constructor(options: OutboxOptions) {
    this.options = options
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0 && !this.isSending
  }

  /** Puts a text in line. False when it could not be sent, because the bus failed or the line is too long. */
  push(text: string): Promise<boolean> {
    if (this.waiting.length >= maxWaiting) {
      this.options.onFailure(new Error(`More than ${maxWaiting} messages wait for the bus.`))
      return Promise.resolve(false)
    }
    return new Promise((settle) => {
      this.waiting.push({ text, settle })
      if (!this.isSending) void this.empty()
    })
  }

  private async empty(): Promise<void> {
    this.isSending = true
    while (this.waiting.length > 0) {
      const batch = this.takeBatch()
      const isSent = await this.trySend(batch)
      for (const { settle } of batch) settle(isSent)
    }
    this.isSending = false
  }

  private takeBatch(): Waiting[] {
    let chars = 0
    const end = this.waiting.findIndex(({ text }, index) => {
      chars += text.length + 1
      return index > 0 && chars > maxBatchChars
    })
    return this.waiting.splice(0, end === -1 ? this.waiting.length : end)
  }

  private async trySend(batch: readonly Waiting[]): Promise<boolean> {
    try {
      await this.options.send(batch.map(({ text }) => text))
      return true
    } catch (error) {
      this.options.onFailure(error)
      return false
    }
  }
}
