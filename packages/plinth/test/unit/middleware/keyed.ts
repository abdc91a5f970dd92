import { createServer, type HttpService, type Server, type ServerOptions, serveHttp } from 'plinth'
import { createTestClient, type TestClient, type ToolCallResult } from 'plinth/testing'
import { onTestFinished } from 'vitest'

/** A server that says nothing. */
export function createQuietServer(options: Partial<ServerOptions> = {}): Server {
  return createServer({ name: 'test', version: '1.0.0', log: () => undefined, ...options })
}

/** A client of the server until the test is over. */
export function connect(server: Server, options: Parameters<typeof createTestClient>[1] = {}): TestClient {
  const client = createTestClient(server, options)
  onTestFinished(() => client.close())
  return client
}

/** Calls a tool with metadata. */
export async function callWith(
  client: TestClient,
  call: { tool: string; args?: Record<string, unknown>; meta?: Record<string, unknown> },
): Promise<ToolCallResult> {
  const { tool: name, args = {}, meta: _meta = {} } = call
  const result: unknown = await client.call('tools/call', { name, arguments: args, _meta })
  return result as ToolCallResult
}

/** Calls the tool `buy` with an idempotency key. */
export function buy(
  client: TestClient,
  key: string | undefined,
  args: Record<string, unknown> = { amount: 5 },
): Promise<ToolCallResult> {
  return callWith(client, {
    tool: 'buy',
    args,
    ...(key === undefined ? {} : { meta: { 'plinth/idempotencyKey': key } }),
  })
}

/** The body of a failure. */
export function toFailure(result: ToolCallResult): Record<string, unknown> {
  return result.isError === true ? (result.structuredContent as Record<string, unknown>) : {}
}

/** Lets everything that is ready run. */
export function settleAll(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
}

/** Serves over HTTP until the test is over. */
export async function serve(server: Server): Promise<HttpService> {
  const service = await serveHttp(server, { port: 0 })
  onTestFinished(() => service.close(0))
  return service
}

/** Posts one `tools/call` of the stateless revision. */
export async function postCall(
  service: HttpService,
  params: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
  }
  const own = params['_meta'] as object | undefined
  const response = await fetch(service.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': String(params['name']),
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { ...params, _meta: { ...meta, ...own } },
    }),
  })
  const { result } = (await response.json()) as { result: Record<string, unknown> }
  return result
}
