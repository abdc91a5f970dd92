import { isObject, type JsonRpcMessage } from '../jsonrpc/message.ts'
import type { Exchange } from './exchange.ts'
import type { Revision } from './revision.ts'
import { envelopeKeys } from './revisions/2026-07-28/envelope.ts'
import { assumedRevision, findRevision, statelessRevision } from './revisions/supported.ts'

/**
 * The revision one message is written in. A request that carries its version in `_meta` stands alone; so does one
 * whose header names a revision we do not know, which is then refused with the list of those we do. Everything
 * else belongs to a handshake revision (2026-07-28, basic/versioning, "Backward Compatibility").
 */
export function selectRevision(message: JsonRpcMessage, exchange: Exchange): Revision {
  const meta = message.params?.['_meta']
  if (isObject(meta) && meta[envelopeKeys.version] !== undefined) return statelessRevision
  const header = exchange.headers?.get('mcp-protocol-version')
  if (header !== undefined) return findRevision(header) ?? statelessRevision
  if (message.method === 'server/discover') return statelessRevision
  return toSessionRevision(exchange) ?? assumedRevision
}

function toSessionRevision(exchange: Exchange): Revision | undefined {
  const session = exchange.connection?.session
  return session === undefined ? undefined : findRevision(session.revision)
}
