import { createFailure } from '../errors.ts'
import type { RequestId } from '../jsonrpc/message.ts'
import { serializeError } from '../jsonrpc/serialize.ts'

const { code, status, message, body } = createFailure('stopped')

/** The HTTP status of a request that a stopping server gives up. */
export const stoppedStatus: number = status

/** The answer to such a request. */
export function toStoppedText(id: RequestId | undefined): string {
  return serializeError(id, { code, message, data: body })
}
