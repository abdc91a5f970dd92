import { ProtocolError } from '../errors.ts'
import { isObject, type JsonObject } from '../jsonrpc/message.ts'
import type { ClientCapabilities } from './capabilities.ts'
import { isLogLevel } from './content.ts'
import type { ServerContext } from './context.ts'
import { followConnection } from './follow-connection.ts'
import type { McpRequest } from './request.ts'
import { createPlainResult, emptyResult, type McpResult } from './result.ts'
import type { Revision } from './revision.ts'
import { findRevision, newestHandshakeRevision } from './revisions/supported.ts'
import type { SessionFacts } from './session.ts'
import { toImplementation } from './sessions.ts'

/** The answer to `initialize`, and the id of the session it opened, where the transport has no link to keep it. */
export interface Initialized {
  readonly result: McpResult
  readonly sessionId: string | undefined
}

/**
 * Opens a session (2025-11-25, basic/lifecycle). The revision asked for is granted if we speak it; else the newest
 * handshake revision is offered.
 */
export function initialize(
  request: McpRequest,
  about: { capabilities: JsonObject; serverInfo: JsonObject; instructions: string | undefined },
  context: ServerContext,
): Initialized {
  const { protocolVersion, capabilities, clientInfo } = request.params
  if (typeof protocolVersion !== 'string') {
    throw new ProtocolError('params_invalid', { message: '"protocolVersion" must be a string.' })
  }
  const wanted = findRevision(protocolVersion)
  const revision = wanted?.handshake === true ? wanted : newestHandshakeRevision
  const facts = {
    revision: revision.date,
    clientInfo: toImplementation(clientInfo),
    capabilities: (isObject(capabilities) ? capabilities : {}) as ClientCapabilities,
  }
  const sessionId = openSession(request, facts, context)
  const { instructions } = about
  const result = createPlainResult({
    protocolVersion: revision.date,
    capabilities: about.capabilities,
    serverInfo: toKnownInfo(about.serverInfo, revision),
    ...(instructions === undefined ? {} : { instructions }),
  })
  return { result, sessionId }
}

/** What a server says of itself, without what came to the protocol after this revision. */
function toKnownInfo(serverInfo: JsonObject, { listed }: Revision): JsonObject {
  if (listed.has('icons')) return serverInfo
  const { description, websiteUrl, icons, ...known } = serverInfo
  if (listed.has('title')) return known
  const { title, ...oldest } = known
  return oldest
}

function openSession(request: McpRequest, facts: SessionFacts, context: ServerContext): string | undefined {
  const { connection } = request.exchange
  if (connection === undefined) return context.sessions.create(facts, request.principal).id
  if (connection.session === undefined) followConnection(connection, request.principal, context)
  connection.session = { key: connection.key, ...facts, expiresAt: undefined }
  return undefined
}

/** Answers `logging/setLevel`: from now on this session gets log messages of that level and above. */
export function setLogLevel(request: McpRequest, context: ServerContext): McpResult | Promise<McpResult> {
  const { level } = request.params
  if (!isLogLevel(level))
    throw new ProtocolError('params_invalid', { message: '"level" is not a log level.' })
  if (request.session === undefined) return emptyResult
  const changed = context.sessionStates.change(request.session, { kind: 'level', level })
  return changed instanceof Promise ? changed.then(() => emptyResult) : emptyResult
}
