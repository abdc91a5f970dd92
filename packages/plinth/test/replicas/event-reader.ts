import type { Replica } from './start-replica.ts'
import type { Message } from './wire.ts'

/** One event of a stream, as it came. */
export interface StreamEvent {
  readonly id: string | undefined
  /** Undefined for an event without data, which opens a stream. */
  readonly message: Message | undefined
}

/** Who asks in which session. */
export interface Caller {
  readonly session: string
  readonly caller: string
}

/** A stream of events with their ids, which can be cut in the middle. */
export class EventReader {
  readonly status: number
  readonly events: StreamEvent[] = []
  private readonly abort: AbortController
  private readonly changed: (() => void)[] = []
  private isEnded = false

  private constructor(response: Response, abort: AbortController) {
    this.status = response.status
    this.abort = abort
    void this.read(response)
  }

  /** Posts a message whose answer comes as a stream. */
  static post(replica: Pick<Replica, 'url'>, caller: Caller, message: object): Promise<EventReader> {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    return EventReader.open(replica.url, { method: 'POST', body, headers: toHeaders(caller) })
  }

  /** Opens the stream of a session, or goes on after an event. */
  static get(replica: Pick<Replica, 'url'>, caller: Caller, lastEventId?: string): Promise<EventReader> {
    const last = lastEventId === undefined ? {} : { 'last-event-id': lastEventId }
    const headers = { ...toHeaders(caller), accept: 'text/event-stream', ...last }
    return EventReader.open(replica.url, { headers })
  }

  private static async open(url: string, init: RequestInit): Promise<EventReader> {
    const abort = new AbortController()
    return new EventReader(await fetch(url, { ...init, signal: abort.signal }), abort)
  }

  /** What a client that lost the stream names. */
  get lastId(): string | undefined {
    return this.events.findLast(({ id }) => id !== undefined)?.id
  }

  get isOpen(): boolean {
    return !this.isEnded
  }

  get messages(): Message[] {
    return this.events.flatMap(({ message }) => message ?? [])
  }

  /** Waits for a message that answers the description, or that came before. */
  async until(isWanted: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.messages.find(isWanted)
      if (found !== undefined) return found
      if (this.isEnded) throw new Error(`The stream ended after ${JSON.stringify(this.messages)}.`)
      await this.change()
    }
  }

  /** Waits until the other end has ended the stream. */
  async ended(): Promise<void> {
    while (!this.isEnded) await this.change()
  }

  /** Leaves, as a client does whose connection breaks. */
  async cut(): Promise<void> {
    this.abort.abort()
    await this.ended()
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.changed.push(resolve))
  }

  private tell(): void {
    for (const resolve of this.changed.splice(0)) resolve()
  }

  private async read(response: Response): Promise<void> {
    let text = ''
    try {
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString()
        const blocks = text.split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) this.take(block)
        this.tell()
      }
    } catch {
      // The stream was broken off, by this end or the other.
    }
    this.isEnded = true
    this.tell()
  }

  private take(block: string): void {
    const id = /^id: (.*)$/m.exec(block)?.[1]
    const data = /^data: (.*)$/m.exec(block)?.[1]
    if (data === undefined) return
    this.events.push({ id, message: data === '' ? undefined : (JSON.parse(data) as Message) })
  }
}

function toHeaders({ session, caller }: Caller): Record<string, string> {
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    authorization: `Bearer ${caller}`,
    'mcp-session-id': session,
    'mcp-protocol-version': '2025-11-25',
  }
}
