import { type HttpOptions, type HttpService, type Principal, type Server, serveHttp } from 'plinth'
import { customVerifier } from 'plinth/auth'
import { onTestFinished } from 'vitest'

/** Serves over HTTP for the principals given, each known by its bearer token, until the test is over. */
export async function serveFor(
  server: Server,
  principals: Readonly<Record<string, Principal>>,
  options: Partial<HttpOptions> = {},
): Promise<HttpService> {
  const verifier = customVerifier(({ bearer }) => (bearer === undefined ? undefined : principals[bearer]))
  const service = await serveHttp(server, { port: 0, auth: { verifiers: [verifier] }, ...options })
  onTestFinished(() => service.close(0))
  return service
}

const envelope = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': { elicitation: { form: {} } },
}

/** Posts one stateless request as the caller with this token, and gives the whole response. */
export function postAs(
  url: string,
  token: string | undefined,
  message: { method: string; params?: Record<string, unknown>; id?: number | string },
): Promise<Response> {
  const { method, params = {}, id = 1 } = message
  const name = params['name'] ?? params['uri']
  return fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(name === undefined ? {} : { 'mcp-name': String(name) }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id,
      method,
      params: { ...params, _meta: { ...envelope, ...(params['_meta'] as object | undefined) } },
    }),
  })
}

/** The result of a request, or its error. */
export async function askAs(
  url: string,
  token: string | undefined,
  message: { method: string; params?: Record<string, unknown> },
): Promise<{ result?: Record<string, unknown>; error?: { code: number; data?: Record<string, unknown> } }> {
  return (await postAs(url, token, message)).json() as never
}
