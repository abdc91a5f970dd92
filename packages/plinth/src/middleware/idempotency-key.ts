import { createFailure, type Failure } from '../errors.ts'
import { isObject } from '../jsonrpc/message.ts'
import type { ActiveCall } from '../mcp/active-call.ts'
import { isLaterRound } from '../mcp/input-required.ts'
import { toMeta } from '../mcp/request.ts'

/** Where a request carries its idempotency key. */
export const idempotencyKeyMeta = 'plinth/idempotencyKey'

const idempotencyKeyHeader = 'idempotency-key'
const visible = /^[\u0021-\u007e]{1,255}$/

/**
 * The key of a call: from `_meta`, the `Idempotency-Key` header, the named argument, or the state of an earlier round.
 *
 * @throws Failure `input_invalid` where a key is not 1 to 255 visible ASCII characters, or two places disagree.
 * @throws ProtocolError `state_invalid` where the state of the earlier round is not ours.
 */
export function findIdempotencyKey(call: ActiveCall, argument: string | undefined): string | undefined {
  let key: unknown = toMeta(call.mcp)[idempotencyKeyMeta]
  const header = call.mcp.exchange.headers?.get(idempotencyKeyHeader)
  if (header !== undefined) key = agree(key, unquote(header))
  if (argument !== undefined) key = agree(key, toArgument(call, argument))
  if (isLaterRound(call.mcp)) key = agree(key, call.rounds.key)
  if (key === undefined || (typeof key === 'string' && visible.test(key))) return key
  throw createKeyFailure('An idempotency key must be 1 to 255 visible ASCII characters.')
}

/** The header is a string of a structured field, in quotes (RFC 9651); clients send it bare too. */
function unquote(header: string): string {
  const text = header.trim()
  return text.length > 2 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text
}

/** As the client sent it: a default that the schema makes up would be another one each time. */
function toArgument(call: ActiveCall, argument: string): unknown {
  const given = call.mcp.params['arguments']
  return isObject(given) && Object.hasOwn(given, argument) ? given[argument] : undefined
}

function agree(one: unknown, other: unknown): unknown {
  if (one === undefined || other === undefined || one === other) return one ?? other
  throw createKeyFailure('The request carries two idempotency keys that differ.')
}

function createKeyFailure(message: string): Failure {
  const issues = [{ path: idempotencyKeyMeta, message }]
  return createFailure('input_invalid', { message, details: { issues } })
}
