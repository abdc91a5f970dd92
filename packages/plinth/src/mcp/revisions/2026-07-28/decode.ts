import { ProtocolError } from '../../../errors.ts'
import { isObject, type JsonObject, type JsonRpcMessage, type RequestId } from '../../../jsonrpc/message.ts'
import type { ClientCapabilities } from '../../capabilities.ts'
import { isLogLevel, type LogLevel } from '../../content.ts'
import type { ServerContext } from '../../context.ts'
import type { Exchange, HeaderLookup } from '../../exchange.ts'
import { parseHeaderValue } from '../../header-value.ts'
import { findParamHeaderMismatch } from '../../param-headers.ts'
import { McpRequest } from '../../request.ts'
import { toImplementation } from '../../sessions.ts'
import { supportedDates } from '../supported.ts'
import { envelopeKeys } from './envelope.ts'
import { revision20260728 } from './revision.ts'

/** The parameter that `Mcp-Name` mirrors, by method (basic/transports/streamable-http, "Standard Request Headers"). */
const namedBy: ReadonlyMap<string, 'name' | 'uri' | 'taskId'> = new Map([
  ['tools/call', 'name'],
  ['prompts/get', 'name'],
  ['resources/read', 'uri'],
  ['tasks/get', 'taskId'],
  ['tasks/update', 'taskId'],
  ['tasks/cancel', 'taskId'],
] as const)

/**
 * Reads a request that carries its own version, client and capabilities. The order of the checks is the one the
 * official suite relies on: envelope, headers, version, method.
 *
 * @throws ProtocolError `envelope_invalid`, `header_mismatch`, `revision_unsupported`, `method_unknown`.
 */
export function decodeStateless(
  message: JsonRpcMessage & { id: RequestId; method: string },
  exchange: Exchange,
  context: ServerContext,
): McpRequest {
  const params = message.params ?? {}
  const meta = assertEnvelope(params)
  const version = meta[envelopeKeys.version] as string
  if (exchange.headers !== undefined) assertHeaders(message, exchange.headers, version)
  if (version !== revision20260728.date) {
    const data = { supported: supportedDates, requested: version }
    throw new ProtocolError('revision_unsupported', { data })
  }
  if (!revision20260728.methods.has(message.method)) throw new ProtocolError('method_unknown')
  if (exchange.headers !== undefined) assertParamHeaders(message.method, params, { exchange, context })
  return new McpRequest(message, {
    revision: revision20260728,
    capabilities: meta[envelopeKeys.clientCapabilities] as ClientCapabilities,
    clientInfo: toImplementation(meta[envelopeKeys.clientInfo]),
    session: undefined,
    logLevel: toLogLevel(meta),
    exchange,
  })
}

function assertEnvelope(params: JsonObject): JsonObject {
  const meta = params['_meta']
  if (!isObject(meta)) throw createEnvelopeError('_meta')
  if (typeof meta[envelopeKeys.version] !== 'string') throw createEnvelopeError(envelopeKeys.version)
  if (!isObject(meta[envelopeKeys.clientCapabilities])) {
    throw createEnvelopeError(envelopeKeys.clientCapabilities)
  }
  return meta
}

function createEnvelopeError(key: string): ProtocolError {
  return new ProtocolError('envelope_invalid', { message: `The request metadata lacks a valid "${key}".` })
}

function toLogLevel(meta: JsonObject): LogLevel | undefined {
  const level = meta[envelopeKeys.logLevel]
  if (level === undefined) return undefined
  if (isLogLevel(level)) return level
  throw new ProtocolError('params_invalid', { message: `"${envelopeKeys.logLevel}" is not a log level.` })
}

function assertHeaders(
  message: JsonRpcMessage & { method: string },
  headers: HeaderLookup,
  version: string,
): void {
  if (headers.get('mcp-protocol-version') !== version) throw createMismatch('MCP-Protocol-Version')
  if (headers.get('mcp-method') !== message.method) throw createMismatch('Mcp-Method')
  const source = namedBy.get(message.method)
  if (source === undefined) return
  const header = headers.get('mcp-name')
  const name = header === undefined ? undefined : parseHeaderValue(header)
  if (name === undefined || name !== message.params?.[source]) throw createMismatch('Mcp-Name')
}

function assertParamHeaders(
  method: string,
  params: JsonObject,
  { exchange, context }: { exchange: Exchange; context: ServerContext },
): void {
  if (method !== 'tools/call' || exchange.headers === undefined) return
  const mirrored = context.paramHeaders(String(params['name']), exchange.principal)
  if (mirrored === undefined) return
  const headers = exchange.headers
  const wrong = findParamHeaderMismatch(mirrored, params['arguments'], (name) => headers.get(name))
  if (wrong !== undefined) throw createMismatch(wrong)
}

function createMismatch(header: string): ProtocolError {
  return new ProtocolError('header_mismatch', {
    message: `The ${header} header is missing, not valid, or does not match the message body.`,
    data: { header },
  })
}
