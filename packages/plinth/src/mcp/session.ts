import type { ClientCapabilities } from './capabilities.ts'
import type { Implementation } from './content.ts'

/**
 * What the `initialize` handshake agreed on. Over HTTP it travels inside the sealed session id and nothing is
 * stored; on stdio and in memory it belongs to the connection.
 */
export interface Session {
  /** Tells one session from another. Over HTTP it is random, and known only to the two ends. */
  readonly key: string
  /** The negotiated protocol revision. */
  readonly revision: string
  readonly clientInfo: Implementation | undefined
  readonly capabilities: ClientCapabilities
  /** When its id is good no more, in milliseconds since 1970; undefined where it belongs to a connection. */
  readonly expiresAt: number | undefined
}

/** What a client says of itself when it opens a session. */
export type SessionFacts = Omit<Session, 'key' | 'expiresAt'>
