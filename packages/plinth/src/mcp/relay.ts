import { isObject, isRequestId, type JsonRpcMessage, type RequestId } from '../jsonrpc/message.ts'
import type { DocumentStore } from '../storage/document.ts'
import type { PeerBus } from '../storage/peer-bus.ts'
import type { Sealer } from '../storage/sealed-token.ts'
import { describeError, type LogSink } from '../telemetry/log.ts'
import type { AskRelay, Asks } from './asks.ts'
import { BoundedMap } from './bounded-map.ts'
import type { InFlight } from './in-flight.ts'

export interface RelayOptions {
  readonly peers: PeerBus
  readonly documents: DocumentStore
  /** Seals which process waits for an answer. */
  readonly sealer: Sealer
  /** How long a client may take to answer, in milliseconds. */
  readonly askTimeoutMs: number
  readonly digest: (text: string) => string
  readonly now: () => number
  readonly log: LogSink
}

const answerTopic = 'answer'
const cancelTopic = 'cancel'

/** Most messages of one caller that are handed on in a second. */
const maxPerSecond = 100
const maxCallers = 10_000
/** Longest request id that is handed on, in characters. */
const maxIdChars = 1_000
/** How soon an answer that could not be fetched is tried again, in milliseconds. */
const retryMs = 1_000

/**
 * Hands what a client posted here on to the process of this server that it concerns: answers to requests of the
 * server, and cancellations. Answers wait in a document until they are fetched, so that a message that is lost on the
 * way loses no answer. Bounded for each caller.
 */
export class Relay implements AskRelay {
  private readonly options: RelayOptions
  private readonly callers = new BoundedMap<{ second: number; count: number }>(maxCallers)

  constructor(options: RelayOptions) {
    this.options = options
  }

  /** Hears what other processes hand on. */
  connect(asks: Asks, inFlight: InFlight): void {
    const { peers } = this.options
    peers.on(answerTopic, {
      hear: (id) => void (typeof id === 'string' && this.fetch(id, asks)),
      missed: () => void this.fetchAll(asks),
    })
    peers.on(cancelTopic, { hear: (value) => cancel(value, inFlight) })
  }

  createId(key: string, owner: string): string {
    const { sealer, peers, now, askTimeoutMs, digest } = this.options
    const expiresAt = now() + askTimeoutMs
    return `${key}${tokenMark}${sealer.seal({ instance: peers.instance, owner: digest(owner) }, { expiresAt })}`
  }

  forward(message: JsonRpcMessage, owner: string): Promise<boolean> | undefined {
    const { sealer, peers, now, digest } = this.options
    const id = String(message.id)
    const token = sealer.open(id.slice(id.lastIndexOf(tokenMark) + 1), now())
    if (token === undefined || token['owner'] !== digest(owner)) return undefined
    const { instance, exp } = token
    if (typeof instance !== 'string' || typeof exp !== 'number' || instance === peers.instance)
      return undefined
    if (!this.takes(owner)) return Promise.resolve(false)
    return this.leave(message, { id, instance, owner, ttlMs: exp - now() })
  }

  /** Has the process that runs a request of a session cancel it, wherever that is. */
  forwardCancel(scope: string, id: RequestId, owner: string): void {
    if (String(id).length > maxIdChars || !this.takes(owner)) return
    void this.options.peers.publish(cancelTopic, { scope, id })
  }

  private takes(owner: string): boolean {
    const second = Math.floor(this.options.now() / 1_000)
    const known = this.callers.get(owner)
    const count = known?.second === second ? known.count + 1 : 1
    this.callers.set(owner, { second, count })
    return count <= maxPerSecond
  }

  private async leave(
    { result, error }: JsonRpcMessage,
    to: { id: string; instance: string; owner: string; ttlMs: number },
  ): Promise<boolean> {
    const { documents, peers } = this.options
    const { id, instance, owner, ttlMs } = to
    try {
      await documents.set(this.toKey(id), JSON.stringify({ owner, result, error }), { ttlMs })
    } catch (reason) {
      this.note(reason)
      return false
    }
    // Where this fails, the other process looks for answers when it hears that it missed something.
    await peers.publishTo(instance, answerTopic, id)
    return true
  }

  private async fetch(id: string, asks: Asks): Promise<void> {
    if (!asks.has(id)) return
    const { documents } = this.options
    try {
      const stored = await documents.get(this.toKey(id))
      if (stored === undefined) return
      const { owner, result, error } = JSON.parse(stored.value) as Left
      asks.settle({ jsonrpc: '2.0', id, result, ...(error === undefined ? {} : { error }) }, owner)
      await documents.delete(this.toKey(id))
    } catch (reason) {
      this.note(reason)
      setTimeout(() => void this.fetch(id, asks), retryMs).unref?.()
    }
  }

  private async fetchAll(asks: Asks): Promise<void> {
    for (const id of asks.listIds()) if (id.includes(tokenMark)) await this.fetch(id, asks)
  }

  private toKey(id: string): string {
    return `answer|${this.options.digest(id)}`
  }

  private note(reason: unknown): void {
    const message = 'An answer of a client could not be handed on between processes.'
    this.options.log({ level: 'warn', message, error: describeError(reason) })
  }
}

/** An answer that waits to be fetched. */
interface Left extends Pick<JsonRpcMessage, 'result' | 'error'> {
  readonly owner: string
}

/** Stands before the token of an id, and in no token. */
export const tokenMark = '.'

function cancel(value: unknown, inFlight: InFlight): void {
  if (!isObject(value)) return
  const { scope, id } = value
  if (typeof scope === 'string' && isRequestId(id)) inFlight.cancel(scope, id, 'The client cancelled.')
}
