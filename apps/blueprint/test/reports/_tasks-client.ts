import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import {
  type ApplicationInputCallbacks,
  createApplicationInputHandler,
  createTaskSessionFromClient,
  type JsonRpcResponse,
  type RawClientDispatch,
  type TaskEnabledSession,
} from '@modelcontextprotocol/ext-tasks/client'
import { onTestFinished } from 'vitest'

const clientInfo = { name: 'reports-test', version: '1.0.0' }
const protocolVersion = '2026-07-28'

/** The official client that speaks 2026-07-28, and the official requester of tasks over it. */
export interface TasksClient {
  readonly client: Client
  readonly session: TaskEnabledSession
}

/** How the user of a client answers the questions of a task. */
export type AnswerUser = ApplicationInputCallbacks['elicitation']

/** Connects both, and closes them after the test. Without `answer` the client cannot be asked. */
export async function connectTasks(
  url: string,
  headers: Record<string, string> = {},
  answer?: AnswerUser,
): Promise<TasksClient> {
  const client = new Client(clientInfo, { versionNegotiation: { mode: { pin: protocolVersion } } })
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }))
  const session = createTaskSessionFromClient(client, {
    // Whatever its address, it is the same server: a task outlives the process that took it on.
    endpointId: 'blueprint',
    rawDispatch: createDispatch(url, headers),
    v2RequestFraming: { protocolVersion, clientInfo, clientCapabilities: answer ? { elicitation: {} } : {} },
    ...(answer ? { onInputRequest: toInputHandler(answer) } : {}),
  })
  onTestFinished(async () => {
    await session.close()
    await client.close()
  })
  return { client, session }
}

function toInputHandler(elicitation: AnswerUser): ReturnType<typeof createApplicationInputHandler<void>> {
  const refuse = (): never => {
    throw new Error('Only the user is asked.')
  }
  return createApplicationInputHandler({ elicitation, sampling: refuse, roots: refuse })
}

/** What a stream says of a task, until it has been in the state that is waited for. */
export async function watchTask(url: string, taskId: string, until: string): Promise<string[]> {
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const params = { notifications: { taskIds: [taskId] }, _meta: meta }
  const response = await post(url, { method: 'subscriptions/listen', params }, { signal: stop.signal })
  const said: string[] = []
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    for (const [, data = ''] of chunk.matchAll(/^data: (.+)$/gm)) {
      const { method, params } = JSON.parse(data) as { method: string; params: { status?: string } }
      said.push(params.status === undefined ? method : `${method} ${params.status}`)
    }
    if (said.at(-1)?.endsWith(until)) return said
  }
  return said
}

const meta = {
  'io.modelcontextprotocol/protocolVersion': protocolVersion,
  'io.modelcontextprotocol/clientInfo': clientInfo,
  'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
}

let requests = 0

function post(
  url: string,
  { method, params }: { method: string; params: { name?: string; taskId?: string; [key: string]: unknown } },
  { signal, headers = {} }: { signal?: AbortSignal | undefined; headers?: Record<string, string> },
): Promise<Response> {
  const name = params.taskId ?? params.name
  return fetch(url, {
    method: 'POST',
    ...(signal ? { signal } : {}),
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': protocolVersion,
      'mcp-method': method,
      ...(name === undefined ? {} : { 'mcp-name': name }),
      ...headers,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: `raw-${++requests}`, method, params }),
  })
}

/** The client's own codec refuses results that are tasks, so its host sends such requests itself. */
function createDispatch(url: string, headers: Record<string, string>): RawClientDispatch {
  return async (request, { signal } = {}) => {
    const response = await post(url, request as Parameters<typeof post>[1], { signal, headers })
    const { result, error } = (await response.json()) as {
      result: Extract<JsonRpcResponse, { kind: 'result' }>['result']
      error?: Extract<JsonRpcResponse, { kind: 'error' }>['error']
    }
    return error === undefined ? { kind: 'result', result } : { kind: 'error', error }
  }
}
