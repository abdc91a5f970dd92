/**
 * Every failure a caller can see. Two tables: protocol errors answer as JSON-RPC errors, house failures
 * answer as a tool result with `isError` (or, outside tools, as a JSON-RPC error that carries the same data).
 */

/** One protocol failure: its JSON-RPC code, the HTTP status on stateless revisions, and its sentence. */
export interface ProtocolErrorRow {
  readonly code: number
  readonly status: number
  readonly message: string
}

/** JSON-RPC and MCP errors, by a stable name. Codes: specification 2026-07-28, basic/index, "Error Codes". */
export const protocolErrors = {
  parse_failed: { code: -32700, status: 400, message: 'The message is not valid JSON.' },
  request_invalid: { code: -32600, status: 400, message: 'The message is not a valid JSON-RPC request.' },
  request_too_complex: {
    code: -32600,
    status: 400,
    message: 'The message is nested too deep or has too many values.',
  },
  request_duplicate: { code: -32600, status: 400, message: 'A request with this id is already in flight.' },
  method_unknown: { code: -32601, status: 404, message: 'This server has no such method.' },
  envelope_invalid: { code: -32602, status: 400, message: 'The request metadata in "_meta" is incomplete.' },
  params_invalid: { code: -32602, status: 200, message: 'The parameters of this request are not valid.' },
  tool_unknown: { code: -32602, status: 200, message: 'This server has no such tool.' },
  prompt_unknown: { code: -32602, status: 200, message: 'This server has no such prompt.' },
  resource_unknown: { code: -32602, status: 200, message: 'This server has no such resource.' },
  task_unknown: { code: -32602, status: 200, message: 'This server has no such task, or it has expired.' },
  cursor_invalid: {
    code: -32602,
    status: 200,
    message: 'This cursor is not valid. Start again without one.',
  },
  state_invalid: {
    code: -32602,
    status: 200,
    message: 'This requestState is not valid for this request, or it has expired. Start again without it.',
  },
  header_mismatch: {
    code: -32020,
    status: 400,
    message: 'A request header does not match the message body.',
  },
  capability_missing: {
    code: -32021,
    status: 400,
    message: 'This request needs a client capability that was not declared.',
  },
  revision_unsupported: { code: -32022, status: 400, message: 'Unsupported protocol version' },
  session_unknown: {
    code: -32600,
    status: 404,
    message: 'This session has ended or is not known. Initialize again.',
  },
  session_required: { code: -32600, status: 400, message: 'This request needs an Mcp-Session-Id header.' },
  scope_missing: {
    code: 40_300,
    status: 403,
    message: 'This needs scopes that were not granted.',
  },
  streams_exhausted: {
    code: 50_301,
    status: 503,
    message: 'Too many open streams. Close one or try again later.',
  },
  internal: { code: -32603, status: 500, message: 'Internal error.' },
} as const

/** The stable name of a protocol error. */
export type ProtocolErrorName = keyof typeof protocolErrors

/** The caller's message is wrong or cannot be served: answered as a JSON-RPC error. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError'
  readonly error: ProtocolErrorName
  readonly data: Readonly<Record<string, unknown>> | undefined

  constructor(error: ProtocolErrorName, options: { message?: string; data?: Record<string, unknown> } = {}) {
    super(options.message ?? protocolErrors[error].message)
    this.error = error
    this.data = options.data
  }
}

/** One house failure: whether asking again can help, its JSON-RPC code outside tools, its HTTP status. */
export interface FailureRow {
  readonly retry: boolean
  readonly code: number
  readonly status: number
  readonly message: string
}

/**
 * What Plinth itself answers in place of a handler. Codes lie outside -32768..-32000, as the specification
 * asks of errors it does not define (2026-07-28, basic/index, "Error Codes").
 */
export const failures = {
  input_invalid: { retry: false, code: 42_200, status: 200, message: 'The arguments are not valid.' },
  output_invalid: {
    retry: false,
    code: 50_001,
    status: 200,
    message: 'The tool gave a result that breaks its own contract.',
  },
  output_too_large: {
    retry: false,
    code: 50_002,
    status: 200,
    message: 'The result is too large to send. Ask for less.',
  },
  cannot_ask: {
    retry: false,
    code: 42_801,
    status: 200,
    message: 'This needs an answer from the user, and this client cannot be asked.',
  },
  answer_invalid: {
    retry: false,
    code: 42_202,
    status: 200,
    message: 'The answer of the client does not fit what was asked.',
  },
  rate_exceeded: { retry: true, code: 42_900, status: 429, message: 'Too many calls. Wait, then try again.' },
  overloaded: {
    retry: true,
    code: 50_300,
    status: 503,
    message: 'The server is busy. Wait, then try again.',
  },
  repeated: {
    retry: true,
    code: 42_901,
    status: 429,
    message: 'The same was asked too often. Use the answers you have, or ask something else.',
  },
  loop_detected: {
    retry: false,
    code: 50_800,
    status: 200,
    message: 'This call came through this server before, or through too many servers.',
  },
  idempotency_key_required: {
    retry: false,
    code: 42_203,
    status: 200,
    message: 'This call needs an idempotency key, so that it can be repeated safely.',
  },
  idempotency_conflict: {
    retry: false,
    code: 42_204,
    status: 200,
    message: 'This idempotency key was used with other arguments. Use a new key for a new call.',
  },
  duplicate_in_flight: {
    retry: true,
    code: 40_900,
    status: 200,
    message: 'A call with this idempotency key is still running. Ask again with the same key for its result.',
  },
  outcome_unknown: {
    retry: false,
    code: 40_901,
    status: 200,
    message:
      'A call with this idempotency key was broken off. Find out whether it took effect before you go on.',
  },
  result_not_kept: {
    retry: false,
    code: 40_902,
    status: 200,
    message: 'The call with this idempotency key is done, but its result was too large to keep.',
  },
  store_unavailable: {
    retry: true,
    code: 50_320,
    status: 200,
    message: 'What this call needs to be safe cannot be reached. Nothing was done. Try again later.',
  },
  dry_run_unsupported: {
    retry: false,
    code: 42_205,
    status: 200,
    message: 'This cannot be tried without doing it, and only a dry run was asked for. Nothing was done.',
  },
  stopped: {
    retry: false,
    code: 50_302,
    status: 503,
    message: 'The server stopped before this was done. Whether it took effect is not known.',
  },
  expired: {
    retry: false,
    code: 50_401,
    status: 200,
    message: 'The task did not end in its time. Whether it took effect is not known.',
  },
  timeout: { retry: true, code: 50_400, status: 200, message: 'The call took too long and was stopped.' },
  circuit_open: {
    retry: true,
    code: 50_310,
    status: 200,
    message: 'A service this needs is failing and is not asked for a while. Wait, then try again.',
  },
  upstream_unavailable: {
    retry: true,
    code: 50_311,
    status: 200,
    message: 'A service this needs did not give a usable answer. Try again later.',
  },
  upstream_timeout: {
    retry: true,
    code: 50_410,
    status: 200,
    message: 'A service this needs did not answer in time. Try again later.',
  },
  upstream_too_large: {
    retry: false,
    code: 50_210,
    status: 200,
    message: 'The answer of this address is too large to read.',
  },
  upstream_type_refused: {
    retry: false,
    code: 50_211,
    status: 200,
    message: 'The answer of this address is not of a type that may be read.',
  },
  redirect_refused: {
    retry: false,
    code: 50_212,
    status: 200,
    message: 'This address leads on to another one that is not followed.',
  },
  address_refused: {
    retry: false,
    code: 40_310,
    status: 200,
    message: 'This address may not be fetched. Only public web addresses may.',
  },
  internal: { retry: false, code: -32_603, status: 200, message: 'The call failed unexpectedly.' },
} as const

/** The stable name of a house failure. */
export type FailureName = keyof typeof failures

/** What a failure says to the model, in both `content` and `structuredContent`. */
export interface FailureBody {
  readonly error: string
  readonly message: string
  readonly retry: boolean
  readonly retry_after_ms?: number
  readonly [detail: string]: unknown
}

/** A declared error of a tool, or a failure of the house: safe to show, stable in name, clear on retry. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly body: FailureBody
  /** JSON-RPC code where the failure is not a tool's result. */
  readonly code: number
  /** HTTP status where the request was refused before it was dispatched. */
  readonly status: number

  constructor(
    body: FailureBody,
    row: { code: number; status: number } = { code: 40_000, status: 200 },
    options?: ErrorOptions,
  ) {
    super(body.message, options)
    this.body = body
    this.code = row.code
    this.status = row.status
  }
}

/** What one house failure adds to its row. */
export interface FailureOptions {
  readonly message?: string
  /** When the same call can succeed, in milliseconds from now. */
  readonly retryAfterMs?: number | undefined
  /** Members of the body besides. */
  readonly details?: Record<string, unknown>
  /** The error behind it, for the log. It never reaches the caller. */
  readonly cause?: unknown
}

/** Makes a house failure; `details` are merged into its body. */
export function createFailure(name: FailureName, options: FailureOptions = {}): Failure {
  const row = failures[name]
  const after = options.retryAfterMs === undefined ? {} : { retry_after_ms: Math.ceil(options.retryAfterMs) }
  const body = { error: name, message: options.message ?? row.message, retry: row.retry, ...after }
  const behind = options.cause === undefined ? undefined : { cause: options.cause }
  return new Failure({ ...body, ...options.details }, row, behind)
}

/** A plain sentence for the model: answered as a tool result with `isError`, the sentence as its text. */
export class ToolError extends Error {
  override readonly name = 'ToolError'
}
