import type { JsonRpcMessage } from '../jsonrpc/message.ts'

interface PendingAsk {
  readonly owner: string
  resolve(result: unknown): void
  reject(reason: Error): void
}

/** The client answered a server-to-client request with an error. */
export class AskRejected extends Error {
  override readonly name = 'AskRejected'
}

/**
 * Requests this server sent to clients on the handshake revisions and that wait for an answer. Ids cannot be
 * guessed, and only the principal that was asked can answer.
 */
export class Asks {
  private readonly pending = new Map<string, PendingAsk>()

  get size(): number {
    return this.pending.size
  }

  /** Waits for the answer to request `id`, which only `owner` may give. */
  wait(id: string, owner: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.pending.set(id, { owner, resolve, reject })
    })
  }

  /** Tells whether request `id` still waits. */
  has(id: string): boolean {
    return this.pending.has(id)
  }

  /** Gives up on an answer. */
  drop(id: string): void {
    this.pending.delete(id)
  }

  /** Hands a response to whoever waits for it. Late and unknown answers are ignored. */
  settle(message: JsonRpcMessage, owner: string): void {
    const id = String(message.id)
    const ask = this.pending.get(id)
    if (ask === undefined || ask.owner !== owner) return
    this.pending.delete(id)
    if (message.error === undefined) ask.resolve(message.result)
    else ask.reject(new AskRejected(message.error.message))
  }
}
