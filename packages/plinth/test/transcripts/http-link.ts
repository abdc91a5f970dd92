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
    // On stateless revisions a closed stream is how a client cancels.
    if (posted.method === 'notifications/cancelled' && this.sessionId === undefined && this.cancel(posted))
      return
    if (posted.id === undefined || posted.method === undefined)
      return assertAccepted(await this.post(posted, text), text)
    // A request may take as long as it wants to, and the client goes on meanwhile.
    this.receive(posted, text).catch((error: unknown) => {
      if (!isAbort(error)) this.inbox.fail(error)
    })
  }

  /** Opens the stream of messages that belong to no request. */
  async listen(revision: string): Promise<void> {
    this.revision = revision
    const controller = new AbortController()
    this.open.set(controller, controller)
    const headers = { ...this.toSessionHeaders(), accept: 'text/event-stream' }
    const response = await fetch(this.url, { headers, signal: controller.signal })
    if (response.status !== 200) throw new Error(`GET answered ${response.status}.`)
    this.readEvents(response, false).catch((error: unknown) => {
      if (!isAbort(error)) this.inbox.fail(error)
    })
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
      ...(this.revision === undefined || this.revision < '2025-06-18'
        ? {}
        : { 'mcp-protocol-version': this.revision }),
    }
  }

  private async post(posted: Posted, text: string): Promise<Response> {
    const controller = new AbortController()
    this.open.set(posted.id ?? controller, controller)
    const headers = isStateless(posted) ? toStatelessHeaders(posted) : this.toSessionHeaders()
    const response = await fetch(this.url, { method: 'POST', headers, body: text, signal: controller.signal })
    const sessionId = response.headers.get('mcp-session-id')
    if (sessionId !== null && isStateless(posted)) throw new Error('A stateless request got a session id.')
    this.sessionId = sessionId ?? this.sessionId
    return response
  }

  private async receive(posted: Posted, text: string): Promise<void> {
    const response = await this.post(posted, text)
    if (response.headers.get('content-type')?.startsWith('text/event-stream')) {
      return this.readEvents(response, isStateless(posted))
    }
    const body = await response.text()
    if (body !== '') this.inbox.openStream()(JSON.parse(body) as Message)
  }

  private async readEvents(response: Response, hasNoIds: boolean): Promise<void> {
    const add = this.inbox.openStream()
    let rest = ''
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const events = `${rest}${chunk}`.split('\n\n')
      rest = events.pop() ?? ''
      for (const event of events) addEvent(event, add, hasNoIds)
    }
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

function isStateless(posted: Posted): boolean {
  return posted.method !== undefined && toVersion(posted) !== undefined
}

function parsePosted(text: string): Posted {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? value
      : { id: 0, method: '' }
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
    throw new Error(
      `A message without an answer must get 202 and no body: ${text} got ${response.status} ${body}`,
    )
  }
}

function addEvent(event: string, add: (message: Message) => void, hasNoIds: boolean): void {
  const fields = event.split('\n')
  if (hasNoIds && fields.some((field) => field.startsWith('id:'))) {
    throw new Error('An event of a stateless stream has an id.')
  }
  const data = fields.filter((field) => field.startsWith('data:')).map((field) => field.slice(5).trim())
  const text = data.join('\n')
  if (text !== '') add(JSON.parse(text) as Message)
}
