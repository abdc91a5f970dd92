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

/** Finds the process that waits for an answer, where that is another one. */
export interface AskRelay {
  /** An id that cannot be guessed and says, to this server only, which process waits for an answer of `owner`. */
  createId(key: string, owner: string): string
  /**
   * Hands an answer on. False when that failed; undefined for an id that is not ours, has expired, or was not sent to
   * `owner`.
   */
  forward(message: JsonRpcMessage, owner: string): Promise<boolean> | undefined
}

/**
 * Requests this server sent to clients on the handshake revisions and that wait for an answer. Ids cannot be
 * guessed, and only the principal that was asked can answer.
 */
export class Asks {
  private readonly pending = new Map<string, PendingAsk>()
  private readonly relay: AskRelay | undefined

  constructor(relay?: AskRelay) {
    this.relay = relay
  }

  get size(): number {
    return this.pending.size
  }

  /** An id whose answer finds its way from any process of this server; undefined where there is only this one. */
  createPortableId(key: string, owner: string): string | undefined {
    return this.relay?.createId(key, owner)
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

  /** The requests that wait now. */
  listIds(): readonly string[] {
    return [...this.pending.keys()]
  }

  /** Gives up on an answer. */
  drop(id: string): void {
    this.pending.delete(id)
  }

  /** Hands a response to whoever waits for it in this process. False when nobody does. */
  settle(message: JsonRpcMessage, owner: string): boolean {
    const id = String(message.id)
    const ask = this.pending.get(id)
    if (ask === undefined || ask.owner !== owner) return false
    this.pending.delete(id)
    if (message.error === undefined) ask.resolve(message.result)
    else ask.reject(new AskRejected(message.error.message))
    return true
  }

  /**
   * Hands a response to whoever waits for it, in whichever process. Late and unknown answers are ignored. False when
   * the process that may wait could not be told.
   */
  receive(message: JsonRpcMessage, owner: string): boolean | Promise<boolean> {
    return this.settle(message, owner) || (this.relay?.forward(message, owner) ?? true)
  }
}
