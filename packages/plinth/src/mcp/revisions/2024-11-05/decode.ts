import { ProtocolError } from '../../../errors.ts'
import type { JsonRpcMessage, RequestId } from '../../../jsonrpc/message.ts'
import type { ServerContext } from '../../context.ts'
import type { Exchange } from '../../exchange.ts'
import { McpRequest } from '../../request.ts'
import type { Revision } from '../../revision.ts'
import type { Session } from '../../session.ts'
import { findRevision } from '../supported.ts'

const noCapabilities = Object.freeze({})

/**
 * Reads a request of a handshake revision: the session, if there is one, says the rest.
 *
 * @throws ProtocolError `session_unknown`, `session_required`, `method_unknown`.
 */
export function decodeHandshake(
  message: JsonRpcMessage & { id: RequestId; method: string },
  exchange: Exchange,
  scope: { context: ServerContext; revision: Revision },
): McpRequest {
  const session = message.method === 'initialize' ? undefined : findSession(exchange, scope.context)
  if (!scope.revision.methods.has(message.method)) throw new ProtocolError('method_unknown')
  const revision = session === undefined ? undefined : findRevision(session.revision)
  return new McpRequest(message, {
    revision: revision ?? scope.revision,
    capabilities: session?.capabilities ?? noCapabilities,
    clientInfo: session?.clientInfo,
    session,
    logLevel: undefined,
    exchange,
  })
}

/**
 * The session a message belongs to, if any.
 *
 * @throws ProtocolError `session_unknown` for an id that is not (or no longer) good for this principal,
 * `session_required` where the server insists on sessions and there is none.
 */
export function findSession(exchange: Exchange, context: ServerContext): Session | undefined {
  if (exchange.headers === undefined) return exchange.connection?.session
  const id = exchange.headers.get('mcp-session-id')
  if (id === undefined) {
    if (exchange.connection !== undefined) return exchange.connection.session
    if (context.requireSession) throw new ProtocolError('session_required')
    return undefined
  }
  const session = context.sessions.open(id, exchange.principal)
  if (session === undefined) throw new ProtocolError('session_unknown')
  return session
}
