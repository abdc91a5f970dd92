import { createServer, type Server, type ServerOptions } from 'plinth'
import { createTestClient, type TestClient, type TestClientOptions } from 'plinth/testing'
import { onTestFinished } from 'vitest'

export const tasks = 'io.modelcontextprotocol/tasks'

/** A task as `tasks/get` answers it. */
export interface Task {
  readonly resultType: string
  readonly taskId: string
  readonly status: string
  readonly statusMessage?: string
  readonly ttlMs: number
  readonly pollIntervalMs: number
  readonly result?: {
    readonly content: readonly { readonly text: string }[]
    readonly isError?: boolean
    readonly structuredContent?: Record<string, unknown>
  }
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
  readonly inputRequests?: Record<string, { readonly method: string; readonly params: { message: string } }>
}

/** A server that says nothing and looks for jobs often. */
export function createTaskServer(options: Partial<ServerOptions> = {}): Server {
  const { jobs, ...rest } = options
  const server = createServer({
    name: 'test',
    version: '1.0.0',
    log: () => undefined,
    jobs: { pollMs: 5, ...jobs },
    ...rest,
  })
  onTestFinished(() => server.close())
  return server
}

/** A client that knows tasks and can be asked. */
export function connectTasks(server: Server, options: TestClientOptions = {}): TestClient {
  const capabilities = { elicitation: {}, extensions: { [tasks]: {} } }
  const client = createTestClient(server, { capabilities, ...options })
  onTestFinished(() => client.close())
  return client
}

/** Calls a tool whose call becomes a task. */
export async function startTask(
  client: TestClient,
  name: string,
  params: Record<string, unknown> = {},
): Promise<Task> {
  return (await client.call('tools/call', { name, arguments: {}, ...params })) as unknown as Task
}

/** What `tasks/get` answers. */
export async function getTask(client: TestClient, taskId: string): Promise<Task> {
  return (await client.call('tasks/get', { taskId })) as unknown as Task
}

/** Asks until the task is in this state. */
export async function waitFor(client: TestClient, taskId: string, status: string): Promise<Task> {
  for (;;) {
    const task = await getTask(client, taskId)
    if (task.status === status) return task
    if (!['working', 'input_required'].includes(task.status)) throw new Error(JSON.stringify(task))
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}
