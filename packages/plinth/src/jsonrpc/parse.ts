import { ProtocolError } from '../errors.ts'
import { isObject, isRequestId, type JsonRpcMessage } from './message.ts'
import { hasRepeatedKeys, type JsonFault, type JsonLimits, scanJson } from './scan.ts'

/**
 * Reads one JSON-RPC message. Depth and size are bounded before the text is parsed, and no key stands twice in the
 * message or its params.
 *
 * @throws ProtocolError `parse_failed`, `request_too_complex` or `request_invalid`.
 */
export function parseMessage(text: string, limits: JsonLimits): JsonRpcMessage {
  const scanned = scanJson(text, limits)
  if (scanned.fault !== undefined) throw toScanError(scanned.fault)
  const value = parseJson(text)
  if (hasRepeatedKeys(scanned, value)) throw toScanError('duplicate_key')
  return assertMessage(value)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new ProtocolError('parse_failed')
  }
}

function toScanError(fault: JsonFault): ProtocolError {
  if (fault === 'duplicate_key' || fault === 'forbidden_key') {
    return new ProtocolError('request_invalid', { message: `The message has a ${fault.replace('_', ' ')}.` })
  }
  return new ProtocolError('request_too_complex')
}

function assertMessage(value: unknown): JsonRpcMessage {
  if (!isObject(value)) {
    const batch = Array.isArray(value)
      ? 'No batch can be served here. Send one message at a time.'
      : undefined
    throw new ProtocolError('request_invalid', batch === undefined ? {} : { message: batch })
  }
  const { jsonrpc, id, method, params } = value
  if (jsonrpc !== '2.0') throw new ProtocolError('request_invalid', { message: '"jsonrpc" must be "2.0".' })
  if (id !== undefined && !isRequestId(id)) {
    throw new ProtocolError('request_invalid', { message: '"id" must be a string or an integer.' })
  }
  if (method === undefined) return assertResponse(value)
  if (typeof method !== 'string') {
    throw new ProtocolError('request_invalid', { message: '"method" must be a string.' })
  }
  if (params !== undefined && !isObject(params)) {
    throw new ProtocolError('request_invalid', { message: '"params" must be an object.' })
  }
  return value as unknown as JsonRpcMessage // Shape checked above, field by field.
}

function assertResponse(value: Record<string, unknown>): JsonRpcMessage {
  const answers = ('result' in value ? 1 : 0) + (isObject(value['error']) ? 1 : 0)
  if (answers !== 1 || value['id'] === undefined) throw new ProtocolError('request_invalid')
  return value as unknown as JsonRpcMessage // Shape checked above, field by field.
}

/** The id of a message that could not be served, where it can still be read; else undefined. */
export function readableId(text: string): string | number | undefined {
  if (text.length > 1_000_000) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) && isRequestId(value['id']) ? value['id'] : undefined
  } catch {
    return undefined
  }
}
