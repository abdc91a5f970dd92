import { setTimeout as sleep } from 'node:timers/promises'

/** What a call was answered: its data, or the error it ended in. */
export interface Answer {
  readonly error?: string
  readonly retry?: boolean
  readonly retry_after_ms?: number
  readonly receipt?: string
  readonly square?: number
  /** The job that the call goes on as. */
  readonly taskId?: string
}

/** How a job stands, or why that is not known. */
export interface TaskAnswer {
  readonly status?: string
  readonly receipt?: string
  readonly error?: string
}

/** A call of one tool. */
export interface Ask {
  readonly tool: string
  readonly input?: Readonly<Record<string, unknown>>
  /** Its idempotency key. */
  readonly key?: string
}

/** Longer than any call may take, whatever its store does. One that takes longer hangs, in milliseconds. */
const hungMs = 10_000

const meta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'chaos', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
}

let requests = 0

interface Reply {
  readonly status: number
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: { readonly data?: { readonly error?: string } }
}

/** Posts one request of 2026-07-28. */
async function post(url: string, method: string, params: Readonly<Record<string, unknown>>): Promise<Reply> {
  const response = await fetch(url, {
    method: 'POST',
    signal: AbortSignal.timeout(hungMs),
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      'mcp-name': String(params['name'] ?? params['taskId']),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: ++requests,
      method,
      params: { ...params, _meta: { ...meta, ...(params['_meta'] as object | undefined) } },
    }),
  })
  return { ...((await response.json()) as Omit<Reply, 'status'>), status: response.status }
}

/** Posts one request of 2026-07-28 and gives its result. */
export async function request(
  url: string,
  method: string,
  params: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const { result, error, status } = await post(url, method, params)
  if (result === undefined) throw new Error(`${status} ${JSON.stringify(error)}`)
  return result
}

/** Asks how a job stands. */
export async function askTask(url: string, taskId: string): Promise<TaskAnswer> {
  const { result, error } = await post(url, 'tasks/get', { taskId })
  if (result === undefined) return { error: error?.data?.error ?? JSON.stringify(error) }
  const { structuredContent = {} } = (result['result'] ?? {}) as { structuredContent?: Answer }
  const { message } = (result['error'] ?? {}) as { message?: string }
  return { status: String(result['status']), ...structuredContent, ...(message && { error: message }) }
}

const older = { 'mcp-protocol-version': '2025-11-25' }

function postInSession(url: string, headers: Record<string, string>, message: object): Promise<Response> {
  const accept = 'application/json, text/event-stream'
  return fetch(url, {
    method: 'POST',
    signal: AbortSignal.timeout(hungMs),
    headers: { 'content-type': 'application/json', accept, ...headers },
    body: JSON.stringify({ jsonrpc: '2.0', ...message }),
  })
}

/** Opens a session of 2025-11-25, which every process of the shop serves, and gives its id. */
export async function openSession(url: string): Promise<string> {
  const clientInfo = { name: 'chaos', version: '1.0.0' }
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo }
  const response = await postInSession(url, {}, { id: ++requests, method: 'initialize', params })
  const session = response.headers.get('mcp-session-id') ?? ''
  const told = await postInSession(
    url,
    { ...older, 'mcp-session-id': session },
    { method: 'notifications/initialized' },
  )
  if (!told.ok) throw new Error(`${told.status} ${await told.text()}`)
  return session
}

/** Calls a tool in a session of 2025-11-25. */
export async function askInSession(url: string, session: string, { tool, input = {} }: Ask): Promise<Answer> {
  const headers = { ...older, 'mcp-session-id': session }
  const params = { name: tool, arguments: input }
  const response = await postInSession(url, headers, { id: ++requests, method: 'tools/call', params })
  const { result, error } = (await response.json()) as {
    result?: { structuredContent: Answer }
    error?: object
  }
  if (result === undefined) throw new Error(`${response.status} ${JSON.stringify(error)}`)
  return result.structuredContent
}

/** Calls a tool once. */
export async function ask(url: string, { tool, input = {}, key }: Ask): Promise<Answer> {
  const _meta = key === undefined ? {} : { 'plinth/idempotencyKey': key }
  const { structuredContent, content, taskId } = await request(url, 'tools/call', {
    name: tool,
    arguments: input,
    _meta,
  })
  if (typeof taskId === 'string') return { taskId }
  if (structuredContent !== undefined) return structuredContent as Answer
  const [first] = content as { text: string }[]
  return first?.text.startsWith('{') === true ? (JSON.parse(first.text) as Answer) : {}
}

/** Calls a tool again and again while it is told that the same call can succeed later. */
export async function askUntilDefinite(urls: readonly string[], call: Ask): Promise<Answer> {
  for (let tries = 0; ; tries++) {
    const answer = await ask(urls[tries % urls.length] ?? '', call)
    if (answer.retry !== true) return answer
    await sleep(Math.min(answer.retry_after_ms ?? 50, 50))
  }
}
