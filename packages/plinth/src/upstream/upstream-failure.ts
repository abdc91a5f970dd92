import { createFailure, Failure, ToolError } from '../errors.ts'
import type { Outcome } from './breaker.ts'

/** Codes of sockets, name servers, TLS and HTTP; not those by which Node names a programming mistake. */
const transportCodes =
  /^(?:E[A-Z]+(?:_[A-Z]+)?|UND_ERR_\w+|ERR_(?:HTTP2|SSL|SOCKET|STREAM|TLS)_\w+|CERT_\w+|DEPTH_ZERO_\w+|HPE_\w+)$/

/**
 * Whether an error says that an upstream is in trouble: a failed connection, a status of 500 or more or 429, or a
 * failure that another try can mend. A declared error, a `ToolError` and a mistake in the code do not.
 */
export function isUpstreamFailure(error: unknown): boolean {
  if (error instanceof Failure) return error.body.retry
  // Fetch hides the socket's error one or two causes deep.
  for (let cause = error, depth = 0; cause instanceof Error && depth < 4; cause = cause.cause, depth++) {
    if ('code' in cause && transportCodes.test(String(cause.code))) return true
    const status = toStatus(cause)
    if (status !== undefined && (status >= 500 || status === 429)) return true
  }
  return false
}

/** The failure that is thrown for an error of an upstream. */
export function toUpstreamFailure(error: unknown, upstream: string): Failure {
  if (error instanceof Failure) return error
  const status = error instanceof Error ? toStatus(error) : undefined
  const details = { upstream, ...(status === undefined ? {} : { status }) }
  return createFailure('upstream_unavailable', { details, cause: error })
}

/** What a failure says of the upstream: one that limits its callers works. */
export function toFailedOutcome({ body }: Failure): Outcome {
  return body['status'] === 429 ? 'none' : 'failure'
}

/** What an error that is no failure of the upstream says of it: a declared error is an answer. */
export function toOtherOutcome(error: unknown): Outcome {
  return error instanceof Failure || error instanceof ToolError ? 'success' : 'none'
}

function toStatus(error: Error): number | undefined {
  for (const name of ['status', 'statusCode'] as const) {
    const status: unknown = name in error ? error[name as keyof Error] : undefined
    if (typeof status === 'number') return status
  }
  return undefined
}
