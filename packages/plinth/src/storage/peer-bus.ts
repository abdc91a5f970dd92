import type { Bus } from './bus.ts'
import { PeerOutbox } from './peer-outbox.ts'

export interface PeerBusOptions {
  readonly bus: Bus
  /** The server's name: channels are named after it, so that servers that share a service stay apart. */
  readonly name: string
  /** Names this process among those of the server; random. */
  readonly instance: string
  /** Called when the bus failed, at most once every ten seconds. */
  readonly onFailure: (error: unknown) => void
  /** The clock, in milliseconds. */
  readonly now: () => number
}

/** What a bus has done so far. */
export interface PeerBusCounts {
  /** Messages of this process that were sent. */
  sent: number
  /** Messages of other processes. */
  received: number
  /** What failed: to send, to listen, to make sense of a message. */
  failed: number
  /** How often messages of other processes may have been lost. */
  missed: number
}

/** What hears a topic. */
export interface TopicListener {
  /** Called for each message of another process, in the order in which that process sent them. */
  hear(value: unknown, from: string): void
  /** Called when messages may have been lost: what was learnt from them before may be old. */
  missed?(): void
}

/** Most other processes that are written to at once. */
const maxOutboxes = 1_000
const minRetryMs = 250
const maxRetryMs = 10_000
const reportMs = 10_000

/** The topic that says that its sender could not say something. */
const missedTopic = 'missed'

/**
 * What the processes of one server tell each other, by topic. Nobody hears what it said itself. Values must survive JSON.
 * Nothing is sent or heard before `start`. A process that could not say something tells all others, once it can, that they may have missed it.
 */
export class PeerBus {
  readonly instance: string
  readonly counts: PeerBusCounts = { sent: 0, received: 0, failed: 0, missed: 0 }
  private readonly options: PeerBusOptions
  private readonly topics = new Map<string, Set<TopicListener>>()
  private readonly outboxes = new Map<string, PeerOutbox>()
  private readonly everyone: string
  private started: Promise<void> | undefined
  /** One from each `start` to the next `close`. */
  private run: symbol | undefined
  private ends: readonly (() => void)[] = []
  private retry: ReturnType<typeof setTimeout> | undefined
  private apology: ReturnType<typeof setTimeout> | undefined
  private reportAt = -Infinity

  constructor(options: PeerBusOptions) {
    this.options = options
    this.instance = options.instance
    this.everyone = `all|${options.name}`
  }

  /** Whether this process hears the others. While it does not, what it knows of them may be old. */
  get isListening(): boolean {
    return this.ends.length > 0
  }

  /** Hears a topic from now on. Returns what ends that. */
  on(topic: string, listener: TopicListener): () => void {
    const listeners = this.topics.get(topic) ?? new Set()
    this.topics.set(topic, listeners.add(listener))
    return () => void listeners.delete(listener)
  }

  /** Listens from now on. Fulfilled after the first attempt; where that fails, others follow by themselves. */
  start(): Promise<void> {
    if (this.started === undefined) {
      this.run = Symbol(this.instance)
      this.started = this.listen(this.run, minRetryMs)
    }
    return this.started
  }

  /** Listens and sends no more. The bus itself belongs to whoever made it. */
  close(): void {
    this.started = undefined
    this.run = undefined
    clearTimeout(this.retry)
    clearTimeout(this.apology)
    this.apology = undefined
    for (const end of this.ends) end()
    this.ends = []
  }

  /** Tells all other processes. Need not be awaited. False when it could not be sent; it never rejects. */
  publish(topic: string, value: unknown): Promise<boolean> {
    return this.say(this.everyone, topic, value)
  }

  /** Tells one process, which may be gone. Need not be awaited. False when it could not be sent; it never rejects. */
  publishTo(instance: string, topic: string, value: unknown): Promise<boolean> {
    return this.say(this.toChannel(instance), topic, value)
  }

  private toChannel(instance: string): string {
    return `one|${instance}|${this.options.name}`
  }

  private async listen(run: symbol, waitMs: number): Promise<void> {
    const isLate = waitMs > minRetryMs
    try {
      const ends = await this.subscribe()
      if (this.run === run) this.ends = ends
      else for (const end of ends) end()
      if (this.run === run && isLate) this.tellMissed()
    } catch (error) {
      // Whoever closed everything in the meantime knows.
      if (this.run !== run) return
      this.fail(error)
      this.retry = setTimeout(() => void this.listen(run, Math.min(waitMs * 2, maxRetryMs)), waitMs)
      this.retry.unref()
    }
  }

  private async subscribe(): Promise<readonly (() => void)[]> {
    const { bus } = this.options
    const message = (text: string) => this.receive(text)
    const end = await bus.subscribe(this.everyone, { message, missed: () => this.tellMissed() })
    try {
      return [end, await bus.subscribe(this.toChannel(this.instance), { message })]
    } catch (error) {
      end()
      throw error
    }
  }

  private async say(channel: string, topic: string, value: unknown): Promise<boolean> {
    if (this.started === undefined) return false
    const isSent = await this.send(channel, topic, value)
    if (!isSent) this.apologize(minRetryMs)
    return isSent
  }

  private async send(channel: string, topic: string, value: unknown): Promise<boolean> {
    const outbox = this.findOutbox(channel)
    if (outbox === undefined) return false
    const isSent = await outbox.push(JSON.stringify([topic, value ?? null]))
    if (isSent) this.counts.sent++
    if (outbox.isEmpty) this.outboxes.delete(channel)
    return isSent
  }

  private findOutbox(channel: string): PeerOutbox | undefined {
    const known = this.outboxes.get(channel)
    if (known !== undefined) return known
    if (this.outboxes.size >= maxOutboxes) {
      this.fail(new Error(`Messages to more than ${maxOutboxes} processes wait for the bus.`))
      return undefined
    }
    const outbox = new PeerOutbox({
      send: (texts) => this.options.bus.publish(channel, toMessage(this.instance, texts)),
      onFailure: (error) => this.fail(error),
    })
    this.outboxes.set(channel, outbox)
    return outbox
  }

  /** Has the others know that something did not reach them, as soon as anything does. */
  private apologize(waitMs: number): void {
    if (this.apology !== undefined || this.started === undefined) return
    this.apology = setTimeout(async () => {
      const isSent = await this.send(this.everyone, missedTopic, null)
      this.apology = undefined
      if (!isSent) this.apologize(Math.min(waitMs * 2, maxRetryMs))
    }, waitMs)
    this.apology.unref()
  }

  private receive(text: string): void {
    const message = parseMessage(text)
    if (message === undefined) {
      this.fail(new Error('A message of the bus is not one of this server.'))
      return
    }
    if (message.from === this.instance) return
    for (const [topic, value] of message.said) {
      this.counts.received++
      if (topic === missedTopic) this.tellMissed()
      else this.tell(topic, (listener) => listener.hear(value, message.from))
    }
  }

  private tellMissed(): void {
    this.counts.missed++
    for (const topic of this.topics.keys()) this.tell(topic, (listener) => listener.missed?.())
  }

  private tell(topic: string, run: (listener: TopicListener) => void): void {
    for (const listener of [...(this.topics.get(topic) ?? [])]) {
      try {
        run(listener)
      } catch (error) {
        this.fail(error)
      }
    }
  }

  private fail(error: unknown): void {
    this.counts.failed++
    const now = this.options.now()
    if (now < this.reportAt) return
    this.reportAt = now + reportMs
    this.options.onFailure(error)
  }
}

interface PeerMessage {
  readonly from: string
  readonly said: readonly (readonly [topic: string, value: unknown])[]
}

function toMessage(from: string, texts: readonly string[]): string {
  return `[${[JSON.stringify(from), ...texts].join(',')}]`
}

/** A process of another version of this server may say what this one does not understand. */
function parseMessage(text: string): PeerMessage | undefined {
  try {
    const [from, ...said] = JSON.parse(text) as [string, ...[string, unknown][]]
    return typeof from === 'string' && said.every(Array.isArray) ? { from, said } : undefined
  } catch {
    return undefined
  }
}
