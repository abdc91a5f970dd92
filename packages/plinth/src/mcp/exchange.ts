import type { RequestId } from '../jsonrpc/message.ts'
import type { Observation } from './observation.ts'
import type { Principal } from './principal.ts'
import type { Session } from './session.ts'

/** Headers as plain data: lower-case names in, the single value out. */
export interface HeaderLookup {
  get(name: string): string | undefined
}

/** A lasting link to one client, where the transport is one: stdio, memory, HTTP+SSE. */
export interface Connection {
  /** Tells one link from another. */
  readonly key: string
  /** Set by `initialize`. */
  session: Session | undefined
  /** Sends a message that belongs to no request. */
  send(text: string): void
  /** Called once when the link is gone. */
  onClose(listener: () => void): void
}

/** Why the answer to a message can no longer be received: its client left, or the server ends before it is there. */
export type CloseReason = 'client_gone' | 'server_stopped'

/** Who has to know of it: an object, because calls have one and a function for each would outlive them. */
export interface CloseListener {
  disconnect(reason: CloseReason): void
}

/** One message on its way through the server: what came with it, and the way back. */
export interface Exchange {
  /** Undefined where the transport has no headers. */
  readonly headers: HeaderLookup | undefined
  /** Undefined where every message stands alone, as over Streamable HTTP. */
  readonly connection: Connection | undefined
  readonly principal: Principal
  /** The address of the other end, where the transport knows it. */
  readonly remoteAddress?: string | undefined
  /** What the record of this message is made from; set where somebody observes. */
  observation?: Observation | undefined
  /** Sends a notification or request that belongs to this message, ahead of its answer. */
  send(text: string): void
  /** Called at most once, when the client can no longer receive the answer. */
  onClose(listener: CloseListener): void
  /**
   * Ends the response stream and lets the client come back for the rest (2025-11-25, "Sending Messages to the
   * Server", 6). Does nothing where streams cannot be resumed.
   */
  closeStream?(retryMs: number): void
  /** Tells the entry which request and session this is, once known, so that it can number its events. */
  identify?(id: RequestId, session: Session | undefined, revision: string): void
}

/** A text of which the greater part is kept as UTF-8, because it goes out again and again. */
export interface TextParts {
  readonly head: string
  readonly bytes: Uint8Array
  readonly tail: string
}

/** What goes back: an HTTP status for those who need one, and the text of the message, if there is one. */
export interface Reply {
  readonly status: number
  readonly text: string | undefined
  /** The same text for whoever can write it in parts; undefined where that is no gain. */
  readonly parts?: TextParts
  /** Set on the answer to `initialize` over Streamable HTTP. */
  readonly sessionId?: string
  readonly headers?: Readonly<Record<string, string>>
  /** The scopes the request needs, where the caller lacks some. */
  readonly requiredScopes?: readonly string[]
}

/** What goes back of a request that came to its end: the usual reply. A class for the same reason as `McpRequest`. */
export class ResultReply implements Reply {
  readonly status = 200
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}
