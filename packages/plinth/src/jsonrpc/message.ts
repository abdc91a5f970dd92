/** A request id: a string or an integer, never null (specification 2026-07-28, basic/index, "Requests"). */
export type RequestId = string | number

/** A JSON object as it came off the wire. */
export type JsonObject = { [key: string]: unknown }

/** A parsed JSON-RPC message whose shape was checked: a request, a notification or a response. */
export interface JsonRpcMessage {
  readonly jsonrpc: '2.0'
  readonly id?: RequestId
  readonly method?: string
  readonly params?: JsonObject
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown }
}

/** Tells plain JSON objects from arrays, null and primitives. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Tells whether a value can be a request id. */
export function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' || (typeof value === 'number' && Number.isSafeInteger(value))
}
