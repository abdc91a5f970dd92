import { ProtocolError } from '../errors.ts'
import { isObject, type JsonRpcMessage } from '../jsonrpc/message.ts'
import type { Exchange } from './exchange.ts'
import type { Revision } from './revision.ts'
import { envelopeKeys } from './revisions/2026-07-28/envelope.ts'
import { assumedRevision, findRevision, statelessRevision, supportedDates } from './revisions/supported.ts'

/**
 * The revision one message is written in. A request that carries its version in `_meta` stands alone, whatever that
 * version is; everything else belongs to a handshake revision (2026-07-28, basic/versioning, "Backward
 * Compatibility").
 *
 * @throws ProtocolError `revision_unsupported` when the header alone names the version, and we do not speak it.
 */
export function selectRevision(message: JsonRpcMessage, exchange: Exchange): Revision {
  const meta = message.params?.['_meta']
  if (isObject(meta) && meta[envelopeKeys.version] !== undefined) return statelessRevision
  const header = exchange.headers?.get('mcp-protocol-version')
  if (header !== undefined) return findNamedRevision(header)
  const opened = toSessionRevision(exchange)
  if (opened !== undefined) return opened
  const isProbe =
    message.method === 'server/discover' && exchange.headers?.get('mcp-session-id') === undefined
  return isProbe ? statelessRevision : assumedRevision
}

function findNamedRevision(header: string): Revision {
  const revision = findRevision(header)
  if (revision !== undefined) return revision
  throw new ProtocolError('revision_unsupported', { data: { supported: supportedDates, requested: header } })
}

function toSessionRevision(exchange: Exchange): Revision | undefined {
  const session = exchange.connection?.session
  return session === undefined ? undefined : findRevision(session.revision)
}
