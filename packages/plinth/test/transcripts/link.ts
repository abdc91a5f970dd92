import type { Server } from 'plinth'
import type { Inbox } from './inbox.ts'

/** One client on one transport, as far as a transcript cares: it sends text, and what comes back is in the inbox. */
export interface Link {
  /** Sends one message. Resolves once the server has it. */
  send(text: string): Promise<void>
  /** Called once the handshake is done, where there is one. */
  ready?(revision: string): Promise<void>
  close(): Promise<void>
}

/** Connects a client to a server. */
export type Connect = (server: Server, inbox: Inbox) => Promise<Link>
