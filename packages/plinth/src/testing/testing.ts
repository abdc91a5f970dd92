import { connectMemory, type MemoryLink } from '../entry/memory.ts'
import { isObject, type JsonObject, type JsonRpcMessage } from '../jsonrpc/message.ts'
import type { ClientCapabilities } from '../mcp/capabilities.ts'
import type { ContentBlock, PromptMessage, ResourceContents } from '../mcp/content.ts'
import type { Principal } from '../mcp/principal.ts'
import { envelopeKeys } from '../mcp/revisions/2026-07-28/envelope.ts'
import { findRevision, statelessRevision, supportedDates } from '../mcp/revisions/supported.ts'
import type { Server } from '../server.ts'

export type { RpcError, TestClient }

/** A question of the server to the user or the model: what `call.ask` sends. */
export interface ServerQuestion {
  readonly method: string
  readonly params: JsonObject
  /** The key that the handler gave its question; undefined on handshake revisions. */
  readonly key: string | undefined
}

/** How a `TestClient` behaves. */
export interface TestClientOptions {
  /** The protocol revision, as a date. Default: the newest. */
  readonly revision?: string
  /** What the client declares. Default: everything that can be asked where `answers` is given, else nothing. */
  readonly capabilities?: ClientCapabilities
  /** Who calls. Default: whoever runs the server, who is asked for no scope or role. */
  readonly principal?: Principal
  /** Answers what the server asks, with the result of its request. */
  readonly answers?: (question: ServerQuestion) => unknown
}

/** A notification of the server. */
export interface ServerNotification {
  readonly method: string
  readonly params: JsonObject
}

/** What `tools/call` answers. */
export interface ToolCallResult {
  readonly content: readonly ContentBlock[]
  readonly structuredContent?: unknown
  readonly isError?: boolean
  readonly _meta?: JsonObject
}

/** How one call is made. */
export interface CallOptions {
  /** Takes the request back. */
  readonly signal?: AbortSignal
}

/** A JSON-RPC error that the server answered. */
class RpcError extends Error {
  override readonly name = 'RpcError'
  readonly code: number
  readonly data: unknown

  constructor(error: { code: number; message: string; data?: unknown }) {
    super(error.message)
    this.code = error.code
    this.data = error.data
  }
}

/** Most rounds of questions one call may take. */
const maxRounds = 20

const everything: ClientCapabilities = {
  elicitation: { form: {}, url: {} },
  sampling: { tools: {} },
  roots: {},
}

const clientInfo = { name: 'test-client', version: '1.0.0' }

/**
 * Connects a client to a server within this process. It opens a session, or sends the metadata of stateless requests,
 * as its revision asks, and answers the server's questions with `answers`.
 *
 * @throws TypeError when the server does not speak the revision.
 */
export function createTestClient(server: Server, options: TestClientOptions = {}): TestClient {
  return new TestClient(server, options)
}

interface Pending {
  resolve(result: JsonObject): void
  reject(reason: Error): void
}

/** A client for tests. Made by `createTestClient`. */
class TestClient {
  /** What the server told unasked, in order: changes, progress, log messages. */
  readonly notifications: ServerNotification[] = []
  private readonly link: MemoryLink
  private readonly revision: string
  private readonly capabilities: ClientCapabilities
  private readonly answers: TestClientOptions['answers']
  private readonly isStateless: boolean
  private readonly pending = new Map<number, Pending>()
  private readonly server: Server
  private opened: Promise<void> | undefined
  private isClosed = false
  private lastId = 0

  constructor(server: Server, options: TestClientOptions) {
    const { revision = statelessRevision.date, answers } = options
    const found = findRevision(revision)
    if (found === undefined) {
      throw new TypeError(
        `"revision" must be one of ${supportedDates.join(', ')}, got ${JSON.stringify(revision)}.`,
      )
    }
    this.isStateless = !found.handshake
    this.revision = revision
    this.answers = answers
    this.capabilities = options.capabilities ?? (answers === undefined ? {} : everything)
    this.server = server
    this.link = connectMemory(server, options.principal)
    this.link.onMessage((text) => this.receive(JSON.parse(text) as JsonRpcMessage))
    this.link.onClose(() => this.fail())
  }

  /**
   * Sends a request and waits for its result; questions on the way are answered.
   *
   * @throws RpcError when the server answers an error.
   */
  async call(method: string, params: JsonObject = {}, options: CallOptions = {}): Promise<JsonObject> {
    this.opened ??= this.open()
    await this.opened
    let extra: JsonObject = {}
    for (let round = 0; round < maxRounds; round++) {
      const result = await this.request(method, { ...params, ...extra }, options)
      if (result['resultType'] !== 'input_required') return result
      const requestState = result['requestState']
      const inputResponses = await this.answerAll(result['inputRequests'])
      extra = { ...(requestState === undefined ? {} : { requestState }), inputResponses }
    }
    throw new Error(`"${method}" asked more than ${maxRounds} times.`)
  }

  /** Calls a tool. A failure of the tool is a result with `isError`. */
  async callTool(name: string, args: JsonObject = {}, options: CallOptions = {}): Promise<ToolCallResult> {
    const result: unknown = await this.call('tools/call', { name, arguments: args }, options)
    return result as ToolCallResult
  }

  /** Reads a resource. */
  async readResource(uri: string): Promise<readonly ResourceContents[]> {
    const { contents } = await this.call('resources/read', { uri })
    return contents as readonly ResourceContents[]
  }

  /** Gets a prompt. */
  async getPrompt(
    name: string,
    args: Readonly<Record<string, string>> = {},
  ): Promise<readonly PromptMessage[]> {
    const { messages } = await this.call('prompts/get', { name, arguments: args })
    return messages as readonly PromptMessage[]
  }

  /** Sends a notification. */
  notify(method: string, params?: JsonObject): void {
    this.send({ method, ...(params === undefined ? {} : { params }) })
  }

  /** Ends the link; calls that wait are rejected. */
  close(): void {
    this.link.close()
  }

  private async open(): Promise<void> {
    await this.server.prepare()
    if (this.isStateless) return
    const { revision, capabilities } = this
    await this.request('initialize', { protocolVersion: revision, capabilities, clientInfo })
    this.notify('notifications/initialized')
  }

  private request(method: string, params: JsonObject, { signal }: CallOptions = {}): Promise<JsonObject> {
    const id = ++this.lastId
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      if (this.isClosed) throw createClosedError()
      this.pending.set(id, { resolve, reject })
      this.send({ id, method, params: this.isStateless ? this.addEnvelope(params) : params })
      signal?.addEventListener('abort', () => this.takeBack(id, signal.reason), { once: true })
    })
  }

  private takeBack(id: number, reason: unknown): void {
    const pending = this.pending.get(id)
    if (pending === undefined) return
    this.pending.delete(id)
    this.notify('notifications/cancelled', { requestId: id, reason: String(reason) })
    pending.reject(reason as Error)
  }

  private addEnvelope(params: JsonObject): JsonObject {
    const own = {
      [envelopeKeys.version]: this.revision,
      [envelopeKeys.clientInfo]: clientInfo,
      [envelopeKeys.clientCapabilities]: this.capabilities,
    }
    return { ...params, _meta: { ...own, ...(params['_meta'] as JsonObject | undefined) } }
  }

  private receive(message: JsonRpcMessage): void {
    const { id, method } = message
    if (method === undefined) this.settle(message)
    else if (id === undefined) this.notifications.push({ method, params: message.params ?? {} })
    else void this.answer(message)
  }

  private settle({ id, result, error }: JsonRpcMessage): void {
    const pending = this.pending.get(Number(id))
    this.pending.delete(Number(id))
    if (error === undefined) pending?.resolve(result as JsonObject)
    else pending?.reject(new RpcError(error))
  }

  /** Answers a request of the server on a handshake revision. */
  private async answer({ id, method = '', params = {} }: JsonRpcMessage): Promise<void> {
    try {
      const result = method === 'ping' ? {} : await this.ask({ method, params, key: undefined })
      this.send({ id, result })
    } catch (error) {
      this.send({ id, error: { code: -32_603, message: String(error) } })
    }
  }

  private async answerAll(requests: unknown): Promise<JsonObject> {
    const responses: Record<string, unknown> = {}
    for (const [key, request] of Object.entries(isObject(requests) ? requests : {})) {
      const { method, params } = request as ServerQuestion
      responses[key] = await this.ask({ method, params, key })
    }
    return responses
  }

  private ask(question: ServerQuestion): unknown {
    if (this.answers === undefined) throw new Error(`Nothing answers "${question.method}". Give "answers".`)
    return this.answers(question)
  }

  private fail(): void {
    this.isClosed = true
    for (const { reject } of this.pending.values()) reject(createClosedError())
    this.pending.clear()
  }

  private send(message: JsonObject): void {
    this.link.send(JSON.stringify({ jsonrpc: '2.0', ...message }))
  }
}

function createClosedError(): Error {
  return new Error('The link is closed.')
}
