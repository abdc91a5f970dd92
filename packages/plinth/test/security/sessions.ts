import type { HttpService } from 'plinth'
import { exchange, open, post, type RawConnection, request, rpc } from './raw-http.ts'

const clientInfo = { name: 'test-client', version: '1.0.0' }

/** The headers and the body of a request that stands alone. */
export function alone(method: string, params: Record<string, unknown> = {}, id: string | number = 1): Alone {
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': '2026-07-28',
    'io.modelcontextprotocol/clientInfo': clientInfo,
    'io.modelcontextprotocol/clientCapabilities': {},
    ...(params['_meta'] as object | undefined),
  }
  const name = params['name'] ?? params['uri']
  const mirrored = typeof name === 'string' ? { 'Mcp-Name': name } : {}
  return {
    body: rpc(method, { ...params, _meta }, id),
    headers: { 'MCP-Protocol-Version': '2026-07-28', 'Mcp-Method': method, ...mirrored },
  }
}

export interface Alone {
  body: string
  headers: Record<string, string | undefined>
}

/** Opens a session and gives back its id. */
export async function openSession(service: HttpService, protocolVersion = '2025-11-25'): Promise<string> {
  const response = await exchange(
    service,
    post(service, rpc('initialize', { protocolVersion, capabilities: {}, clientInfo })),
  )
  return response.headers['mcp-session-id'] ?? ''
}

/** The headers of a message in a session. */
export function inSession(id: string, version = '2025-11-25'): Record<string, string> {
  return { 'Mcp-Session-Id': id, 'MCP-Protocol-Version': version }
}

/** Opens the stream of a session, or goes on with the one an event belongs to. */
export async function openStream(
  service: HttpService,
  id: string,
  lastEventId?: string,
): Promise<RawConnection> {
  const connection = await open(service)
  const headers = { Accept: 'text/event-stream', ...inSession(id), 'Last-Event-ID': lastEventId }
  connection.send(request('GET /mcp', headers))
  await connection.until('\r\n\r\n')
  return connection
}

/** The events in what was received, without what HTTP puts around them. */
export function toEvents(received: string): { id?: string; data?: string }[] {
  const text = received.replace(/\r\n[0-9a-f]+\r\n/gi, '\n').replaceAll('\r\n', '\n')
  return text.split('\n\n').flatMap((block) => {
    const id = /^id: (.*)$/m.exec(block)?.[1]
    const data = /^data: (.*)$/m.exec(block)?.[1]
    return data === undefined ? [] : [id === undefined ? { data } : { id, data }]
  })
}
