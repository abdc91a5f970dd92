import { isObject, type JsonObject } from '../jsonrpc/message.ts'
import type { ClientCapabilities } from '../mcp/capabilities.ts'
import type { Implementation } from '../mcp/content.ts'
import type { Exchange } from '../mcp/exchange.ts'
import type { Principal } from '../mcp/principal.ts'
import { McpRequest } from '../mcp/request.ts'
import { findRevision, statelessRevision } from '../mcp/revisions/supported.ts'

/** What is kept of a request, so that a job can go on with it anywhere. */
interface Payload {
  readonly params: JsonObject
  readonly principal: Principal
  readonly capabilities: ClientCapabilities
  readonly clientInfo: Implementation | undefined
  readonly revision: string
}

/** A request as text. `meta` is added to its own. */
export function toPayload(request: McpRequest, meta: JsonObject): string {
  const { inputResponses, requestState, _meta, task, ...params } = request.params
  const { progressToken, ...own } = isObject(_meta) ? _meta : {}
  const { revision, principal, clientInfo } = request
  // A client of the handshake revisions is asked over its link, and a job has none.
  const capabilities = revision.handshake ? {} : request.capabilities
  const kept = { params: { ...params, _meta: { ...own, ...meta } }, principal, capabilities, clientInfo }
  return JSON.stringify({ ...kept, revision: revision.date } satisfies Payload)
}

/** The request a job goes on with. Nobody waits for its answer. */
export function parsePayload(text: string, id: string): McpRequest {
  const { params, principal, capabilities, clientInfo, revision } = JSON.parse(text) as Payload
  const message = { jsonrpc: '2.0', id, method: 'tools/call', params } as const
  return new McpRequest(message, {
    revision: findRevision(revision) ?? statelessRevision,
    capabilities,
    clientInfo,
    session: undefined,
    logLevel: undefined,
    exchange: createExchange(principal),
  })
}

function createExchange(principal: Principal): Exchange {
  const nothing = () => undefined
  return { headers: undefined, connection: undefined, principal, send: nothing, onClose: nothing }
}
