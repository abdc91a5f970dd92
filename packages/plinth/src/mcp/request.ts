import type { JsonObject, JsonRpcMessage, RequestId } from '../jsonrpc/message.ts'
import type { ClientCapabilities } from './capabilities.ts'
import type { Implementation, LogLevel } from './content.ts'
import type { Exchange } from './exchange.ts'
import type { Principal } from './principal.ts'
import type { Revision } from './revision.ts'
import type { Session } from './session.ts'

/** What a request is read by: its revision, and what that revision says of the client. */
export type Envelope = Pick<
  McpRequest,
  'revision' | 'capabilities' | 'clientInfo' | 'session' | 'logLevel' | 'exchange'
>

/**
 * A request whose revision is known and whose envelope was checked. Read only. A class, because plain objects of one
 * place in the code that live through the collections of a busy start V8 makes in its old space from then on: there they
 * stay long after their call, and with them all that they refer to.
 */
export class McpRequest {
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

  constructor(message: JsonRpcMessage & { id: RequestId; method: string }, envelope: Envelope) {
    this.id = message.id
    this.method = message.method
    this.params = message.params ?? noParams
    this.revision = envelope.revision
    this.principal = envelope.exchange.principal
    this.capabilities = envelope.capabilities
    this.clientInfo = envelope.clientInfo
    this.session = envelope.session
    this.logLevel = envelope.logLevel
    this.exchange = envelope.exchange
  }
}

const noParams: JsonObject = Object.freeze({})
const noMeta: JsonObject = Object.freeze({})

/** The `_meta` of a request, exactly as it came. */
export function toMeta(request: Pick<McpRequest, 'params'>): JsonObject {
  const meta = request.params['_meta']
  return typeof meta === 'object' && meta !== null && !Array.isArray(meta) ? (meta as JsonObject) : noMeta
}
