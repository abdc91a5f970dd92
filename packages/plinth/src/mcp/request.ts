import type { JsonObject, RequestId } from '../jsonrpc/message.ts'
import type { ClientCapabilities } from './capabilities.ts'
import type { Implementation, LogLevel } from './content.ts'
import type { Exchange } from './exchange.ts'
import type { Principal } from './principal.ts'
import type { Revision } from './revision.ts'
import type { Session } from './session.ts'

/** A request whose revision is known and whose envelope was checked. Read only. */
export interface McpRequest {
  readonly id: RequestId
  readonly method: string
  readonly params: JsonObject
  readonly revision: Revision
  readonly principal: Principal
  readonly capabilities: ClientCapabilities
  readonly clientInfo: Implementation | undefined
  /** The session of a handshake revision, where there is one. */
  readonly session: Session | undefined
  /** The log level this one request asked for (2026-07-28); sessions keep theirs elsewhere. */
  readonly logLevel: LogLevel | undefined
  readonly exchange: Exchange
}

const noMeta: JsonObject = Object.freeze({})

/** The `_meta` of a request, exactly as it came. */
export function toMeta(request: Pick<McpRequest, 'params'>): JsonObject {
  const meta = request.params['_meta']
  return typeof meta === 'object' && meta !== null && !Array.isArray(meta) ? (meta as JsonObject) : noMeta
}
