import type { RequestId } from './message.ts'

/** The text of a result response. `result` is JSON text already. */
export function serializeResult(id: RequestId, result: string): string {
  return `{"jsonrpc":"2.0","id":${serializeId(id)},"result":${result}}`
}

/** The text of an error response. An id that could not be read is left out. */
export function serializeError(
  id: RequestId | undefined,
  error: { code: number; message: string; data?: unknown },
): string {
  const head = id === undefined ? '{"jsonrpc":"2.0"' : `{"jsonrpc":"2.0","id":${serializeId(id)}`
  return `${head},"error":${JSON.stringify(error)}}`
}

/** The text of a notification. `params` is JSON text already. */
export function serializeNotification(method: string, params?: string): string {
  const tail = params === undefined ? '}' : `,"params":${params}}`
  return `{"jsonrpc":"2.0","method":"${method}"${tail}`
}

/** The text of a request from server to client. `params` is JSON text already. */
export function serializeRequest(id: RequestId, method: string, params: string): string {
  return `{"jsonrpc":"2.0","id":${serializeId(id)},"method":"${method}","params":${params}}`
}

function serializeId(id: RequestId): string {
  return typeof id === 'number' ? String(id) : JSON.stringify(id)
}
