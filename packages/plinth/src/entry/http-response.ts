import type { CloseListener, Reply, TextParts } from '../mcp/exchange.ts'

/** The way back of one HTTP request, the same for both HTTP entries. */
export interface HttpResponse {
  /** Answers at once: one head, one body, the end. */
  reply(status: number, headers: Readonly<Record<string, string>>, body?: string | TextParts): void
  /** Sends a head and leaves the body open. */
  open(status: number, headers: Readonly<Record<string, string>>): void
  /** Adds to an open body. */
  write(text: string): void
  end(): void
  /** Breaks the connection off. */
  destroy(): void
  /** Tells once that the client is gone before the end. */
  onClose(listener: CloseListener): void
  /** Bytes written and not yet taken by the client. */
  readonly queuedBytes: number
  /** The address of the client, where it is known. */
  readonly remoteAddress: string | undefined
  /** What stays the same for all answers over one connection, where there is such a thing. */
  readonly connection?: object
}

/** Headers of every JSON answer. Answers depend on who asks, so nothing on the way may keep them. */
export const jsonHeaders: Readonly<Record<string, string>> = Object.freeze({
  'content-type': 'application/json',
  'cache-control': 'no-store',
})

/** The headers of a reply that is sent at once. */
export function toReplyHeaders(reply: Reply): Readonly<Record<string, string>> {
  if (reply.text === undefined) return reply.headers ?? {}
  if (reply.sessionId === undefined && reply.headers === undefined) return jsonHeaders
  const session = reply.sessionId === undefined ? {} : { 'mcp-session-id': reply.sessionId }
  return { ...jsonHeaders, ...session, ...reply.headers }
}

/** One listener for two: calls of one batch share an answer. */
export function joinListeners(first: CloseListener, second: CloseListener): CloseListener {
  return {
    disconnect(reason) {
      first.disconnect(reason)
      second.disconnect(reason)
    },
  }
}
