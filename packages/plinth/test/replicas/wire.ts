import type { Replica } from './start-replica.ts'

type Result = Readonly<Record<string, unknown>>

/** A message as it came. */
export interface Message {
  readonly id?: string | number
  readonly method?: string
  readonly params?: Readonly<Record<string, unknown>>
  readonly result?: Result
  readonly error?: { readonly code: number; readonly message: string }
}

/** Who calls, as the replicas take it. */
export const anna = 'anna.acme'
export const bob = 'bob.other'

export interface Posted {
  readonly status: number
  readonly sessionId: string | undefined
  /** Everything that came, the answer last. */
  readonly messages: readonly Message[]
}

const clientInfo = { name: 'test-client', version: '1.0.0' }
let lastId = 0

/** Posts one message to one replica and waits for all of its answer. */
export async function post(
  replica: Pick<Replica, 'url'>,
  message: object,
  options: { session?: string; caller?: string } = {},
): Promise<Posted> {
  const response = await fetch(replica.url, {
    method: 'POST',
    headers: toHeaders(options),
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  })
  const stream = new Events(response)
  const messages: Message[] = []
  for (let one = await stream.next(); one !== undefined; one = await stream.next()) messages.push(one)
  return { status: response.status, sessionId: response.headers.get('mcp-session-id') ?? undefined, messages }
}

function toHeaders({
  session,
  caller = anna,
}: {
  session?: string
  caller?: string
}): Record<string, string> {
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    authorization: `Bearer ${caller}`,
    ...(session === undefined ? {} : { 'mcp-session-id': session, 'mcp-protocol-version': '2025-11-25' }),
  }
}

/** A session of 2025-11-25 that any replica may be asked in. */
export class WireSession {
  readonly id: string
  readonly caller: string

  constructor(id: string, caller: string) {
    this.id = id
    this.caller = caller
  }

  /** Asks for something and gives the result; an error is thrown. */
  async ask(replica: Pick<Replica, 'url'>, method: string, params: object = {}): Promise<Result> {
    const { messages, status } = await this.send(replica, { id: ++lastId, method, params })
    const { result, error } = messages.at(-1) ?? {}
    if (result === undefined) throw new Error(`${status} ${error?.message}`)
    return result
  }

  /** Calls a tool and gives the text of its result. */
  async callTool(replica: Pick<Replica, 'url'>, name: string): Promise<string> {
    const result = await this.ask(replica, 'tools/call', { name, arguments: {} })
    return String((result['content'] as { text: string }[])[0]?.text)
  }

  /** Posts any message. */
  send(replica: Pick<Replica, 'url'>, message: object): Promise<Posted> {
    return post(replica, message, { session: this.id, caller: this.caller })
  }

  /** Begins a request whose answer comes as a stream. */
  async begin(replica: Pick<Replica, 'url'>, message: object): Promise<Events> {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message })
    return openEvents(replica.url, {
      method: 'POST',
      body,
      headers: toHeaders({ session: this.id, caller: this.caller }),
    })
  }

  /** Opens the stream of the session. */
  async listen(replica: Pick<Replica, 'url'>): Promise<Events> {
    const headers = { ...toHeaders({ session: this.id, caller: this.caller }), accept: 'text/event-stream' }
    return openEvents(replica.url, { headers })
  }

  /** Ends the session and gives the status. */
  async end(replica: Pick<Replica, 'url'>): Promise<number> {
    const headers = toHeaders({ session: this.id, caller: this.caller })
    const { status } = await fetch(replica.url, { method: 'DELETE', headers })
    return status
  }
}

/** Opens a session of 2025-11-25 on one replica. */
export async function openSession(
  replica: Pick<Replica, 'url'>,
  options: { caller?: string; capabilities?: object } = {},
): Promise<WireSession> {
  const { caller = anna, capabilities = {} } = options
  const params = { protocolVersion: '2025-11-25', capabilities, clientInfo }
  const { sessionId = '' } = await post(replica, { id: ++lastId, method: 'initialize', params }, { caller })
  return new WireSession(sessionId, caller)
}

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': clientInfo,
  'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
}

/** A request of 2026-07-28. */
interface Alone {
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
  readonly caller?: string
}

/** Posts a request of 2026-07-28. */
export function askAlone(
  replica: Pick<Replica, 'url'>,
  { method, params, caller = anna }: Alone,
): Promise<Events> {
  const name = params['name'] ?? params['uri'] ?? params['taskId']
  const headers = {
    ...toHeaders({ caller }),
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
  }
  const body = JSON.stringify({ jsonrpc: '2.0', id: ++lastId, method, params: { ...params, _meta: meta } })
  return openEvents(replica.url, { method: 'POST', headers, body })
}

/** Opens a `subscriptions/listen` stream and waits until it is acknowledged. */
export async function listenAlone(
  replica: Pick<Replica, 'url'>,
  notifications: object,
  caller = anna,
): Promise<Events> {
  const events = await askAlone(replica, {
    method: 'subscriptions/listen',
    params: { notifications },
    caller,
  })
  await events.next()
  return events
}

async function openEvents(url: string, init: RequestInit): Promise<Events> {
  const abort = new AbortController()
  return new Events(await fetch(url, { ...init, signal: abort.signal }), abort)
}

/** Messages of a response, one after the other: a stream of events, or one JSON text. */
export class Events {
  readonly status: number
  private readonly messages: Message[] = []
  private readonly waiting: ((message: Message | undefined) => void)[] = []
  private readonly abort: AbortController | undefined
  private isDone = false

  constructor(response: Response, abort?: AbortController) {
    this.status = response.status
    this.abort = abort
    void this.read(response)
  }

  /** The next message; undefined once the response has ended. */
  next(): Promise<Message | undefined> {
    const message = this.messages.shift()
    if (message !== undefined || this.isDone) return Promise.resolve(message)
    return new Promise((resolve) => this.waiting.push(resolve))
  }

  /** Takes messages up to the first that answers the description, and gives them all. */
  async until(isLast: (message: Message) => boolean): Promise<Message[]> {
    const taken: Message[] = []
    for (;;) {
      const message = await this.next()
      if (message === undefined) throw new Error(`The stream ended after ${JSON.stringify(taken)}.`)
      taken.push(message)
      if (isLast(message)) return taken
    }
  }

  close(): void {
    this.abort?.abort()
  }

  private async read(response: Response): Promise<void> {
    let text = ''
    try {
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString()
        if (!(response.headers.get('content-type') ?? '').startsWith('text/event-stream')) continue
        const blocks = text.split('\n\n')
        text = blocks.pop() ?? ''
        for (const block of blocks) this.take(/^data: (.+)$/m.exec(block)?.[1])
      }
      this.take(text)
    } catch {
      // The stream was broken off, by this end or the other.
    }
    this.isDone = true
    for (const resolve of this.waiting.splice(0)) resolve(undefined)
  }

  private take(text: string | undefined): void {
    if (text === undefined || text.trim() === '') return
    const message = JSON.parse(text) as Message
    const waiting = this.waiting.shift()
    if (waiting === undefined) this.messages.push(message)
    else waiting(message)
  }
}
