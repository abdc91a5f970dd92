import { type Server, serveHttp } from 'plinth'
import type { Inbox, Message } from './inbox.ts'
import type { Link } from './link.ts'

const envelope = 'io.modelcontextprotocol/protocolVersion'

interface Posted {
  readonly id?: unknown
  readonly method?: string
  readonly params?: { readonly [key: string]: unknown }
}

/** A client over Streamable HTTP: every message is a POST, and with a session there is a GET stream besides. */
export async function connectHttp(server: Server, inbox: Inbox): Promise<Link> {
  const service = await serveHttp(server, { port: 0 })
  const client = new HttpClient(service.url, inbox)
  return {
    send: (text) => client.send(text),
    ready: (revision) => client.listen(revision),
    async close() {
      client.close()
      await service.close(0)
    },
  }
}

class HttpClient {
  private readonly url: string
  private readonly inbox: Inbox
  private readonly open = new Map<unknown, AbortController>()
  private sessionId: string | undefined
  private revision: string | undefined

  constructor(url: string, inbox: Inbox) {
    this.url = url
    this.inbox = inbox
  }

  async send(text: string): Promise<void> {
    const posted = parsePosted(text)
    const isStateless = posted.method !== undefined && toVersion(posted) !== undefined
    // On stateless revisions a closed stream is how a client cancels.
    if (posted.method === 'notifications/cancelled' && this.sessionId === undefined && this.cancel(posted)) return
    const controller = new AbortController()
    this.open.set(posted.id ?? controller, controller)
    const headers = isStateless ? toStatelessHeaders(posted) : this.toSessionHeaders()
    const response = await fetch(this.url, { method: 'POST', headers, body: text, signal: controller.signal })
    this.keepSession(response, isStateless)
    if (posted.id === undefined || posted.method === undefined) await assertAccepted(response, text)
    else await this.receive(response, isStateless)
  }

  /** Opens the stream of messages that belong to no request. */
  async listen(revision: string): Promise<void> {
    this.revision = revision
    const controller = new AbortController()
    this.open.set(controller, controller)
    const headers = { ...this.toSessionHeaders(), accept: 'text/event-stream' }
    const response = await fetch(this.url, { headers, signal: controller.signal })
    if (response.status !== 200) throw new Error(`GET answered ${response.status}.`)
    void this.readEvents(response, false)
  }

  close(): void {
    for (const controller of this.open.values()) controller.abort()
  }

  private cancel({ params }: Posted): boolean {
    const controller = this.open.get(params?.['requestId'])
    controller?.abort()
    return controller !== undefined
  }

  private toSessionHeaders(): Record<string, string> {
    return {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...(this.sessionId === undefined ? {} : { 'mcp-session-id': this.sessionId }),
      // Clients before 2025-06-18 send no version.
      ...(this.revision === undefined || this.revision < '2025-06-18' ? {} : { 'mcp-protocol-version': this.revision }),
    }
  }

  private keepSession(response: Response, isStateless: boolean): void {
    const sessionId = response.headers.get('mcp-session-id')
    if (sessionId !== null && isStateless) throw new Error('A stateless request was answered with a session id.')
    this.sessionId = sessionId ?? this.sessionId
  }

  private async receive(response: Response, isStateless: boolean): Promise<void> {
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
      void this.readEvents(response, isStateless)
      return
    }
    const text = await response.text()
    if (text !== '') this.inbox.openStream()(JSON.parse(text) as Message)
  }

  private async readEvents(response: Response, isStateless: boolean): Promise<void> {
    const add = this.inbox.openStream()
    let rest = ''
    try {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const events = `${rest}${chunk}`.split('\n\n')
        rest = events.pop() ?? ''
        for (const event of events) addEvent(event, add, isStateless)
      }
    } catch (error) {
      if (!(error instanceof DOMException)) throw error // The client itself closed the stream.
    }
  }
}

function parsePosted(text: string): Posted {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : { id: 0, method: '' }
  } catch {
    return { id: 0, method: '' }
  }
}

function toVersion({ params }: Posted): string | undefined {
  const meta = params?.['_meta'] as Record<string, unknown> | undefined
  return meta?.[envelope] as string | undefined
}

function toStatelessHeaders(posted: Posted): Record<string, string> {
  const { method = '', params } = posted
  const name = method === 'resources/read' ? params?.['uri'] : params?.['name']
  const isNamed = ['tools/call', 'prompts/get', 'resources/read'].includes(method) && typeof name === 'string'
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': toVersion(posted) ?? '',
    'mcp-method': method,
    ...(isNamed ? { 'mcp-name': name } : {}),
  }
}

async function assertAccepted(response: Response, text: string): Promise<void> {
  const body = await response.text()
  if (response.status !== 202 || body !== '') {
    throw new Error(`A message without an answer must get 202 and no body: ${text} got ${response.status} ${body}`)
  }
}

function addEvent(event: string, add: (message: Message) => void, isStateless: boolean): void {
  const fields = event.split('\n')
  if (isStateless && fields.some((field) => field.startsWith('id:'))) {
    throw new Error('An event of a stateless stream has an id.')
  }
  const data = fields.filter((field) => field.startsWith('data:')).map((field) => field.slice(5).trim())
  const text = data.join('\n')
  if (text !== '') add(JSON.parse(text) as Message)
}
